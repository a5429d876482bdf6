"""What happened: logs, metrics, alarms, a dashboard. No prompt in any."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from gateway.settings import Settings


# Chapter 09: what happened

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


@dataclass(frozen=True)
class RequestLogs:
    """Where API Gateway writes what it did, and how much of it."""

    access: aws.cloudwatch.LogGroup
    format: str
    parts: list[pulumi.Resource]
    level: str

    @property
    def settings(self) -> aws.apigateway.StageAccessLogSettingsArgs:
        """The stage's access log: where to, and which fields."""
        return aws.apigateway.StageAccessLogSettingsArgs(
            destination_arn=self.access.arn, format=self.format
        )

    @property
    def method_settings(self) -> dict[str, Any]:
        """Each method's execution log. Data trace would log prompts."""
        return {
            "logging_level": self.level,
            "data_trace_enabled": False,
            "metrics_enabled": True,
        }


def token_metrics(settings: Settings) -> str:
    """The CloudWatch namespace of this gateway's own metrics."""
    return f"LanguageModel/{pulumi.get_stack()}/{settings.stage_name}"


def request_logs(
    settings: Settings, rest_api: aws.apigateway.RestApi
) -> RequestLogs:
    """The groups of both logs, with an end, and the right to write them."""
    access = aws.cloudwatch.LogGroup(
        "accessLogs", retention_in_days=settings.log_retention_days
    )
    # API Gateway would make this one itself, and keep it for ever.
    name = pulumi.Output.concat(
        "API-Gateway-Execution-Logs_", rest_api.id, "/", settings.stage_name
    )
    execution = aws.cloudwatch.LogGroup(
        "executionLogs",
        name=name,
        retention_in_days=settings.log_retention_days,
    )
    account = logging_account()
    pulumi.export("access_log_group", access.name)
    pulumi.export("execution_log_group", execution.name)
    return RequestLogs(
        access,
        json.dumps(ACCESS_LOG),
        [access, execution, account],
        settings.execution_logs,
    )


def logging_account() -> aws.apigateway.Account:
    """Let API Gateway write logs: one role for the account and Region."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = aws.iam.Role("apiLogsRole", assume_role_policy=json.dumps(trust))
    service_policy = "AmazonAPIGatewayPushToCloudWatchLogs"
    allowed = aws.iam.RolePolicyAttachment(
        "apiLogsPolicy",
        role=role.name,
        policy_arn=f"arn:aws:iam::aws:policy/service-role/{service_policy}",
    )
    return aws.apigateway.Account(
        "apiLogsAccount",
        cloudwatch_role_arn=role.arn,
        opts=pulumi.ResourceOptions(depends_on=[allowed]),
    )


# The names that OpenTelemetry has for them, in its conventions for
# generative AI.
MODEL = "gen_ai.request.model"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
FIRST_TOKEN = "gen_ai.server.time_to_first_token"

# The gateway's own metrics, as AWS names them.
ERROR_COUNTS = ("4XXError", "5XXError")
LATENCIES = ("Latency", "IntegrationLatency")


# What should wake somebody: its name, what it says, the metric, the rule.
# Latency is in milliseconds; a sum is over five minutes.
GATEWAY_ALARMS = (
    (
        "failures",
        "A call failed: the gateway or the function answered 5xx",
        "5XXError",
        {"statistic": "Sum", "threshold": 0},
    ),
    (
        "slow",
        "Of 20 calls, one takes longer than 20 seconds",
        "Latency",
        {"extended_statistic": "p95", "threshold": 20_000},
    ),
)


def alarms(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    logs: RequestLogs,
) -> list[aws.cloudwatch.MetricAlarm]:
    """What should wake somebody: failures, slowness, refusals, spending."""
    api = {"ApiName": rest_api.name, "Stage": stage.stage_name}
    made = [
        alarm(
            f"alarm-{name}",
            settings,
            description,
            {"namespace": "AWS/ApiGateway", "metric_name": metric},
            {"dimensions": api, **rule},
        )
        for name, description, metric, rule in GATEWAY_ALARMS
    ]
    return [*made, throttled_alarm(settings, logs), tokens_alarm(settings)]


def throttled_alarm(
    settings: Settings, logs: RequestLogs
) -> aws.cloudwatch.MetricAlarm:
    """AWS counts 429 among all 4xx; the access log tells them apart."""
    ours = token_metrics(settings)
    aws.cloudwatch.LogMetricFilter(
        "throttledCalls",
        log_group_name=logs.access.name,
        pattern='{ $.status = "429" }',
        metric_transformation={
            "name": "ThrottledCalls",
            "namespace": ours,
            "value": "1",
            "default_value": "0",
        },
    )
    return alarm(
        "alarm-throttled",
        settings,
        "More than 20 calls in five minutes were over a limit",
        {"namespace": ours, "metric_name": "ThrottledCalls"},
        {"statistic": "Sum", "threshold": 20},
    )


def tokens_alarm(settings: Settings) -> aws.cloudwatch.MetricAlarm:
    """Spending has a metric too: the function's own, of tokens written."""
    metric = {
        "namespace": token_metrics(settings),
        "metric_name": OUTPUT_TOKENS,
    }
    return alarm(
        "alarm-tokens",
        settings,
        "Five minutes took a tenth of what a key has for a day",
        metric,
        {
            "dimensions": {MODEL: settings.model_name},
            "statistic": "Sum",
            "threshold": settings.tokens_per_day / 10,
        },
    )


