"""VPC links as records: V1 leads to a network load balancer of its own, V2 to any in its subnets.

A link is PENDING when it is made and AVAILABLE, or FAILED, the next time that somebody looks.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record

STATE_KEY = "kit_vpc_links"
# A network load balancer; AWS takes no other kind for a V1 link.
NLB_ARN = re.compile(
    r"arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:loadbalancer/net/[^/]+/[0-9a-z]+"
)
BALANCER_ARN = re.compile(
    r"arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:loadbalancer/(app|net)/[^/]+/[0-9a-z]+"
)

# id -> record, in the form that each version's API tells.
first = emulator.responses.AccountRegionScopedDict()
second = emulator.responses.AccountRegionScopedDict()


def find_first(id: str) -> Record | None:
    """A V1 link as it is now, None when there is none with this id."""
    link: Record | None = first.get(id)
    if link is not None:
        _settle_first(link)
    return link


def find_second(id: str) -> Record | None:
    """A V2 link as it is now, None when there is none with this id."""
    link: Record | None = second.get(id)
    if link is not None and link["vpcLinkStatus"] == "PENDING":
        link.update(
            vpcLinkStatus="AVAILABLE", vpcLinkStatusMessage="VPC link is ready to route traffic"
        )
    return link


def tags(id: str) -> Record | None:
    """The tags on a link of either version, None when there is none with this id."""
    link = find_first(id) or find_second(id)
    if link is None:
        return None
    found: Record = link.setdefault("tags", {})
    return found


def balancer(arn: str) -> Record | None:
    """The load balancer that an ARN names."""
    found: Record | None = emulator.app._get_module("alb")._lbs.get(arn)
    return found


def _settle_first(link: Record) -> None:
    if link["status"] != "PENDING":
        return
    if not all(NLB_ARN.fullmatch(target) for target in link["targetArns"]):
        link.update(status="FAILED", statusMessage="NLB ARN is malformed")
    elif not all(balancer(target) for target in link["targetArns"]):
        link.update(status="FAILED", statusMessage="NLB was not found")
    else:
        link.update(status="AVAILABLE", statusMessage="Your vpc link is ready for use")


# What the emulator asks of a module whose state it keeps


def get_state() -> dict[str, Any]:
    return {"links": copy.deepcopy(first), "links2": copy.deepcopy(second)}


def load_persisted_state(data: dict[str, Any]) -> None:
    first.update(data.get("links", {}))
    second.update(data.get("links2", {}))


def reset() -> None:
    first.clear()
    second.clear()
