"""What became of each request: two logs and a trace. No prompt in any."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from .kinds import Arguments, Parts
from .policies import trust_policy
from .settings import Settings

# Chapter 14: one request

# One line a request. It says who, what, how long and why not; it does not
# say what was asked, so its path is the resource's: `/models/{model}`.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "path": "$context.resourcePath",
    "status": "$context.status",
    "keyId": "$context.identity.apiKeyId",
    "team": "$context.authorizer.team",
    "latency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationStatus": "$context.integration.status",
    "lambdaRequestId": "$context.integration.requestId",
    "responseLength": "$context.responseLength",
    "errorType": "$context.error.responseType",
    "traceId": "$context.xrayTraceId",
}


# AWS's own policy for this purpose.
PUSH_LOGS = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"


def access_logs(settings: Settings) -> aws.cloudwatch.LogGroup:
    """Where API Gateway writes a line for each request."""
    return aws.cloudwatch.LogGroup(
        "accessLogs", retention_in_days=settings.log_retention_days
    )


def logging_account(settings: Settings) -> Parts:
    """Let API Gateway write logs: one role for the account and Region.

    It is everybody's. So it is only set where the settings say that it is
    ours to set, and then it stays when everything else is destroyed.
    """
    if settings.logging_role == "existing":
        return existing_account()
    role, allowed = logging_role()
    account = aws.apigateway.Account(
        "apiLogsAccount",
        cloudwatch_role_arn=role.arn,
        opts=pulumi.ResourceOptions(
            depends_on=[allowed], retain_on_delete=True
        ),
    )
    return [account]


def logging_role() -> tuple[aws.iam.Role, aws.iam.RolePolicyAttachment]:
    """A role with which API Gateway may write logs, and what lets it."""
    role = aws.iam.Role(
        "apiLogsRole",
        assume_role_policy=trust_policy("apigateway.amazonaws.com"),
        opts=pulumi.ResourceOptions(retain_on_delete=True),
    )
    partition = aws.get_partition_output().partition
    allowed = aws.iam.RolePolicyAttachment(
        "apiLogsPolicy",
        role=role.name,
        policy_arn=pulumi.Output.concat(
            "arn:", partition, ":iam::aws:policy/", PUSH_LOGS
        ),
        opts=pulumi.ResourceOptions(retain_on_delete=True),
    )
    return role, allowed


def existing_account() -> Parts:
    """What is set already, read and never changed.

    Without a role, AWS would refuse the stage, last of all: it is better
    told at once.
    """
    account = aws.apigateway.Account.get(
        "existingAccount", "api-gateway-account"
    )
    account.cloudwatch_role_arn.apply(refuse_without_role)
    return [account]


def refuse_without_role(role_arn: str | None) -> None:
    """Say which setting makes the role that is not there."""
    if not role_arn:
        raise pulumi.RunError(
            "gateway:loggingRole is 'existing', and this account has no "
            "role in this Region with which API Gateway could write logs. "
            "Make one, for all its APIs: "
            "pulumi config set gateway:loggingRole own"
        )


def log_fields(settings: Settings, authentication: str) -> Arguments:
    """What a line says: ACCESS_LOG, and who was refused, as it is known."""
    who = {
        "iam": {"callerArn": "$context.identity.userArn"},
        "cognito": {"subject": "$context.authorizer.claims.sub"},
    }
    fields = {**ACCESS_LOG, **who.get(authentication, {})}
    if settings.log_source_address:
        fields["sourceAddress"] = "$context.identity.sourceIp"
    return fields


def stage_logging(
    fields: Arguments,
    access_logs: aws.cloudwatch.LogGroup,
    logging_account: Parts,
) -> Arguments:
    """For the stage: its access log, once there can be one."""
    ready = [access_logs, *logging_account]
    return {
        "access_log_settings": aws.apigateway.StageAccessLogSettingsArgs(
            destination_arn=access_logs.arn, format=json.dumps(fields)
        ),
        "opts": pulumi.ResourceOptions(depends_on=ready),
    }


# Chapter 15: step by step


def execution_logs(
    settings: Settings, rest_api: aws.apigateway.RestApi
) -> aws.cloudwatch.LogGroup:
    """Where API Gateway tells what it did, step by step.

    It would make this group itself, by this name, and keep it for ever.
    """
    name = pulumi.Output.concat(
        "API-Gateway-Execution-Logs_", rest_api.id, "/", settings.stage_name
    )
    return aws.cloudwatch.LogGroup(
        "executionLogs",
        name=name,
        retention_in_days=settings.log_retention_days,
    )


def stage_traces(
    chosen: Arguments, execution_logs: aws.cloudwatch.LogGroup
) -> Arguments:
    """For the stage: its traces; the log of steps is there before it."""
    before = pulumi.ResourceOptions(depends_on=[execution_logs])
    return {
        "xray_tracing_enabled": True,
        "opts": pulumi.ResourceOptions.merge(chosen["opts"], before),
    }


def method_logging(settings: Settings) -> Arguments:
    """For each method: its execution log. Data trace would log prompts."""
    return {
        "logging_level": settings.execution_logs,
        "data_trace_enabled": False,
    }
