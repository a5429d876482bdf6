"""What a chapter costs in an account, from what it makes; list prices, each with its date."""

from __future__ import annotations

from collections.abc import Mapping

from lab.cost.prices import AT_REST
from lab.cost.state import HOURS, Estimate

# By the month, with nothing for free: beyond 10 alarms and 3 dashboards that is so.
MONTHLY = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": "alarm_month",
    "aws:cloudwatch/dashboard:Dashboard": "dashboard_month",
}
PRICES = {price.name: price.dollars for price in AT_REST}
BALANCER, GROUP = "aws:lb/loadBalancer:LoadBalancer", "aws:autoscaling/group:Group"


def at_rest(declared: Mapping[str, int], instances: int) -> float | None:
    """Dollars for a month in which nobody asks anything; None: a price is not known.

    Args:
        declared: what is made, by type.
        instances: how many serve.
    """
    total = 0.0
    for token, name in MONTHLY.items():
        dollars = PRICES[name]
        if declared.get(token) and dollars is None:
            return None
        total += declared.get(token, 0) * (dollars or 0.0)
    if declared.get(BALANCER):
        hourly = Estimate().hour("instances", 0)
        one = sum(
            line.dollars or 0.0
            for line in Estimate().lines(0)
            if line.home == "instances" and not line.what.startswith("load balancer")
        )
        if hourly is None:
            return None
        total += (hourly + one * (instances - 1)) * HOURS
    return total


def thousand() -> float | None:
    """Dollars for 1,000 prompts of three seconds that the function answers."""
    return Estimate().thousand("function")
