"""Metrics that AWS's services publish, and those of the gateway.

Equal values within ten seconds are one data point with a count, as CloudWatch keeps them: a metric
grows with the time that it covers, not with the requests.
"""

from __future__ import annotations

import time
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.exchange import Request, Response
from sandbox.server.base.stages import method_settings

cloudwatch = emulator.cloudwatch

Dimensions = dict[str, str]

SLOT = 10  # seconds; values of one slot that are equal are one data point

_slot = 0
_points: dict[tuple[Any, float, str], tuple[list[Any], dict[str, Any]]] = {}


def record(
    namespace: str,
    name: str,
    value: float,
    unit: str = "None",
    dimensions: Dimensions | None = None,
    slot: float = SLOT,
) -> None:
    """Add a value to a metric of the current account and region.

    Equal values within `slot` seconds, at most SLOT, are one data point.
    """
    global _slot
    now = time.time()
    if int(now // SLOT) != _slot:
        _slot = int(now // SLOT)
        _points.clear()
    dims = dimensions or {}
    key = (namespace, name, cloudwatch._dims_key(dims))
    bucket = cloudwatch._metric_bucket(key)
    known = _points.get((key, value, unit))
    # The store replaces its lists when it tidies up: only a point of this very list counts.
    if known and known[0] is bucket and known[1]["Timestamp"] // slot == now // slot:
        known[1]["Count"] += 1.0
        return
    point = {
        "Timestamp": now,
        "Value": float(value),
        "Count": 1.0,
        "Unit": unit,
        "Dimensions": dict(dims),
    }
    bucket.append(point)
    _points[key, value, unit] = (bucket, point)


def observe(request: Request, response: Response) -> None:
    """Publish what API Gateway publishes of one request."""
    values: list[tuple[str, float, str]] = [
        ("Count", 1, "Count"),
        ("4XXError", int(400 <= response.status < 500), "Count"),
        ("5XXError", int(response.status >= 500), "Count"),
        ("Latency", request.latency, "Milliseconds"),
    ]
    if "integrationLatency" in request.variables:
        values.append(
            ("IntegrationLatency", request.variables["integrationLatency"], "Milliseconds")
        )
    for dimensions in _dimensions(request):
        for name, value, unit in values:
            record("AWS/ApiGateway", name, value, unit, dimensions)


def _dimensions(request: Request) -> list[Dimensions]:
    name = request.api.get("name", "").encode("ascii", "ignore").decode() or request.place.api_id
    stage = {"ApiName": name, "Stage": request.place.stage}
    found = [{"ApiName": name}, stage]
    if request.resource and method_settings(request).get("metricsEnabled"):
        found.append({**stage, "Resource": request.resource["path"], "Method": request.method})
    return found


def invocation(config: dict[str, Any], duration: float, failed: bool) -> None:
    """Publish what Lambda publishes of one invocation; the duration in milliseconds."""
    lambdas = emulator.lambdas
    whole, running = lambdas.executions_in_flight()
    own = running.get(lambdas._inflight_key(config), 1)
    for dimensions in _of_function(config.get("FunctionName", "unknown")):
        concurrent = own if dimensions else max(own, whole)
        record("AWS/Lambda", "ConcurrentExecutions", concurrent, "Count", dimensions)
        record("AWS/Lambda", "Invocations", 1, "Count", dimensions)
        record("AWS/Lambda", "Errors", int(failed), "Count", dimensions)
        record("AWS/Lambda", "Duration", duration, "Milliseconds", dimensions)


def _of_function(name: str) -> list[Dimensions]:
    """A function's own metrics, and those of all functions together, which have no dimension."""
    return [{"FunctionName": name}, {}]


def emit(function: str, duration_ms: float, error: bool, throttle: bool) -> None:
    """In place of the emulator's, which counts some invocations twice and others never.

    An invocation is counted where its report is written. Here a throttled one remains, which
    is no invocation; who started it reports it once more, with a duration.
    """
    if throttle and not duration_ms:
        for dimensions in _of_function(function):
            record("AWS/Lambda", "Throttles", 1, "Count", dimensions)


def install() -> None:
    """Have the emulator's services record through here."""
    cloudwatch.record_metric = record
    emulator.lambdas._emit_lambda_metrics = emit
