"""CloudWatch: dashboards and metric filters; alarms and log groups have modules of their own."""

from __future__ import annotations

from typing import Any

from sandbox.provider.cloudwatch import alarms
from sandbox.provider.core.answers import find, found_by, given, named, there, worded
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs
from sandbox.provider.core.shapes import filled
from sandbox.provider.logs import groups

GONE = "ResourceNotFoundException"


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
    *groups.KINDS,
    *alarms.KINDS,
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
            # Nothing transforms logs here.
            lacks=("applyOnTransformedLogs",),
        ),
        called="name",
    ),
)
