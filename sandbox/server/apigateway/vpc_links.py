"""VPC links of REST APIs, which the emulator lacks: their records; traffic needs no link here.

A link is PENDING when it is made and AVAILABLE, or FAILED, the next time that somebody looks.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record

STATE_KEY = "kit_vpc_links"
# A network load balancer; AWS takes no other kind for REST APIs.
NLB_ARN = re.compile(
    r"arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:loadbalancer/net/[^/]+/[0-9a-z]+"
)

v1 = emulator.v1
_links = emulator.responses.AccountRegionScopedDict()  # id -> record


def answer(method: str, path: str, body: bytes, query: Any) -> Answer | None:
    """Answer a request about VPC links; None when it is about something else."""
    match [method, *(part for part in path.strip("/").split("/") if part)]:
        case ["POST", "vpclinks"]:
            return _create(body)
        case ["GET", "vpclinks"]:
            for link in _links.values():
                _settle(link)
            found: Answer = v1._v1_paginated_response(list(_links.values()), query)
            return found
        case ["GET", "vpclinks", id]:
            link = find(id)
            return _reply(link) if link else _unknown()
        case ["DELETE", "vpclinks", id]:
            if id not in _links:
                return _unknown()
            _links.pop(id)
            return 202, {}, b""
    return None


def find(id: str) -> Record | None:
    """A link as it is now, None when there is none with this id."""
    link: Record | None = _links.get(id)
    if link is not None:
        _settle(link)
    return link


def _create(body: bytes) -> Answer:
    try:
        data = json.loads(body)
        name, targets = data["name"], data["targetArns"]
        if not (isinstance(name, str) and name and isinstance(targets, list) and targets):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        return _refuse("BadRequestException", "Invalid request body", 400)
    link = {
        "id": v1._new_id()[:6],
        "name": name,
        "targetArns": [str(target) for target in targets],
        "status": "PENDING",
        "tags": dict(data.get("tags") or {}),
    }
    if data.get("description"):
        link["description"] = data["description"]
    _links[link["id"]] = link
    return _reply(dict(link), 202)


def _settle(link: Record) -> None:
    if link["status"] != "PENDING":
        return
    known = emulator.app._get_module("alb")._lbs
    if not all(NLB_ARN.fullmatch(target) for target in link["targetArns"]):
        link.update(status="FAILED", statusMessage="NLB ARN is malformed")
    elif not all(target in known for target in link["targetArns"]):
        link.update(status="FAILED", statusMessage="NLB was not found")
    else:
        link.update(status="AVAILABLE", statusMessage="Your vpc link is ready for use")


def _reply(data: Record, status: int = 200) -> Answer:
    reply: Answer = v1._v1_response(data, status)
    return reply


def _unknown() -> Answer:
    return _refuse("NotFoundException", "Invalid Vpc Link identifier specified", 404)


def _refuse(code: str, message: str, status: int) -> Answer:
    refusal: Answer = v1._v1_error(code, message, status)
    return refusal


# What the emulator asks of a module whose state it keeps


def get_state() -> dict[str, Any]:
    return {"links": copy.deepcopy(_links)}


def load_persisted_state(data: dict[str, Any]) -> None:
    _links.update(data.get("links", {}))


def reset() -> None:
    _links.clear()
