"""The frozen copy of the API, when it has to be made anew, and its URL."""

from __future__ import annotations

import hashlib

import pulumi
import pulumi_aws as aws

from .kinds import Arguments, Parts
from .settings import Settings

Declared = dict[pulumi.Resource, Arguments]

# Chapter 06: the deployment, the stage and its URL

# Of the API itself, a deployment freezes these arguments. The others, such
# as its name and its description, take effect at once.
FROZEN = [
    "api_key_source",
    "binary_media_types",
    "body",
    "disable_execute_api_endpoint",
    "minimum_compression_size",
    "policy",
]


def declared_arguments() -> Declared:
    """From here on, the arguments that each resource is declared with.

    Pulumi tells them before it makes a resource. What the resource knows
    afterwards is AWS's answer: partly unknown in a preview, and not always
    what was asked for.
    """
    declared: Declared = {}

    def note(args: pulumi.ResourceTransformationArgs) -> None:
        declared[args.resource] = {
            name: value
            for name, value in args.props.items()
            if value is not None
        }

    pulumi.runtime.register_stack_transformation(note)
    return declared


def digest(
    rest_api: aws.apigateway.RestApi,
    parts: Parts,
    declared: Declared,
) -> pulumi.Output[str]:
    """A text that changes when the API is asked to be another."""
    api = declared[rest_api]
    asked = [{name: api[name] for name in FROZEN if name in api}]
    asked += [declared[part] for part in parts]
    # An argument can be an object, such as tls_config: `vars` opens it.
    text = pulumi.Output.json_dumps(asked, sort_keys=True, default=vars)
    return text.apply(
        lambda known: hashlib.sha256(known.encode()).hexdigest()
    )


def left_behind(parts: Parts) -> pulumi.Output[str]:
    """The parts of the last `pulumi up` that have left the program.

    Pulumi deletes last, after it has made the new deployment: they are
    still in that copy. The next time this text is empty again, and because
    it has changed, there is a copy without them.
    """
    organization = pulumi.get_organization()
    project, stack = pulumi.get_project(), pulumi.get_stack()
    itself = pulumi.StackReference(
        "lastTime", stack_name=f"{organization}/{project}/{stack}"
    )
    before = itself.get_output("frozen_parts")
    now = pulumi.Output.all(*[part.urn for part in parts])
    return pulumi.Output.all(before, now).apply(
        lambda both: warn_of(set(both[0] or []) - set(both[1]))
    )


def warn_of(urns: set[str]) -> str:
    """Say by name what is served although it has left the program."""
    names = ", ".join(sorted(urn.rpartition("::")[2] for urn in urns))
    if names:
        advice = "still part of what is served. Run `pulumi up` once more."
        pulumi.log.warn(f"{names}: {advice}")
    return names


def deployment(
    rest_api: aws.apigateway.RestApi,
    parts: Parts,
    declared: Declared,
) -> aws.apigateway.Deployment:
    """A frozen copy of the API, made anew when the API is another."""
    return aws.apigateway.Deployment(
        "languageModelDeployment",
        rest_api=rest_api.id,
        opts=pulumi.ResourceOptions(
            depends_on=[rest_api, *parts],
            replacement_trigger=[
                digest(rest_api, parts, declared),
                left_behind(parts),
            ],
        ),
    )


def stage(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    deployment: aws.apigateway.Deployment,
    logging: Arguments,
) -> aws.apigateway.Stage:
    """The name under which the deployment is served, and so the URL."""
    return aws.apigateway.Stage(
        "languageModelStage",
        rest_api=rest_api.id,
        deployment=deployment.id,
        stage_name=settings.stage_name,
        **logging,
    )


def model_url(stage: aws.apigateway.Stage) -> pulumi.Output[str]:
    """Where prompts are sent."""
    return pulumi.Output.concat(stage.invoke_url, "/model")
