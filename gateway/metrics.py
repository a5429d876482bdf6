"""Numbers: metrics of calls and of tokens, alarms, a dashboard."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws

from .kinds import Arguments, Variables
from .settings import Settings

# Chapter 16: numbers

# The names that OpenTelemetry has for them, in its conventions for
# generative AI.
MODEL = "gen_ai.request.model"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
FIRST_TOKEN = "gen_ai.server.time_to_first_token"


def metrics_namespace(
    access_logs: aws.cloudwatch.LogGroup,
) -> pulumi.Output[str]:
    """The CloudWatch namespace of this gateway's own metrics.

    It has the log's name in it, which no other gateway of the account has.
    """
    return pulumi.Output.concat("LanguageModel/", access_logs.name)


def metrics_variables(
    settings: Settings, access_logs: aws.cloudwatch.LogGroup
) -> Variables:
    """For the function: where it keeps its metrics, and of which model."""
    return {
        "METRICS_NAMESPACE": metrics_namespace(access_logs),
        "MODEL_NAME": settings.model_name,
    }


def method_metrics() -> Arguments:
    """For each method: numbers of its own, beside those of the stage.

    They cost as metrics of one's own do.
    """
    return {"metrics_enabled": True}


# Chapter 17: alarms

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
    made += counted_alarms(settings, access_logs)
    if settings.tokens_per_day:
        made.append(tokens_alarm(settings, access_logs))
    if settings.monthly_dollars:
        made.append(bill_alarm(settings))
    return made


# What AWS counts among all 4xx, and the access log tells apart: the name of
# the metric, its pattern, what the alarm says.
REFUSALS = {
    "throttled": (
        "ThrottledCalls",
        '{ $.status = "429" }',
        "More than 20 calls in five minutes were over a limit",
    ),
    "refused": (
        "RefusedCalls",
        '{ ($.status = "401") || ($.status = "403") }',
        "Many calls in five minutes came with a wrong key, or none",
    ),
}


def counted_alarms(
    settings: Settings, access_logs: aws.cloudwatch.LogGroup
) -> list[aws.cloudwatch.MetricAlarm]:
    """One counts calls over a limit, one those that show a wrong key."""
    ours = metrics_namespace(access_logs)
    most = {"throttled": 20, "refused": settings.refused_calls}
    made = []
    for name, (metric, pattern, description) in REFUSALS.items():
        aws.cloudwatch.LogMetricFilter(
            f"{name}Calls",
            log_group_name=access_logs.name,
            pattern=pattern,
            metric_transformation={
                "name": metric,
                "namespace": ours,
                "value": "1",
                "default_value": "0",
            },
        )
        count = {"namespace": ours, "metric_name": metric}
        rule = {"statistic": "Sum", "threshold": most[name]}
        alarm_name = f"alarm-{name}"
        made.append(alarm(alarm_name, settings, description, count, rule))
    return made


def tokens_alarm(
    settings: Settings, access_logs: aws.cloudwatch.LogGroup
) -> aws.cloudwatch.MetricAlarm:
    """Spending has a metric too: the function's own, of tokens written."""
    metric = {
        "namespace": metrics_namespace(access_logs),
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


BILLING = "us-east-1"  # where AWS keeps what an account owes


def bill_alarm(settings: Settings) -> aws.cloudwatch.MetricAlarm:
    """The account's bill for this month, which AWS estimates by itself.

    All that is in the account counts, ours or not. An alarm notifies what
    is in its own Region: topics elsewhere are left out.
    """
    told = [arn for arn in settings.alarm_actions if f":{BILLING}:" in arn]
    return aws.cloudwatch.MetricAlarm(
        "alarm-bill",
        alarm_description="The month costs more than was meant for it",
        region=BILLING,
        namespace="AWS/Billing",
        metric_name="EstimatedCharges",
        dimensions={"Currency": "USD"},
        statistic="Maximum",
        period=21_600,  # it is estimated a few times a day
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=settings.monthly_dollars,
        treat_missing_data="missing",
        alarm_actions=told,
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


# The gateway's own metrics, as AWS names them.
ERROR_COUNTS = ("4XXError", "5XXError")
LATENCIES = ("Latency", "IntegrationLatency")


def dashboard(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    access_logs: aws.cloudwatch.LogGroup,
) -> aws.cloudwatch.Dashboard:
    """Four pictures: calls and errors, latency, tokens, the first token."""
    return aws.cloudwatch.Dashboard(
        "languageModelDashboard",
        dashboard_name=pulumi.Output.concat("language-model-", rest_api.id),
        dashboard_body=pulumi.Output.json_dumps(
            {"widgets": graphs(settings, rest_api, stage, access_logs)}
        ),
    )


def graphs(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    access_logs: aws.cloudwatch.LogGroup,
) -> list[dict[str, Any]]:
    """The dashboard's four pictures."""
    gateway = ["ApiName", rest_api.name, "Stage", stage.stage_name]
    model = [MODEL, settings.model_name]
    ours = metrics_namespace(access_logs)
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
