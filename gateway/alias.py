"""One version of the function, in place of whatever is newest.

Of a function that exists already, by an alias or a version of it. Of ours,
where each change publishes a version: a deployment freezes which one it
calls, and an older deployment calls an older one.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from .kinds import Arguments
from .policies import policy_document
from .settings import Settings

# Chapter 05: the integration


def version_start(settings: Settings) -> Arguments:
    """For our function: each change of it is a version that stays.

    With SnapStart, Lambda starts a version from a picture of the memory of
    one that has loaded the model already.
    """
    if not settings.publish_versions:
        return {}
    if not settings.snap_start:
        return {"publish": True, "snap_start": {"apply_on": "None"}}
    applied = aws.get_region_output().region.apply(snap_start_in)
    return {"publish": True, "snap_start": {"apply_on": applied}}


# Where Lambda has no SnapStart, of AWS's Lambda Developer Guide in 2026:
# New Zealand, Taipei, and what is not a commercial Region.
NO_SNAP_START = ("ap-southeast-6", "ap-east-2", "cn-", "us-gov-", "us-iso")


def snap_start_in(region: str) -> str:
    """What SnapStart applies to in a Region.

    Raises:
        pulumi.RunError: it is not there.
    """
    if region.startswith(NO_SNAP_START):
        raise pulumi.RunError(
            f"gateway:snapStart is true, and {region} has no SnapStart. Do "
            "without: pulumi config rm gateway:snapStart"
        )
    return "PublishedVersions"


def live_alias(
    settings: Settings, function: aws.lambda_.Function
) -> list[aws.lambda_.Alias]:
    """A name for the version that the API calls, for whoever else calls."""
    if not settings.publish_versions:
        return []
    alias = aws.lambda_.Alias(
        "liveVersion",
        name="live",
        function_name=function.name,
        function_version=settings.function_qualifier or function.version,
    )
    return [alias]


def alias_invocation(
    settings: Settings,
    function: aws.lambda_.Function,
    invocation: Arguments,
) -> Arguments:
    """For an integration: the same call, to what the qualifier names."""
    if not (settings.function_qualifier or settings.publish_versions):
        return {}
    plain, qualified = function.arn, qualified_arn(settings, function)
    uri = pulumi.Output.all(invocation["uri"], plain, qualified).apply(
        lambda known: known[0].replace(f"{known[1]}/", f"{known[2]}/")
    )
    return {"uri": uri}


def alias_policy(
    settings: Settings,
    api_role: aws.iam.Role,
    function: aws.lambda_.Function,
) -> list[aws.iam.RolePolicy]:
    """The API's role may invoke it: a right to the function is none.

    Every version of ours: the deployment that is served goes on to call
    the last one, until there is a new deployment.
    """
    if not (settings.function_qualifier or settings.publish_versions):
        return []
    every = pulumi.Output.concat(function.arn, ":*")
    ours = settings.publish_versions
    invoke = {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": every if ours else qualified_arn(settings, function),
    }
    allowed = aws.iam.RolePolicy(
        "invokeAlias",
        role=api_role.id,
        policy=pulumi.Output.json_dumps(policy_document(invoke)),
    )
    return [allowed]


def qualified_arn(
    settings: Settings, function: aws.lambda_.Function
) -> pulumi.Output[str]:
    """The ARN of the alias or version; without one, the newest of ours."""
    return pulumi.Output.concat(
        function.arn, ":", settings.function_qualifier or function.version
    )
