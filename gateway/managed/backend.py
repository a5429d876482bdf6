"""What the function needs to ask a model elsewhere: where, and a right.

"openai" is any URL that speaks OpenAI's chat completions, "bedrock" a model
of Amazon Bedrock. Keys, plans, budgets and logs are those of this gateway.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from ..kinds import Statement, Variables
from ..settings import Settings

# Beside the chapters: a model by URL, or one of Bedrock's

ASK = [
    "bedrock:InvokeModel",  # Converse
    "bedrock:InvokeModelWithResponseStream",  # ConverseStream
]


def backend_variables(settings: Settings) -> Variables:
    """For the model's function: whom it asks. Never a key."""
    if settings.backend == "local":
        return {}
    told = {
        "BACKEND": settings.backend,
        "BACKEND_MODEL": settings.backend_model,
        "BACKEND_URL": settings.backend_url,
        "BACKEND_SECRET": settings.backend_secret,
    }
    return {name: value for name, value in told.items() if value}


def backend_rights(settings: Settings) -> list[Statement]:
    """For the function's role: to read one key, or ask one model."""
    if settings.backend == "bedrock":
        return model_rights(settings)
    if settings.backend_secret:
        return [secret_right(settings.backend_secret)]
    return []


def secret_right(arn: str) -> Statement:
    """The right to read one secret. Its own key has to allow it, too."""
    return {
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": arn,
    }


def model_rights(settings: Settings) -> list[Statement]:
    """The right to ask a model; with an inference profile, where it leads.

    A profile sends a request to one of several Regions. AWS asks for the
    right to the profile, and to the model in each of them, which is given
    for what comes through the profile alone.
    """
    place = aws.get_partition_output().partition
    here = aws.get_region_output().region
    regions, model = settings.backend_regions, settings.backend_model
    if not regions:
        return [allow([model_arn(place, here, model)])]
    account = aws.get_caller_identity_output().account_id
    profile = pulumi.Output.concat(
        "arn:", place, ":bedrock:", here, ":", account,
        ":inference-profile/", model,
    )  # fmt: skip
    behind = model.partition(".")[2]  # "eu.amazon.nova-lite-v1:0"
    through = {"StringEquals": {"bedrock:InferenceProfileArn": profile}}
    models = [model_arn(place, region, behind) for region in regions]
    return [allow([profile]), {**allow(models), "Condition": through}]


def allow(resources: list[pulumi.Output[str]]) -> Statement:
    """The right to ask, whole or streamed."""
    return {"Effect": "Allow", "Action": ASK, "Resource": resources}


def model_arn(
    partition: pulumi.Output[str], region: pulumi.Input[str], model: str
) -> pulumi.Output[str]:
    """A model in a Region. It belongs to no account."""
    return pulumi.Output.concat(
        "arn:", partition, ":bedrock:", region,
        "::foundation-model/", model,
    )  # fmt: skip
