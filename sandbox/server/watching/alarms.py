"""Alarms act on the metric that they name, soon after it changes.

The emulator looks at every metric of the same name, whatever its dimensions, and only when
somebody puts data. CloudWatch evaluates each minute; here an alarm is looked at every second, over
the periods that end now, so that a learner need not wait.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator, settings
from sandbox.server.watching import metric_queries

cloudwatch = emulator.cloudwatch
log = logging.getLogger("sandbox")

EVERY = 1.0  # seconds between two looks at all alarms
# The alarms of target-tracking policies, whose minutes are shorter: settings.py says why.
TRACKING = "TargetTracking-"
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, limit: value >= limit,
    "GreaterThanThreshold": lambda value, limit: value > limit,
    "LessThanThreshold": lambda value, limit: value < limit,
    "LessThanOrEqualToThreshold": lambda value, limit: value <= limit,
}


def evaluate(alarm: dict[str, Any]) -> None:
    """Set an alarm's state from its metric, and take its actions if the state changes."""
    compare = COMPARE.get(alarm.get("ComparisonOperator") or "")
    if not (alarm.get("MetricName") or alarm.get("Metrics")) or compare is None:
        return
    if _too_few(alarm):
        return
    threshold = float(alarm.get("Threshold") or 0)
    found = values(alarm)
    verdict = _state(alarm, [None if v is None else compare(v, threshold) for v in found])
    if verdict is None or verdict == alarm["StateValue"]:
        return
    shown = ", ".join(f"{value:g}" for value in found if value is not None)
    reason = (
        f"Threshold Crossed: {len(found)} datapoint(s) [{shown}] {_words(alarm)} ({threshold:g})."
    )
    if verdict == "INSUFFICIENT_DATA":
        reason = "Insufficient Data: no datapoints were received."
    old = alarm["StateValue"]
    now = int(time.time())
    alarm.update(StateValue=verdict, StateReason=reason, StateUpdatedTimestamp=now)
    cloudwatch._record_history(alarm["AlarmName"], old, verdict, reason)
    cloudwatch._dispatch_alarm_actions(alarm, old, verdict, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _words(alarm: dict[str, Any]) -> str:
    operator = str(alarm["ComparisonOperator"]).removesuffix("Threshold")
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in operator).strip()
    return f"was {words} the threshold"


def values(alarm: dict[str, Any]) -> list[float | None]:
    """The statistic of each period, the latest first; None where there is no data."""
    if alarm.get("Metrics"):
        periods = int(alarm.get("EvaluationPeriods") or 1)
        return metric_queries.values(alarm["Metrics"], periods, time.time())
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    found: list[float | None] = []
    # What is summed over a shortened period stands for what a whole one would have.
    scale = _asked_period(alarm) / _period(alarm) if statistic in ("Sum", "SampleCount") else 1.0
    for inside in _periods(alarm):
        stats = cloudwatch._calc_stats(inside)
        value = cloudwatch._stat_value(stats, statistic, inside) if stats else None
        found.append(None if value is None else value * scale)
    return found


def _asked_period(alarm: dict[str, Any]) -> float:
    return float(alarm.get("Period") or 60)


def _period(alarm: dict[str, Any]) -> float:
    """The seconds that one of an alarm's periods takes here."""
    asked = _asked_period(alarm)
    return settings.scaling_seconds(asked) if alarm["AlarmName"].startswith(TRACKING) else asked


def _periods(alarm: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The data of each period that an alarm looks at, the latest first."""
    dimensions = cloudwatch._dims_from_list(alarm.get("Dimensions") or [])
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    points = cloudwatch._metrics.get(key) or []
    period = _period(alarm)
    now = time.time()
    ends = [now - back * period for back in range(int(alarm.get("EvaluationPeriods") or 1))]
    return [[p for p in points if end - period < p["Timestamp"] <= end] for end in ends]


def _too_few(alarm: dict[str, Any]) -> bool:
    """Whether an alarm on a percentile shall keep its state, for want of data that mean much."""
    statistic = alarm.get("ExtendedStatistic") or ""
    ignores = alarm.get("EvaluateLowSampleCountPercentile") == "ignore"
    if not ignores or not cloudwatch._is_percentile_stat(statistic):
        return False
    share = float(statistic[1:]) / 100
    rare = 1 - share if share >= 0.5 else share
    counts = [cloudwatch._calc_stats(inside).get("SampleCount", 0) for inside in _periods(alarm)]
    return any(0 < count * rare < 10 for count in counts)


def _state(alarm: dict[str, Any], breaching: list[bool | None]) -> str | None:
    """The state that follows; None to keep the one it has."""
    missing = alarm.get("TreatMissingData") or "missing"
    if missing in ("breaching", "notBreaching"):
        breaching = [missing == "breaching" if b is None else b for b in breaching]
    needed = int(alarm.get("DatapointsToAlarm") or len(breaching))
    known = [b for b in breaching if b is not None]
    if not known:
        never = alarm["StateValue"] == "INSUFFICIENT_DATA"
        return None if missing == "ignore" or never else "INSUFFICIENT_DATA"
    if sum(known) >= needed:
        return "ALARM"
    return "OK" if len(known) >= needed or not any(known) else None


def look() -> None:
    """Evaluate the alarms of all accounts and regions."""
    for (account_id, region, name), alarm in list(cloudwatch._alarms._data.items()):
        with emulator.responses.request_scope(account_id, region):
            try:
                evaluate(alarm)
            except Exception:
                log.exception("cannot evaluate the alarm %s", name)


async def watch() -> None:
    """Look at all alarms, again and again."""
    while True:
        await asyncio.sleep(EVERY)
        look()


def describe(original: Callable[..., Any]) -> Callable[..., Any]:
    """Who asks for alarms sees them as the metrics are now."""

    def answer(*args: Any, **more: Any) -> Any:
        look()
        return original(*args, **more)

    return answer


def install() -> None:
    """Put this in the place of the emulator's evaluation."""
    cloudwatch._evaluate_alarm = evaluate
    cloudwatch._describe_alarms = describe(cloudwatch._describe_alarms)
    metric_queries.install()
