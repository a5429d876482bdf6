"""Metrics that come out of log lines, and the patterns that choose the lines."""

import json
import time

import pytest

from tests.sandbox.server.watching.reading import metric

LINES = [
    '{"status": 429, "team": "red", "tokens": 7, "ok": true, "deep": {"list": [1, 2]}}',
    '{"status": 200, "team": "blue", "tokens": 5, "none": null}',
    "[ERROR] no JSON at all",
]


@pytest.fixture(scope="module")
def written(account):
    """A log group with three lines, and filters that were there before them."""
    logs = account.client("logs")
    logs.create_log_group(logGroupName="/kit/lines")
    logs.create_log_stream(logGroupName="/kit/lines", logStreamName="s")
    for name, pattern, change in (
        ("throttled", "{ $.status = 429 }", {"metricValue": "1", "defaultValue": 0}),
        ("tokens", "{ $.tokens > 0 }", {"metricValue": "$.tokens"}),
        ("teams", "{ $.tokens > 0 }", {"metricValue": "$.tokens", "dimensions": {"T": "$.team"}}),
        ("errors", "ERROR", {"metricValue": "1"}),
    ):
        change = {"metricName": name, "metricNamespace": "Kit", **change}
        logs.put_metric_filter(
            logGroupName="/kit/lines",
            filterName=name,
            filterPattern=pattern,
            metricTransformations=[change],
        )
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in LINES]
    logs.put_log_events(logGroupName="/kit/lines", logStreamName="s", logEvents=events)
    return logs


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("", [0, 1, 2]),
        ("status", [0, 1]),
        ('"no JSON"', [2]),
        ("status -red", [1]),
        ("?red ?ERROR", [0, 2]),
        ("{ $.status = 429 }", [0]),
        ("{ $.status != 429 }", [1]),
        ("{ $.status >= 200 && $.tokens < 7 }", [1]),
        ('{ ($.team = "red" || $.team = "blue") && $.ok IS TRUE }', [0]),
        ('{ $.team = "b*" }', [1]),
        ("{ $.none IS NULL }", [1]),
        ("{ $.none NOT EXISTS }", [0]),
        ("{ $.deep.list[1] = 2 }", [0]),
        ("{ $.status = red }", []),
    ],
)
def test_a_pattern_finds_its_lines(written, pattern, matching):
    found = written.filter_log_events(logGroupName="/kit/lines", filterPattern=pattern)["events"]
    assert [event["message"] for event in found] == [LINES[number] for number in matching]


def test_a_metric_filter_counts_and_adds_up(account, written):
    assert metric(account, "Kit", "throttled", "Sum") == 1
    assert metric(account, "Kit", "throttled", "SampleCount") == 3
    assert metric(account, "Kit", "tokens", "Sum") == 12
    assert metric(account, "Kit", "teams", "Sum", T="red") == 7
    assert metric(account, "Kit", "errors", "Sum") == 1


def test_what_a_function_prints_in_the_embedded_format_is_a_metric(account):
    line = {
        "_aws": {
            "Timestamp": 0,
            "CloudWatchMetrics": [
                {
                    "Namespace": "GenAI",
                    "Dimensions": [["model"], ["model", "missing"]],
                    "Metrics": [{"Name": "tokens", "Unit": "Count"}, {"Name": "times"}],
                }
            ],
        },
        "model": "small",
        "tokens": 12,
        "times": [1, 2, 3],
    }
    function = account.function(f"def handler(event, context):\n    print({json.dumps(line)!r})\n")
    account.functions.invoke(FunctionName=function, Payload=b"{}")
    assert metric(account, "GenAI", "tokens", "Sum", model="small") == 12
    assert metric(account, "GenAI", "times", "SampleCount", model="small") == 3


def test_lines_that_only_look_like_metrics_harm_nobody(account):
    function = account.function(
        "def handler(event, context):\n"
        '    for text in (\'{"_aws": 5}\', \'{"_aws"\', \'{"_aws": {"CloudWatchMetrics": [5]}}\'):\n'
        "        print(text)\n"
        "    return 'fine'\n"
    )
    answer = account.functions.invoke(FunctionName=function, Payload=b"{}")
    assert answer["Payload"].read() == b'"fine"'
