"""CloudWatch Logs: filters that make metrics of log lines; the id is the filter's name."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import by, find, given, known, named, parts_of, pick
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.shapes import filled

GONE = "ResourceNotFoundException"
FORM = "LOG-GROUP-NAME:FILTER-NAME"


def _put(ctx: Context, name: str, inputs: Inputs) -> None:
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
        **pick(inputs, "applyOnTransformedLogs"),
    )


def create_filter(ctx: Context, inputs: Inputs) -> str:
    name = named(inputs)
    _put(ctx, name, inputs)
    return name


def read_filter(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    group = known(last, "logGroupName", id, FORM)
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


def update_filter(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    _put(ctx, id, new)


def delete_filter(ctx: Context, id: str, last: Outputs) -> None:
    call = ctx.client("logs").delete_metric_filter
    find(call, GONE, filterName=id, logGroupName=last["logGroupName"])


def import_filter(resource_id: str) -> tuple[str, Outputs]:
    # A group's name may hold colons as little as a filter's.
    group, name = parts_of(resource_id, ":", FORM)
    return name, {"logGroupName": group}


def _number_text(value: Any) -> str | None:
    return None if value is None else f"{float(value):g}"


LOG_METRIC_FILTER = resource(
    "logs",
    "CloudWatch Logs Metric Filter",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    create=create_filter,
    read=read_filter,
    update=update_filter,
    delete=delete_filter,
    imported=import_filter,
    find=by("name"),
    # Nothing transforms logs here.
    lacks=("applyOnTransformedLogs",),
    called="name",
)
