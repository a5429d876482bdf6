"""CloudWatch: alarms, dashboards and metric filters; log groups have a module of their own."""

from __future__ import annotations

from typing import Any

from sandbox.provider import facts, logs
from sandbox.provider.answers import (
    find,
    found_by,
    given,
    named,
    same_order,
    settle,
    tag_changes,
    there,
    worded,
)
from sandbox.provider.kinds import CallError, Context, Created, Inputs, Kind, Outputs
from sandbox.provider.shapes import answer, filled, request, tag_list, tag_map

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
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
        AlarmName=name, **settings, **_set(Dimensions=dimensions, Metrics=queries), **more
    )


def create_alarm(ctx: Context, inputs: Inputs) -> Created:
    name = named(inputs)
    put_alarm(ctx, name, inputs, **_set(Tags=tag_list(inputs.get("tags"))))
    return Created(name, there(read_alarm(ctx, name, inputs), _alarm(name)))


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
        "metricQueries": [_query_answer(query) for query in alarm.get("Metrics") or ()],
        "name": alarm["AlarmName"],
        "tags": tag_map(tags.get("Tags")),
    }
    # The API keeps a statistic and a period of its own beside the program's queries.
    if outputs["metricQueries"]:
        outputs |= {"statistic": None, "period": None}
    elif outputs["extendedStatistic"]:
        outputs["statistic"] = None
    return settle(outputs)


