"""What a chapter costs in an account, from what it makes; list prices, each with its date."""

from __future__ import annotations

from collections.abc import Mapping

from lab.cost.prices import Price
from lab.cost.state import HOURS, Estimate

# By the month, with nothing for free: beyond 10 alarms and 3 dashboards that is so.
MONTHLY = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": Price(
        "alarm_month", "CloudWatch, an alarm", "month", 0.10, "not checked lately"
    ),
    "aws:cloudwatch/dashboard:Dashboard": Price(
        "dashboard_month", "CloudWatch, a dashboard", "month", 3.0, "not checked lately"
    ),
}
BALANCER, GROUP = "aws:lb/loadBalancer:LoadBalancer", "aws:autoscaling/group:Group"


def at_rest(declared: Mapping[str, int], instances: int) -> float | None:
    """Dollars for a month in which nobody asks anything; None: a price is not known.

    Args:
        declared: what is made, by type.
        instances: how many serve.
    """
    total = 0.0
    for token, price in MONTHLY.items():
        if declared.get(token) and price.dollars is None:
            return None
        total += declared.get(token, 0) * (price.dollars or 0.0)
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
