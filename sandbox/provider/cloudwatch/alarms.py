"""CloudWatch: alarms on metrics."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import by, find, given, in_order, named, same_order, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.shapes import answer, filled, request
from sandbox.provider.core.tags import retag, tag_map, tagged

TOKEN = "aws:cloudwatch/metricAlarm:MetricAlarm"
GONE = "ResourceNotFoundException"
NO_ALARM = ("ResourceNotFound", GONE)

# Arguments of an alarm that are one member of PutMetricAlarm each.
ALARM_MEMBERS = {
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "datapointsToAlarm": "DatapointsToAlarm",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
    "evaluationPeriods": "EvaluationPeriods",
    "extendedStatistic": "ExtendedStatistic",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "thresholdMetricId": "ThresholdMetricId",
    "treatMissingData": "TreatMissingData",
    "unit": "Unit",
}
ACTIONS = ("alarmActions", "insufficientDataActions", "okActions")


# MetricAlarm: its id is its name


def put_alarm(ctx: Context, name: str, inputs: Inputs, **more: Any) -> None:
    settings = {api: inputs[n] for n, api in ALARM_MEMBERS.items() if inputs.get(n) is not None}
    # The API wants a threshold with every alarm on a metric of its own.
    if "thresholdMetricId" not in inputs:
        settings.setdefault("Threshold", 0.0)
    dimensions = _dimensions(inputs.get("dimensions"))
    queries = [_query(ctx, query) for query in inputs.get("metricQueries") or ()]
    ctx.client("cloudwatch").put_metric_alarm(
        AlarmName=name, **settings, **filled({"Dimensions": dimensions, "Metrics": queries}), **more
    )


def create_alarm(ctx: Context, inputs: Inputs) -> str:
    name = named(inputs)
    put_alarm(ctx, name, inputs, **tagged(inputs))
    return name


def read_alarm(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("cloudwatch")
    alarms = client.describe_alarms(AlarmNames=[id], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    if not alarms:
        return None
    alarm = alarms[0]
    tags = find(client.list_tags_for_resource, *NO_ALARM, ResourceARN=alarm["AlarmArn"]) or {}
    outputs = {n: alarm.get(api) for n, api in ALARM_MEMBERS.items()}
    outputs |= {n: same_order(alarm.get(ALARM_MEMBERS[n]) or (), last.get(n)) for n in ACTIONS}
    outputs |= {
        "arn": alarm["AlarmArn"],
        "dimensions": _dimension_map(alarm.get("Dimensions")),
        "metricQueries": in_order(
            [_query_answer(query) for query in alarm.get("Metrics") or ()],
            last.get("metricQueries"),
            lambda query: query["id"],
        ),
        "name": alarm["AlarmName"],
        "tags": tag_map(tags.get("Tags")),
    }
    # The API keeps a statistic and a period of its own beside the program's queries.
    if outputs["metricQueries"]:
        outputs |= {"statistic": None, "period": None}
    elif outputs["extendedStatistic"]:
        outputs["statistic"] = None
    return settle(outputs)


def update_alarm(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("cloudwatch")
    put_alarm(ctx, id, new)
    retag(client.tag_resource, client.untag_resource, old, new, ResourceARN=old["arn"])


def delete_alarm(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("cloudwatch").delete_alarms, *NO_ALARM, AlarmNames=[id])


def _dimensions(values: dict[str, str] | None) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in (values or {}).items()]


def _dimension_map(values: list[dict[str, str]] | None) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in values or ()}


def _query(ctx: Context, query: Outputs) -> Outputs:
    """A metric query as the API wants it: its metric has the period and the statistic beside it."""
    rest = {name: value for name, value in query.items() if name != "metric"}
    found: Outputs = request(ctx.client("cloudwatch"), "MetricDataQuery", rest)
    if metric := query.get("metric"):
        found["MetricStat"] = given(
            Metric=given(
                Namespace=metric.get("namespace"),
                MetricName=metric["metricName"],
                Dimensions=_dimensions(metric.get("dimensions")),
            ),
            Period=metric["period"],
            Stat=metric["stat"],
            Unit=metric.get("unit"),
        )
    return found


def _query_answer(query: Outputs) -> Outputs:
    queries = facts.known(TOKEN).inputs["metricQueries"]
    found: Outputs = answer(
        queries.element or queries, {k: v for k, v in query.items() if k != "MetricStat"}
    )
    if stat := query.get("MetricStat"):
        found["metric"] = filled(
            {
                "dimensions": _dimension_map(stat["Metric"].get("Dimensions")),
                "metricName": stat["Metric"]["MetricName"],
                "namespace": stat["Metric"].get("Namespace"),
                "period": stat["Period"],
                "stat": stat["Stat"],
                "unit": stat.get("Unit"),
            }
        )
    return found


METRIC_ALARM = resource(
    "cloudwatch",
    "CloudWatch Metric Alarm",
    TOKEN,
    create=create_alarm,
    read=read_alarm,
    update=update_alarm,
    delete=delete_alarm,
    find=by("name"),
    lacks=(
        # The facts say of these only that they are there, not what is in them.
        "evaluationCriteria",
        "evaluationInterval",
        "evaluationWindow",
        "warmUpConfiguration",
        # It names a band of what is usual, which the sandbox does not learn.
        "thresholdMetricId",
    ),
    called="name",
)