def update_alarm(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    client = ctx.client("cloudwatch")
    put_alarm(ctx, id, new)
    removed, added = tag_changes(old, new)
    if removed:
        client.untag_resource(ResourceARN=old["arn"], TagKeys=removed)
    if added:
        client.tag_resource(ResourceARN=old["arn"], Tags=tag_list(added))
    return there(read_alarm(ctx, id, new), _alarm(id))


def delete_alarm(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("cloudwatch").delete_alarms, *NO_ALARM, AlarmNames=[id])


def _alarm(name: str) -> str:
    return f"CloudWatch Metric Alarm ({name})"


def _set(**lists: list[Any]) -> dict[str, Any]:
    """The arguments of a call, without empty lists."""
    return {name: value for name, value in lists.items() if value}


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
    fields = _field("metricQueries")
    found: Outputs = answer(fields, {k: v for k, v in query.items() if k != "MetricStat"})
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


def _field(name: str) -> facts.Field:
    known = facts.of(ALARM)
    assert known
    return known.inputs[name].element or known.inputs[name]


# Dashboard: its id is its name


def put_dashboard(ctx: Context, name: str, inputs: Inputs) -> Outputs:
    answered = ctx.client("cloudwatch").put_dashboard(
        DashboardName=name, DashboardBody=inputs["dashboardBody"]
    )
    problems = answered.get("DashboardValidationMessages") or ()
    if problems:
        told = "; ".join(f"{each.get('DataPath')}: {each.get('Message')}" for each in problems)
        raise CallError(f"putting CloudWatch Dashboard ({name}): {told}")
    return there(read_dashboard(ctx, name, inputs), f"CloudWatch Dashboard ({name})")


def create_dashboard(ctx: Context, inputs: Inputs) -> Created:
    name = inputs["dashboardName"]
    return Created(name, put_dashboard(ctx, name, inputs))


def read_dashboard(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    found = find(
        ctx.client("cloudwatch").get_dashboard,
        "ResourceNotFound",
        "DashboardNotFoundError",
        DashboardName=id,
    )
    if found is None:
        return None
    return {
        "dashboardArn": found["DashboardArn"],
        "dashboardBody": found["DashboardBody"],
        "dashboardName": id,
    }


def update_dashboard(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    return put_dashboard(ctx, id, new)


def delete_dashboard(ctx: Context, id: str, last: Outputs) -> None:
    call = ctx.client("cloudwatch").delete_dashboards
    find(call, "ResourceNotFound", "DashboardNotFoundError", DashboardNames=[id])


# LogMetricFilter: its id is its name; it is imported as LOG-GROUP:NAME


def put_filter(ctx: Context, inputs: Inputs, name: str) -> Outputs:
    transformation = inputs["metricTransformation"]
    value = transformation.get("defaultValue")
    ctx.client("logs").put_metric_filter(
        filterName=name,
        filterPattern=inputs["pattern"],
        logGroupName=inputs["logGroupName"],
        metricTransformations=[
            given(
                defaultValue=float(value) if value not in (None, "") else None,
                dimensions=transformation.get("dimensions") or None,
                metricName=transformation["name"],
                metricNamespace=transformation["namespace"],
                metricValue=transformation["value"],
                unit=transformation.get("unit"),
            )
        ],
        **given(applyOnTransformedLogs=inputs.get("applyOnTransformedLogs")),
    )
    label = f"CloudWatch Logs Metric Filter ({name})"
    return there(read_filter(ctx, name, inputs), label)


def create_filter(ctx: Context, inputs: Inputs) -> Created:
    name = named(inputs)
    return Created(name, put_filter(ctx, inputs, name))


def read_filter(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    group = last.get("logGroupName")
    if not group:
        raise CallError(f"unexpected format of ID ({id}), expected LOG-GROUP-NAME:FILTER-NAME")
    call = ctx.client("logs").describe_metric_filters
    answered = find(call, GONE, logGroupName=group, filterNamePrefix=id) or {}
    filters = answered.get("metricFilters", ())
    found = next((each for each in filters if each["filterName"] == id), None)
    if found is None:
        return None
    transformation = found["metricTransformations"][0]
    return {
        "applyOnTransformedLogs": found.get("applyOnTransformedLogs"),
        "logGroupName": group,
        "metricTransformation": filled(
            {
                "defaultValue": _number_text(transformation.get("defaultValue")),
                "dimensions": transformation.get("dimensions"),
                "name": transformation["metricName"],
                "namespace": transformation["metricNamespace"],
                "unit": transformation.get("unit"),
                "value": transformation["metricValue"],
            }
        ),
        "name": id,
        "pattern": found["filterPattern"],
    }


def update_filter(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    return put_filter(ctx, new, id)


def delete_filter(ctx: Context, id: str, last: Outputs) -> None:
    call = ctx.client("logs").delete_metric_filter
    find(call, GONE, filterName=id, logGroupName=last["logGroupName"])


def import_filter(resource_id: str) -> tuple[str, Outputs]:
    # A group's name may hold colons as little as a filter's.
    group, _, name = resource_id.partition(":")
    return (name, {"logGroupName": group}) if name else (resource_id, {})


def _number_text(value: Any) -> str | None:
    return None if value is None else f"{float(value):g}"


KINDS = (
    *logs.KINDS,
    worded(
        "cloudwatch",
        "CloudWatch Metric Alarm",
        Kind(
            token=ALARM,
            create=create_alarm,
            read=read_alarm,
            update=update_alarm,
            delete=delete_alarm,
            find=found_by("name", read_alarm),
            lacks=(
                "evaluationCriteria",
                "evaluationInterval",
                "evaluationWindow",
                "warmUpConfiguration",
                # The emulator takes these and forgets them.
                "evaluateLowSampleCountPercentiles",
                "metricQueries",
                "thresholdMetricId",
            ),
        ),
        called="name",
    ),
    worded(
        "cloudwatch",
        "CloudWatch Dashboard",
        Kind(
            token="aws:cloudwatch/dashboard:Dashboard",
            create=create_dashboard,
            read=read_dashboard,
            update=update_dashboard,
            delete=delete_dashboard,
            find=found_by("dashboardName", read_dashboard),
        ),
        called="dashboardName",
    ),
    worded(
        "logs",
        "CloudWatch Logs Metric Filter",
        Kind(
            token="aws:cloudwatch/logMetricFilter:LogMetricFilter",
            create=create_filter,
            read=read_filter,
            update=update_filter,
            delete=delete_filter,
            imported=import_filter,
            find=found_by("name", read_filter),
            lacks=("applyOnTransformedLogs",),
        ),
        called="name",
    ),
)
