"""Metric math, in expressions, in alarms and in GetMetricData."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

import pytest

from sandbox.server.watching import metric_math
from sandbox.server.watching.metric_math import Wrong
from sandbox.server.watching.metric_queries import NO_DIMENSIONS, get_statistics, key, labelled

numbers = count(1)
KNOWN = {"a": [1.0, 2.0, None, 4.0], "b": [0.0, 4.0, 3.0, 8.0]}


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("a + b", [1, 6, None, 12]),
        ("100 * a / b", [None, 50, None, 50]),
        ("-a ^ 2", [-1, -4, None, -16]),
        ("SUM(b)", [15, 15, 15, 15]),
        ("SUM([a, b])", [1, 6, 3, 12]),
        ("MAX([a, b])", [1, 4, 3, 8]),
        ("AVG(METRICS())", [0.5, 3, 3, 6]),
        ("FILL(a, 0)", [1, 2, 0, 4]),
        ("FILL(a, REPEAT)", [1, 2, 2, 4]),
        ("FILL(a, LINEAR)", [1, 2, 3, 4]),
        ("FILL(a, b)", [1, 2, 3, 4]),
        ("IF(b > 3, b, 0)", [0, 4, 0, 8]),
        ("IF(a > 1 AND NOT b < 5, 1, 0)", [0, 0, None, 1]),
        ("a > 1 && b > 1 || a == 1", [1, 1, None, 1]),
        ("DIFF(b)", [None, 4, -1, 5]),
        ("RATE(b)", [None, 4 / 60, -1 / 60, 5 / 60]),
        ("RUNNING_SUM(b)", [0, 4, 7, 15]),
        ("b / PERIOD(b)", [0, 4 / 60, 3 / 60, 8 / 60]),
        ("CEIL(b / 3) + FLOOR(ABS(-1.5))", [1, 3, 2, 4]),
        ("LOG10(b)", [None, 0.602, 0.477, 0.903]),
        ("STDDEV(b) * 0 + METRIC_COUNT(METRICS()) + DATAPOINT_COUNT(a)", [5, 5, 5, 5]),
    ],
)
def test_an_expression_has_a_value_for_each_period(expression: str, values: list[Any]) -> None:
    tree = metric_math.parse(expression)
    found = metric_math.evaluate(tree, KNOWN, 60)
    assert found == [v if v is None else pytest.approx(v, abs=0.001) for v in values]


@pytest.mark.parametrize(
    "expression", ["a +", "__import__('os')", "a.b", "SEARCH('x')", "[x for x in a]", "'text'"]
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(Wrong):
        metric_math.evaluate(metric_math.parse(expression), KNOWN, 60)


def query(id: str, name: str, namespace: str, wanted: bool = False) -> dict[str, Any]:
    stat = {"Metric": {"Namespace": namespace, "MetricName": name}, "Period": 60, "Stat": "Sum"}
    return {"Id": id, "MetricStat": stat, "ReturnData": wanted}


def asked(id: str, **more: Any) -> dict[str, Any]:
    """A query for a metric."""
    metric = {"Namespace": "N", "MetricName": more.pop("name", "Count")}
    return {"Id": id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum", **more}}


@pytest.mark.quirk("metric-labels")
@pytest.mark.parametrize(
    ("queries", "labels"),
    [
        ([asked("a")], ["Count"]),
        ([asked("a"), asked("b", name="Errors")], ["Count", "Errors"]),
        ([asked("a"), asked("b")], ["Count", "Count"]),
        ([asked("a"), asked("b", Stat="Average")], ["Count Sum", "Count Average"]),
        ([asked("a"), asked("b", Stat="p95", Period=300)], ["Count Sum 60", "Count p95 300"]),
        (
            [{**asked("a"), "Label": "mine"}, {"Id": "e", "Expression": "a*2"}],
            ["mine", "e"],
        ),
    ],
)
def test_what_has_no_label_gets_one(queries, labels):
    assert [query["Label"] for query in labelled(queries)] == labels


def test_no_dimensions_are_told_from_any():
    name = key(lambda dimensions: "|".join(dimensions))
    assert (name(NO_DIMENSIONS), name({"a": "b"})) == ("", "a")
    asked = get_statistics(lambda params, *_: params)
    first = "Dimensions.member.1.Name"
    assert asked({}, None, is_cbor=False) == {first: list(NO_DIMENSIONS)}
    for params, is_json in (({first: ["d"]}, False), ({}, True)):
        assert asked(params, {}, is_cbor=False, is_json=is_json) == params


RATE = {"Id": "rate", "Expression": "100 * errors / calls", "Label": "errors in percent"}


def publish(account: Any, namespace: str, **values: float) -> None:
    data = [{"MetricName": name, "Value": value} for name, value in values.items()]
    account.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


def test_an_alarm_acts_on_what_its_expression_gives(account: Any) -> None:
    client, space = account.client("cloudwatch"), f"Course{next(numbers)}"
    queries = [RATE, query("errors", "Errors", space), query("calls", "Calls", space)]
    client.put_metric_alarm(
        AlarmName=space,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Metrics=queries,
        Threshold=10,
    )

    def state() -> str:
        return str(client.describe_alarms(AlarmNames=[space])["MetricAlarms"][0]["StateValue"])

    assert state() == "INSUFFICIENT_DATA"
    publish(account, space, Errors=1, Calls=100)
    assert state() == "OK"
    publish(account, space, Errors=40)
    assert state() == "ALARM"
    found = client.describe_alarms(AlarmNames=[space])["MetricAlarms"][0]
    assert found["Metrics"][0]["Expression"] == RATE["Expression"]


def test_get_metric_data_evaluates_expressions(account: Any) -> None:
    client, space = account.client("cloudwatch"), f"Course{next(numbers)}"
    publish(account, space, Errors=5, Calls=50)
    now = datetime.now(timezone.utc)
    results = client.get_metric_data(
        MetricDataQueries=[RATE, query("errors", "Errors", space), query("calls", "Calls", space)],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
    )["MetricDataResults"]
    assert [(r["Id"], r["Label"], r["Values"]) for r in results] == [
        ("rate", "errors in percent", [10.0])
    ]


def test_the_newest_values_come_first_but_for_who_asks_otherwise(account: Any) -> None:
    client, space, now = account.client("cloudwatch"), f"Course{next(numbers)}", time.time()
    for minutes, value in ((20, 1.0), (10, 2.0)):
        point = {"MetricName": "Calls", "Value": value, "Timestamp": now - minutes * 60}
        client.put_metric_data(Namespace=space, MetricData=[point])
    asked: dict[str, Any] = {
        "MetricDataQueries": [query("calls", "Calls", space, wanted=True)],
        "StartTime": datetime.now(timezone.utc) - timedelta(hours=1),
        "EndTime": datetime.now(timezone.utc),
    }
    for order, wanted in (({}, [2.0, 1.0]), ({"ScanBy": "TimestampAscending"}, [1.0, 2.0])):
        (result,) = client.get_metric_data(**asked, **order)["MetricDataResults"]
        assert result["Values"] == wanted and len(set(result["Timestamps"])) == 2


def test_a_percentile_of_few_samples_can_be_ignored(account: Any) -> None:
    client, space = account.client("cloudwatch"), f"Course{next(numbers)}"
    for name in ("evaluate", "ignore"):
        client.put_metric_alarm(
            AlarmName=f"{space}-{name}",
            ComparisonOperator="GreaterThanThreshold",
            EvaluateLowSampleCountPercentile=name,
            EvaluationPeriods=1,
            ExtendedStatistic="p90",
            MetricName="Latency",
            Namespace=space,
            Period=300,
            Threshold=1,
        )

    def states() -> list[str]:
        found = client.describe_alarms(AlarmNamePrefix=space)["MetricAlarms"]
        return [str(each["StateValue"]) for each in sorted(found, key=lambda a: a["AlarmName"])]

    publish(account, space, Latency=5)
    assert states() == ["ALARM", "INSUFFICIENT_DATA"]
    values = [5.0 + n for n in range(120)]
    data = {"MetricName": "Latency", "Values": values, "Timestamp": time.time()}
    client.put_metric_data(Namespace=space, MetricData=[data])
    assert states() == ["ALARM", "ALARM"]
