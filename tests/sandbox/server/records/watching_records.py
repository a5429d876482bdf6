"""Alarms, dashboards, log groups and metric filters."""

from __future__ import annotations

from functools import partial

from tests.sandbox.server.records.case import LIST, TAGS, Case, Change, Values, record, same

cloudwatch, logs = partial(record, "cloudwatch"), partial(record, "logs")

ALARM = {"AlarmName": "one"}
ALARM_GIVEN: Values = {
    **ALARM,
    "AlarmDescription": "first",
    "ActionsEnabled": False,
    "OKActions": ["arn:aws:sns:us-east-1:000000000000:ok"],
    "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:alarm"],
    "InsufficientDataActions": ["arn:aws:sns:us-east-1:000000000000:none"],
    "MetricName": "4XXError",
    "Namespace": "AWS/ApiGateway",
    "Statistic": "Sum",
    "Dimensions": [{"Name": "ApiName", "Value": "x"}],
    "Period": 60,
    "Unit": "Count",
    "EvaluationPeriods": 2,
    "DatapointsToAlarm": 1,
    "Threshold": 1.5,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
}
ALARM_QUERIES: Values = {
    **ALARM,
    "EvaluationPeriods": 1,
    "Threshold": 5.0,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "Metrics": [
        {"Id": "e1", "Expression": "m1*2", "Label": "twice", "ReturnData": True},
        {
            "Id": "m1",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ApiGateway",
                    "MetricName": "Count",
                    "Dimensions": [{"Name": "ApiName", "Value": "x"}],
                },
                "Period": 60,
                "Stat": "Sum",
                "Unit": "Count",
            },
            "ReturnData": False,
        },
    ],
}
ALARM_PERCENTILE: Values = {
    **ALARM,
    "MetricName": "Latency",
    "Namespace": "AWS/ApiGateway",
    "ExtendedStatistic": "p95",
    "EvaluateLowSampleCountPercentile": "ignore",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 2.0,
    "ComparisonOperator": "LessThanThreshold",
}


def alarm(given: Values, *changes: Values) -> Case:
    """An alarm, read by its name; a change gives it as a whole, with one member replaced."""
    return cloudwatch(
        "alarm",
        {**given, "Tags": LIST},
        {"AlarmNames": ["one"]},
        *(Change("put_metric_alarm", {**given, **each}, each) for each in changes),
        calls=("put_metric_alarm", "describe_alarms", "delete_alarms"),
        unseen=("Tags",),
        place="MetricAlarms.0",
    )


CLOUDWATCH = (
    alarm(
        ALARM_GIVEN,
        {"Period": 120},
        {"Threshold": 0.0},
        {"ActionsEnabled": True},
    ),
    alarm(ALARM_QUERIES),
    alarm(ALARM_PERCENTILE),
    cloudwatch(
        "dashboard",
        {"DashboardName": "one", "DashboardBody": '{"widgets":[]}'},
        {"DashboardName": "one"},
        calls=("put", "get", "delete_dashboards"),
        also={"DashboardArn": "arn:aws:cloudwatch::000000000000:dashboard/one"},
    ),
)


LOGS = (
    logs(
        "log group",
        {
            "logGroupName": "/one",
            "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/1",
            "logGroupClass": "INFREQUENT_ACCESS",
            "tags": TAGS,
        },
        {"logGroupName": "/one"},
        same("put_retention_policy", retentionInDays=7),
        Change("delete_retention_policy", {}, {"retentionInDays": None}),
        same("associate_kms_key", kmsKeyId="arn:aws:kms:us-east-1:000000000000:key/2"),
        Change("disassociate_kms_key", {}, {"kmsKeyId": None}),
        calls=("create", "describe_log_groups", "delete"),
        also={
            "arn": "arn:aws:logs:us-east-1:000000000000:log-group:/one:*",
            "logGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:/one",
            "metricFilterCount": 0,
            "storedBytes": 0,
        },
        unseen=("tags",),
        place="logGroups.0",
        absent=("retentionInDays",),
    ),
    logs(
        "metric filter",
        {
            "logGroupName": "{group_name}",
            "filterName": "one",
            "filterPattern": "{ $.status = 500 }",
            "metricTransformations": [
                {
                    "metricName": "m",
                    "metricNamespace": "n",
                    "metricValue": "1",
                    "dimensions": {"path": "$.path"},
                    "unit": "Count",
                }
            ],
        },
        {"logGroupName": "{group_name}", "filterName": "one"},
        same(
            "put_metric_filter",
            filterPattern="",
            metricTransformations=[
                {
                    "metricName": "m",
                    "metricNamespace": "n",
                    "metricValue": "$.x",
                    "defaultValue": 0.5,
                }
            ],
        ),
        calls=("put", "describe_metric_filters", "delete"),
        place="metricFilters.0",
    ),
)
