"""A function that exists already, by its alias or one version of it."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from .kinds import Arguments
from .policies import policy_document
from .settings import Settings

# Chapter 05: the integration


def alias_invocation(
    settings: Settings,
    function: aws.lambda_.Function,
    invocation: Arguments,
) -> Arguments:
    """For an integration: the same call, to what the qualifier names."""
    if not settings.function_qualifier:
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
    """The API's role may invoke it: a right to the function is none."""
    if not settings.function_qualifier:
        return []
    invoke = {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": qualified_arn(settings, function),
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
    """The ARN of the alias or version."""
    return pulumi.Output.concat(
        function.arn, ":", settings.function_qualifier
    )
