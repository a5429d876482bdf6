"""Queries of metrics, as alarms and GetMetricData have them: metrics, and expressions over them."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.watching import metric_math
from sandbox.server.watching.metric_math import Series, Wrong

cloudwatch = emulator.cloudwatch

EARLIER = 10  # periods before the wanted ones, for what compares a value with the one before


def check(queries: list[Record]) -> None:
    """See whether an alarm can be evaluated from queries.

    Raises:
        Wrong: there is not one that gives the data, or an expression cannot be evaluated.
    """
    if sum(bool(query.get("ReturnData", True)) for query in queries) != 1:
        raise Wrong("exactly one element of the metrics list must return data")
    _trees(queries)


def _trees(queries: list[Record]) -> dict[str, ast.expr]:
    ids = {query["Id"] for query in queries}
    found = {}
    for query in queries:
        if expression := query.get("Expression"):
            tree = metric_math.parse(expression)
            if unknown := metric_math.names(tree) - ids:
                raise Wrong(f"there is no metric with the id {min(unknown)}")
            found[query["Id"]] = tree
    return found


def period(queries: list[Record]) -> int:
    """The period that an alarm on queries has, in seconds."""
    for query in queries:
        if query.get("ReturnData", True) and query.get("Period"):
            return int(query["Period"])
    return max((int(q["MetricStat"]["Period"]) for q in queries if q.get("MetricStat")), default=60)


def values(queries: list[Record], count: int, end: float) -> Series:
    """What an alarm's queries give for its last periods, the latest first."""
    seconds = period(queries)
    known = {
        query["Id"]: _metric(query["MetricStat"], seconds, count + EARLIER, end)
        for query in queries
        if query.get("MetricStat")
    }
    _evaluate(queries, known, seconds)
    wanted = next(query["Id"] for query in queries if query.get("ReturnData", True))
    return known[wanted][::-1][:count]


def _metric(stat: Record, seconds: int, count: int, end: float) -> Series:
    metric = stat["Metric"]
    dimensions = cloudwatch._dims_from_list(metric.get("Dimensions") or [])
    key = (metric.get("Namespace"), metric.get("MetricName"), cloudwatch._dims_key(dimensions))
    points = cloudwatch._metrics.get(key) or []
    found: Series = []
    for back in range(count - 1, -1, -1):
        until = end - back * seconds
        inside = [p for p in points if until - seconds < p["Timestamp"] <= until]
        stats = cloudwatch._calc_stats(inside)
        found.append(cloudwatch._stat_value(stats, stat["Stat"], inside) if stats else None)
    return found


def _evaluate(queries: list[Record], known: dict[str, Series], seconds: int) -> None:
    """Add what expressions give to what metrics have; those that others need come first."""
    trees = _trees(queries)
    while trees:
        ready = [id for id, tree in trees.items() if metric_math.names(tree) <= set(known)]
        if not ready:
            raise Wrong("expressions refer to each other in a circle")
        for id in ready:
            # METRICS() means the metrics alone; other expressions are named.
            known[id] = metric_math.evaluate(trees.pop(id), known, seconds)


# GetMetricData


def get_data(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def get(params: Any, data: Record, is_cbor: bool, is_json: bool = False) -> Answer:
        queries = labelled((data or {}).get("MetricDataQueries") or [])
        data = {**data, "MetricDataQueries": queries} if queries else data
        if not is_json:
            return original(params, data, is_cbor, is_json)
        plain = [{**q, "ReturnData": True} for q in queries if not q.get("Expression")]
        answer = original(params, {**data, "MetricDataQueries": plain}, is_cbor, is_json)
        if answer[0] != 200:
            return answer
        try:
            results = _results(queries, json.loads(answer[2])["MetricDataResults"])
        except Wrong as error:
            refused: Answer = cloudwatch._error("ValidationError", str(error), 400, use_json=True)
            return refused
        if data.get("ScanBy") != "TimestampAscending":
            results = [newest_first(each) for each in results]
        shown: Answer = cloudwatch._json_ok({"MetricDataResults": results})
        return shown

    return get


def newest_first(result: Record) -> Record:
    """A result as CloudWatch gives it to who names no order (API reference: GetMetricData, ScanBy)."""
    turned = {name: result[name][::-1] for name in ("Timestamps", "Values")}
    return {**result, **turned}


def labelled(queries: list[Record]) -> list[Record]:
    """Queries with the labels that CloudWatch gives them where they have none.

    A metric's is its name, with the statistic and the period where those of the queries differ
    (localstack, a test validated by AWS); an expression's is its id.
    """
    stats = [query["MetricStat"] for query in queries if query.get("MetricStat")]
    apart = [
        part for part in ("Stat", "Period") if len({str(stat.get(part)) for stat in stats}) > 1
    ]
    found = []
    for query in queries:
        stat = query.get("MetricStat")
        words = (
            [stat["Metric"].get("MetricName"), *(stat.get(part) for part in apart)] if stat else []
        )
        label = " ".join(str(word) for word in words) or query.get("Id")
        found.append({**query, "Label": query.get("Label") or label})
    return found


def _results(queries: list[Record], found: list[Record]) -> list[Record]:
    times = sorted({moment for each in found for moment in each["Timestamps"]})
    known: dict[str, Series] = {}
    for each in found:
        points = dict(zip(each["Timestamps"], each["Values"], strict=True))
        known[each["Id"]] = [points.get(moment) for moment in times]
    seconds = [int(q["MetricStat"]["Period"]) for q in queries if q.get("MetricStat")]
    _evaluate(queries, known, max(seconds, default=60))
    return [_result(query, known[query["Id"]], times) for query in queries if _wanted(query)]


def _wanted(query: Record) -> bool:
    return bool(query.get("ReturnData", True))


def _result(query: Record, series: Series, times: list[float]) -> Record:
    points = [(t, v) for t, v in zip(times, series, strict=True) if v is not None]
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or query["Id"],
        "Timestamps": [moment for moment, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete",
    }


# Dimensions: a metric is asked for with exactly its own. The emulator takes none for any.

NO_DIMENSIONS = {"\0": ""}  # what it is told when there are none


def listed(original: Callable[..., dict[str, str]]) -> Callable[..., dict[str, str]]:
    """The dimensions that a call lists."""
    return lambda dimensions: original(dimensions) or NO_DIMENSIONS


def key(original: Callable[[dict[str, str]], str]) -> Callable[[dict[str, str]], str]:
    """The name under which a metric of these dimensions is kept."""
    return lambda dimensions: original({} if dimensions == NO_DIMENSIONS else dimensions)


def get_statistics(original: Callable[..., Answer]) -> Callable[..., Answer]:
    """GetMetricStatistics by a form, whose dimensions the emulator reads by itself."""
    first = "Dimensions.member.1.Name"

    def get(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Answer:
        if not (is_cbor or is_json or params.get(first)):
            params = {**params, first: ["\0"]}
        return original(params, data, is_cbor, is_json)

    return get


def install() -> None:
    """Put these over the emulator's calls."""
    cloudwatch._dims_from_list = listed(cloudwatch._dims_from_list)
    cloudwatch._dims_key = key(cloudwatch._dims_key)
    cloudwatch._get_metric_data = get_data(cloudwatch._get_metric_data)
    cloudwatch._get_metric_statistics = get_statistics(cloudwatch._get_metric_statistics)
