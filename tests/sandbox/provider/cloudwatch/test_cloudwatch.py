"""Alarms and dashboards against a real emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lifecycle import (
    Lives,
    assert_complete,
    assert_deleted,
    assert_imports,
    assert_updates,
)

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
TOPIC = "arn:aws:sns:us-east-1:000000000000:on-call"
SMALL_ALARM = {
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 1,
    "metricName": "5XXError",
    "namespace": "AWS/ApiGateway",
    "period": 60,
    "statistic": "Sum",
}
FULL_ALARM = {
    **SMALL_ALARM,
    "actionsEnabled": False,
    "alarmActions": [TOPIC],
    "alarmDescription": "the model fails",
    "datapointsToAlarm": 2,
    "dimensions": {"ApiName": "model", "Stage": "v1"},
    "evaluationPeriods": 3,
    "insufficientDataActions": [f"{TOPIC}-b", f"{TOPIC}-a"],
    "okActions": [f"{TOPIC}-ok"],
    "tags": {"team": "llm"},
    "threshold": 2.5,
    "treatMissingData": "notBreaching",
    "unit": "Count",
}


def test_a_small_alarm_has_all_outputs_and_can_be_deleted_twice(life: Lives) -> None:
    alarm = life(ALARM, name=life.name("alarm"), **SMALL_ALARM)
    assert_complete(alarm)
    assert alarm.id == alarm.outputs["name"]
    assert alarm.outputs["arn"] == f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{alarm.id}"
    assert alarm.outputs["treatMissingData"] == "missing"
    assert_imports(alarm, alarm.id)
    assert_deleted(alarm)


def test_an_alarm_keeps_takes_and_imports_every_argument(life: Lives) -> None:
    alarm = life(ALARM, name=life.name("alarm"), **FULL_ALARM)
    assert_complete(alarm)
    assert_imports(alarm, alarm.id, unknown=("insufficientDataActions",))
    changes: list[dict[str, Any]] = [
        {"actionsEnabled": True},
        {"alarmActions": None},
        {"alarmDescription": None},
        {"comparisonOperator": "LessThanOrEqualToThreshold"},
        {"datapointsToAlarm": None},
        {"dimensions": {"ApiName": "other"}},
        {"evaluationPeriods": 2},
        {"insufficientDataActions": [f"{TOPIC}-a"]},
        {"metricName": "4XXError"},
        {"namespace": "Course"},
        {"okActions": [TOPIC]},
        {"period": 300},
        {"statistic": "Maximum"},
        {"statistic": None, "extendedStatistic": "p95"},
        {"tags": {"team": "x", "new": "1"}},
        {"tags": None},
        {"threshold": 7},
        {"treatMissingData": "breaching"},
        {"unit": None},
    ]
    assert_updates(alarm, changes)
    assert_deleted(alarm)


def metric(id: str, name: str, **more: Any) -> dict[str, Any]:
    block = {"metricName": name, "namespace": "AWS/ApiGateway", "period": 60, "stat": "Sum"}
    dimensions = {"dimensions": {"ApiName": "m"}, "unit": "Count"}
    return {"id": id, "metric": {**block, **dimensions, **more}, "returnData": False}


def rate(expression: str) -> dict[str, Any]:
    return {"id": "rate", "expression": expression, "label": "errors", "returnData": True}


CALLS, ERRORS = metric("calls", "Count"), metric("errors", "5XXError")


MATH = {"comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 2, "threshold": 0.1}


def test_an_alarm_on_metric_math_keeps_takes_and_imports_its_queries(life: Lives) -> None:
    queries = [rate("errors / calls"), ERRORS, CALLS]
    alarm = life(ALARM, name=life.name("alarm"), **MATH, metricQueries=queries)
    assert_complete(alarm)
    assert "statistic" not in alarm.outputs and "metricName" not in alarm.outputs
    assert_imports(alarm, alarm.id)
    changes: list[dict[str, Any]] = [
        {"metricQueries": [CALLS, ERRORS, rate("100 * errors / calls")]},
        {"metricQueries": [{**rate("FILL(errors, 0)"), "period": 60}, ERRORS]},
        {"metricQueries": [{**metric("p99", "Latency", stat="p99"), "returnData": True}]},
        {"threshold": 5},
    ]
    assert_updates(alarm, changes)
    one = {name: SMALL_ALARM[name] for name in ("metricName", "namespace", "period", "statistic")}
    alarm.update(metricQueries=None, **one)
    assert alarm.read() == alarm.outputs and "metricQueries" not in alarm.outputs
    assert_deleted(alarm)


@pytest.mark.parametrize(
    ("queries", "told"),
    [
        ([rate("errors / calls"), ERRORS], "there is no metric with the id calls"),
        ([rate("errors +"), ERRORS], "Syntax error"),
        ([{**rate("errors"), "returnData": False}, ERRORS], "exactly one"),
        ([rate("ANOMALY_DETECTION_BAND(errors)"), ERRORS], "does not know the function"),
    ],
)
def test_queries_that_cannot_be_evaluated_are_refused(
    ctx: Context, queries: list[dict[str, Any]], told: str
) -> None:
    with pytest.raises(AwsError, match=rf"api error ValidationError: .*{told}"):
        kind(ALARM).create(ctx, {"name": "refused", **MATH, "metricQueries": queries})


def test_an_alarm_on_a_percentile_says_what_few_samples_mean(life: Lives) -> None:
    settings = {**SMALL_ALARM, "extendedStatistic": "p99"}
    del settings["statistic"]
    alarm = life(
        ALARM, name=life.name("alarm"), **settings, evaluateLowSampleCountPercentiles="ignore"
    )
    assert_complete(alarm)
    assert_imports(alarm, alarm.id)
    assert_updates(alarm, [{"evaluateLowSampleCountPercentiles": "evaluate"}])


BODY = {"widgets": [{"type": "text", "width": 6, "properties": {"markdown": "the model"}}]}


def test_a_dashboard_lives(life: Lives) -> None:
    board = life(DASHBOARD, dashboardName=life.name("board"), dashboardBody=json.dumps(BODY))
    assert_complete(board)
    assert board.outputs["dashboardArn"] == f"arn:aws:cloudwatch::000000000000:dashboard/{board.id}"
    assert_imports(board, board.id)
    assert_updates(board, [{"dashboardBody": json.dumps({"widgets": []})}])
    assert_deleted(board)
