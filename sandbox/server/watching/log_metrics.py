"""Metrics that come out of log lines: metric filters, and the embedded metric format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.watching import metrics
from sandbox.server.watching.log_patterns import BadPattern, compiled, document_of, field

logs = emulator.cloudwatch_logs


def observe(group: str, lines: Iterable[str]) -> None:
    """Publish what the lines say, by the group's filters and by themselves."""
    filters = [f for (name, _), f in logs._metric_filters.items() if name == group]
    for line in lines:
        # A line, or a filter, that makes no sense counts for nothing.
        if '"_aws"' in line:
            with suppress(AttributeError, KeyError, TypeError, ValueError):
                _embedded(document_of(line) or {})
        for one in filters:
            with suppress(AttributeError, KeyError, TypeError, ValueError):
                _filter(one, line)


def _filter(one: dict[str, Any], line: str) -> None:
    matches = compiled(one.get("filterPattern") or "")(line)
    document = document_of(line)
    for change in one.get("metricTransformations") or []:
        value = _number(change.get("metricValue"), document) if matches else None
        value = change.get("defaultValue") if value is None and not matches else value
        if value is None:
            continue
        named = change.get("dimensions") or {}
        dimensions = {key: field(document, place) for key, place in named.items()}
        if matches and any(found is None for found in dimensions.values()):
            continue
        texts = {key: str(found) for key, found in dimensions.items()} if matches else {}
        unit = change.get("unit") or "None"
        space, name = change["metricNamespace"], change["metricName"]
        metrics.record(space, name, float(value), unit, texts)


def _number(value: Any, document: dict[str, Any] | None) -> float | None:
    found = field(document, value) if str(value).startswith("$") else value
    try:
        return float(found)
    except (TypeError, ValueError):
        return None


def _embedded(document: dict[str, Any]) -> None:
    described = document.get("_aws")
    directives = described.get("CloudWatchMetrics") if isinstance(described, dict) else None
    for directive in directives if isinstance(directives, list) else []:
        for names in directive.get("Dimensions") or [[]]:
            if not all(name in document for name in names):
                continue
            dimensions = {name: str(document[name]) for name in names}
            for metric in directive.get("Metrics") or []:
                found = document.get(metric["Name"])
                for value in found if isinstance(found, list) else [found]:
                    if isinstance(value, (int, float)) and not isinstance(value, bool):
                        unit = metric.get("Unit") or "None"
                        space = directive["Namespace"]
                        metrics.record(space, metric["Name"], float(value), unit, dimensions)


def put(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Who puts log events has their metrics published."""

    def put_log_events(data: Any) -> Any:
        answer = original(data)
        if answer[0] == 200:
            events = data.get("logEvents") or []
            observe(data["logGroupName"], [event.get("message", "") for event in events])
        return answer

    return put_log_events


def matcher(original: Callable[[str], Any]) -> Callable[[str], Any]:
    """Patterns as AWS reads them, also those that compare JSON fields."""

    def compile_pattern(raw: str) -> Any:
        try:
            return compiled(raw)
        except BadPattern:
            return original(raw)

    return compile_pattern


def install() -> None:
    """Put these over the emulator's calls."""
    logs._put_log_events = put(logs._put_log_events)
    logs._compile_filter_pattern = matcher(logs._compile_filter_pattern)
