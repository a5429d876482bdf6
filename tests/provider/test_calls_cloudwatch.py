"""Alarms, dashboards and metric filters against a real emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.provider.kinds import AwsError, CallError, Context, kind
from tests.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_imports,
    assert_updates,
)

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
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


def test_metric_math_is_asked_for_as_aws_wants_it(ctx: Context) -> None:
    asked: list[dict[str, Any]] = []
    queries = [
        {"id": "rate", "expression": "errors/calls", "label": "rate", "returnData": True},
        {
            "id": "errors",
            "metric": {
                "dimensions": {"ApiName": "m"},
                "metricName": "5XXError",
                "namespace": "AWS/ApiGateway",
                "period": 60,
                "stat": "Sum",
                "unit": "Count",
            },
            "returnData": False,
        },
    ]

    def put_metric_alarm(**request: Any) -> None:
        asked.append(request)

    def describe_alarms(**request: Any) -> dict[str, Any]:
        return {"MetricAlarms": [{**asked[-1], "AlarmArn": "arn:aws:cloudwatch:::alarm:a"}]}

    fake = Wrapped(
        ctx, "cloudwatch", put_metric_alarm=put_metric_alarm, describe_alarms=describe_alarms
    )
    inputs = {"name": "a", "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1}
    made = kind(ALARM).create(fake, {**inputs, "metricQueries": queries, "threshold": 0.1})
    assert asked[0]["Metrics"][1] == {
        "Id": "errors",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/ApiGateway",
                "MetricName": "5XXError",
                "Dimensions": [{"Name": "ApiName", "Value": "m"}],
            },
            "Period": 60,
            "Stat": "Sum",
            "Unit": "Count",
        },
        "ReturnData": False,
    }
    assert made.outputs["metricQueries"] == queries


BODY = {"widgets": [{"type": "text", "width": 6, "properties": {"markdown": "the model"}}]}


def test_a_dashboard_lives(life: Lives) -> None:
    board = life(DASHBOARD, dashboardName=life.name("board"), dashboardBody=json.dumps(BODY))
    assert_complete(board)
    assert board.outputs["dashboardArn"] == f"arn:aws:cloudwatch::000000000000:dashboard/{board.id}"
    assert_imports(board, board.id)
    assert_updates(board, [{"dashboardBody": json.dumps({"widgets": []})}])
    assert_deleted(board)


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
    expected = (
        r"^creating CloudWatch Logs Metric Filter \(f\): operation error CloudWatch Logs: "
        r"PutMetricFilter, https response error StatusCode: 400, RequestID: .*, "
        r"ResourceNotFoundException: "
    )
    with pytest.raises(AwsError, match=expected):
        kind(FILTER).create(ctx, {**inputs, "metricTransformation": TRANSFORMATION})
    with pytest.raises(CallError, match="expected LOG-GROUP-NAME:FILTER-NAME"):
        kind(FILTER).read(ctx, "f", {})