def alarm(
    name: str,
    settings: Settings,
    description: str,
    metric: dict[str, Any],
    rule: dict[str, Any],
) -> aws.cloudwatch.MetricAlarm:
    """An alarm over five minutes. No calls at all are no reason for one."""
    return aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=description,
        comparison_operator="GreaterThanThreshold",
        period=300,
        evaluation_periods=1,
        treat_missing_data="notBreaching",
        alarm_actions=list(settings.alarm_actions),
        **metric,
        **rule,
    )


def dashboard(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
) -> aws.cloudwatch.Dashboard:
    """Four pictures: calls and errors, latency, tokens, the first token."""
    board = aws.cloudwatch.Dashboard(
        "languageModelDashboard",
        dashboard_name=pulumi.Output.concat("language-model-", rest_api.id),
        dashboard_body=pulumi.Output.json_dumps(
            {"widgets": graphs(settings, rest_api, stage)}
        ),
    )
    pulumi.export("dashboard_name", board.dashboard_name)
    return board


def graphs(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
) -> list[dict[str, Any]]:
    """The dashboard's four pictures."""
    gateway = ["ApiName", rest_api.name, "Stage", stage.stage_name]
    model = [MODEL, settings.model_name]
    ours = token_metrics(settings)
    api = "AWS/ApiGateway"
    errors = [[api, name, *gateway] for name in ("Count", *ERROR_COUNTS)]
    latency = [[api, name, *gateway] for name in LATENCIES]
    tokens = [
        [ours, name, *model] for name in (INPUT_TOKENS, OUTPUT_TOKENS)
    ]
    first = [[ours, FIRST_TOKEN, *model]]
    region = aws.get_region_output().region
    return [
        graph("Calls and errors", errors, "Sum", region, 0),
        graph("Latency, p95, ms", latency, "p95", region, 1),
        graph("Tokens", tokens, "Sum", region, 2),
        graph("Time to first token, p95, s", first, "p95", region, 3),
    ]


def graph(
    title: str,
    metrics: list[Any],
    stat: str,
    region: pulumi.Input[str],
    place: int,
) -> dict[str, Any]:
    """A picture of some metrics; two stand side by side."""
    return {
        "type": "metric",
        "x": 12 * (place % 2),
        "y": 6 * (place // 2),
        "width": 12,
        "height": 6,
        "properties": {
            "title": title,
            "metrics": metrics,
            "stat": stat,
            "period": 60,
            "region": region,
            "view": "timeSeries",
        },
    }
