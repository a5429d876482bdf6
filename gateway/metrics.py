"""Numbers: metrics of calls and of tokens, alarms, a dashboard."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws

from .kinds import Variables
from .settings import Settings

# Chapter 09: what happened

# The names that OpenTelemetry has for them, in its conventions for
# generative AI.
MODEL = "gen_ai.request.model"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
FIRST_TOKEN = "gen_ai.server.time_to_first_token"

# The gateway's own metrics, as AWS names them.
ERROR_COUNTS = ("4XXError", "5XXError")
LATENCIES = ("Latency", "IntegrationLatency")


def metrics_namespace(settings: Settings) -> str:
    """The CloudWatch namespace of this gateway's own metrics."""
    return f"LanguageModel/{pulumi.get_stack()}/{settings.stage_name}"


def metrics_variables(settings: Settings) -> Variables:
    """For the function: the namespace that it keeps its metrics in."""
    return {"METRICS_NAMESPACE": metrics_namespace(settings)}


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
    access_logs: aws.cloudwatch.LogGroup,
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
    return [
        *made,
        throttled_alarm(settings, access_logs),
        tokens_alarm(settings),
    ]


def throttled_alarm(
    settings: Settings, access_logs: aws.cloudwatch.LogGroup
) -> aws.cloudwatch.MetricAlarm:
    """AWS counts 429 among all 4xx; the access log tells them apart."""
    ours = metrics_namespace(settings)
    aws.cloudwatch.LogMetricFilter(
        "throttledCalls",
        log_group_name=access_logs.name,
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
        "namespace": metrics_namespace(settings),
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
    return aws.cloudwatch.Dashboard(
        "languageModelDashboard",
        dashboard_name=pulumi.Output.concat("language-model-", rest_api.id),
        dashboard_body=pulumi.Output.json_dumps(
            {"widgets": graphs(settings, rest_api, stage)}
        ),
    )


def graphs(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
) -> list[dict[str, Any]]:
    """The dashboard's four pictures."""
    gateway = ["ApiName", rest_api.name, "Stage", stage.stage_name]
    model = [MODEL, settings.model_name]
    ours = metrics_namespace(settings)
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
