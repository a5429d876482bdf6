"""List prices: what is paid for, in which unit, where, and when somebody looked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """A price.

    Attributes:
        name: how an argument of `cost` names it.
        dollars: for one unit; None: not known, and so is every sum with it.
        looked_up: month and year, or "not checked lately".
    """

    name: str
    what: str
    unit: str
    dollars: float | None
    looked_up: str
    region: str = "us-east-1"


PRICES = (
    Price("lambda_gb_second", "Lambda, x86", "GB-second", 0.0000166667, "June 2026"),
    Price("lambda_call", "Lambda, a call", "call", 0.0000002, "June 2026"),
    Price("gateway_call", "API Gateway, REST", "call", 0.0000035, "June 2026"),
    Price("instance_hour", "EC2 c7i.large, Linux", "hour", 0.08925, "not checked lately"),
    Price("address_hour", "public IPv4 address", "hour", 0.005, "not checked lately"),
    Price("disk_month", "EBS gp3, 8 GB", "month", 0.64, "not checked lately"),
    Price("balancer_hour", "load balancer", "hour", 0.0225, "May 2026"),
    Price("lcu_hour", "load balancer, capacity unit", "hour", 0.008, "May 2026"),
    Price("managed_input", "Bedrock, Nova Micro, read", "token", 0.035e-6, "January 2026"),
    Price("managed_output", "Bedrock, Nova Micro, written", "token", 0.14e-6, "January 2026"),
)
KNOWN = {price.name: price for price in PRICES}
# What else a clean-up may find, and is paid for while nobody calls.
AT_REST = (
    Price("dashboard_month", "CloudWatch dashboard", "month", 3.0, "not checked lately"),
    Price("alarm_month", "CloudWatch alarm", "month", 0.10, "not checked lately"),
    Price("secret_month", "Secrets Manager, a secret", "month", 0.40, "not checked lately"),
    Price("web_acl_month", "WAF web ACL, without its rules", "month", 5.0, "not checked lately"),
)
