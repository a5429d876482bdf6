"""Rules for the tests of web ACLs."""

from __future__ import annotations

from typing import Any


def seen(name: str) -> dict[str, Any]:
    return {"cloudwatchMetricsEnabled": True, "metricName": name, "sampledRequestsEnabled": False}


def rule(name: str, priority: int, statement: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"name": name, "priority": priority, "statement": statement}
    return {**base, "action": {"block": {}}, "visibilityConfig": seen(name), **more}


LIMIT = rule("limit", 1, {"rateBasedStatement": {"aggregateKeyType": "IP", "limit": 100}})
MATCH = {
    "byteMatchStatement": {
        "fieldToMatch": {"singleHeader": {"name": "x-key"}},
        "positionalConstraint": "EXACTLY",
        "searchString": "secret",
        "textTransformations": [{"priority": 0, "type": "NONE"}],
    }
}


def immune(seconds: int) -> dict[str, Any]:
    return {"immunityTimeProperty": {"immunityTime": seconds}}


SMALLEST: dict[str, Any] = {
    "scope": "REGIONAL",
    "defaultAction": {"allow": {}},
    "visibilityConfig": seen("front"),
}
