"""A room on AWS: what N learners need of one account, and what they cost; dated, as prices are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lab.cost.prices import KNOWN

LOOKED_UP = "November 2026"
# API Gateway's own, for each account and Region; AWS raises none of them. (Its quotas page.)
CREATE_API, DELETE_API, DEPLOY = 3, 30, 5  # seconds for each of one account
TEAMS = 2  # keys of a learner
HOURS = 8  # of a day


@dataclass(frozen=True)
class Quota:
    """A limit of an account that a room may meet.

    Attributes:
        needs: of it, by one learner.
        usual: what an account has in a Region when nobody asked for more; AWS may give a new one less.
        why: what needs it.
    """

    name: str
    needs: int
    usual: int
    why: str


QUOTAS = (
    Quota(
        "Lambda: concurrent executions",
        4,
        1000,
        "the model, the authorizer; a new account may have 10",
    ),
    Quota("API Gateway: Regional APIs", 1, 600, "one each"),
    Quota("API Gateway: usage plans", TEAMS + 1, 300, "a plan for each team, one for guests"),
    Quota("Cognito: user pools", 1, 1000, "the page about people"),
    Quota(
        "CloudWatch: dashboards", 1, 5000, "the page about alarms; three are free for an account"
    ),
    Quota(
        "EC2: vCPU of standard instances", 6, 64, "three instances of two; a new account may have 5"
    ),
    Quota("Elastic Load Balancing: Application Load Balancers", 1, 50, "the pages about instances"),
    Quota("VPC: security groups of a VPC's Region", 4, 2500, "the pages about instances"),
)


def wanted(learners: int) -> list[tuple[Quota, int, bool]]:
    """Each quota, what so many learners need of it, and whether an account has that unasked."""
    rows = [(quota, quota.needs * learners) for quota in QUOTAS]
    return [(quota, needed, needed <= quota.usual) for quota, needed in rows]


def waits(learners: int) -> dict[str, float]:
    """Minutes that the last of so many waits, when all do the same at once, by what they do."""
    return {
        "the first `up` of the API": learners * CREATE_API / 60,
        "an `up` that deploys": learners * DEPLOY / 60,
        "the clean-up": learners * DELETE_API / 60,
    }


def dollars_a_day(learners: int, instances: int = 3) -> tuple[float, float]:
    """What so many learners cost in a day: of pages without instances, and with them all day.

    The first is calls alone, two hundred of each learner; the second is mostly idle instances.
    """
    call = _price("gateway_call") + _price("lambda_call") + 2 * 4 * _price("lambda_gb_second")
    hour = instances * (_price("instance_hour") + _price("address_hour")) + _price("balancer_hour")
    calls = 200 * call
    return math.ceil(learners * calls * 100) / 100, round(learners * (calls + HOURS * hour), 2)


def _price(name: str) -> float:
    dollars = KNOWN[name].dollars
    assert dollars is not None, f"{name} has no price"
    return dollars
