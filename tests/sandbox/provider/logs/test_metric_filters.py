"""Metric filters against a real emulator."""

from __future__ import annotations

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_imports,
    assert_refused,
    assert_updates,
)

FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


@pytest.fixture
def group(life: Lives) -> Life:
    return life(LOG_GROUP, name=life.name("/course/logs"))


TRANSFORMATION = {"name": "Errors", "namespace": "Course", "value": "1", "unit": "None"}


def test_a_metric_filter_lives(life: Lives, group: Life) -> None:
    found = life(
        FILTER,
        name=life.name("errors"),
        logGroupName=group.id,
        pattern='{ $.status = "5*" }',
        metricTransformation=TRANSFORMATION,
    )
    assert_complete(found)
    assert_imports(found, f"{group.id}:{found.id}")
    more = {"namespace": "Course", "value": "$.latency", "unit": "Milliseconds"}
    assert_updates(
        found,
        [
            {"pattern": ""},
            {"pattern": "ERROR"},
            {"metricTransformation": {**TRANSFORMATION, "defaultValue": "0"}},
            {"metricTransformation": {**TRANSFORMATION, "dimensions": {"Path": "$.path"}}},
            {"metricTransformation": {"name": "Latency", "defaultValue": "1.5", **more}},
        ],
    )
    assert_deleted(found)


def test_a_metric_filter_of_no_group_is_refused_in_the_official_words(ctx: Context) -> None:
    inputs = {"name": "f", "logGroupName": "nope", "pattern": ""}
    doing = "creating CloudWatch Logs Metric Filter (f): operation error CloudWatch Logs: PutMetricFilter"
    assert_refused(
        ctx,
        FILTER,
        {**inputs, "metricTransformation": TRANSFORMATION},
        doing,
        400,
        "ResourceNotFoundException: ",
    )
    with pytest.raises(CallError, match="expected LOG-GROUP-NAME:FILTER-NAME"):
        kind(FILTER).read(ctx, "f", {})
