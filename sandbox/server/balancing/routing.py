"""Load balancers: which requests a rule is for, and which target group gets them."""

from __future__ import annotations

import ipaddress
import random
import re
import time
from collections.abc import Callable
from typing import Any

from sandbox.server.balancing import pages
from sandbox.server.base.emulator import Record

COOKIE = "AWSALBTG"
# What becomes of a request when the weights of all target groups are 0.
NOWHERE = {
    "Type": "fixed-response",
    "FixedResponseConfig": {
        "StatusCode": "503",
        "ContentType": "text/html",
        "MessageBody": pages.html(503),
    },
}
alb: Any = None  # the emulator's module, once it is there


# Conditions


def match(original: Callable[..., bool]) -> Callable[..., bool]:
    def matches(
        condition: Record, method: str, path: str, headers: dict[str, str], query: Record
    ) -> bool:
        field = condition.get("Field")
        if field == "query-string" and "QueryStringConfig" in condition:
            return _query_matches(condition["QueryStringConfig"]["Values"], query)
        if field == "source-ip":
            return _address_matches(condition.get("Values") or [])
        if condition.get("RegexValues"):
            text = _text(condition, path, headers)
            if text is not None and any(re.search(e, text) for e in condition["RegexValues"]):
                return True
            return bool(condition.get("Values")) and original(
                condition, method, path, headers, query
            )
        return original(condition, method, path, headers, query)

    return matches


def _query_matches(wanted: list[Record], query: Record) -> bool:
    """One pair is enough; letters may be small or capital, `*` and `?` stand for others."""
    pairs = [
        (key, value)
        for key, values in query.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return any(
        alb._header_value_matches(value, each.get("Value") or "")
        and (not each.get("Key") or alb._header_value_matches(key, each["Key"]))
        for each in wanted
        for key, value in pairs
    )


def _address_matches(networks: list[str]) -> bool:
    address = ipaddress.ip_address(alb.get_request_client_ip() or "127.0.0.1")
    return any(address in ipaddress.ip_network(each, strict=False) for each in networks)


def _text(condition: Record, path: str, headers: dict[str, str]) -> str | None:
    """What a regular expression of a condition looks at."""
    if condition["Field"] == "path-pattern":
        return path
    if condition["Field"] == "host-header":
        return headers.get("host", "").split(":")[0]
    name = (condition.get("HttpHeaderConfig") or {}).get("HttpHeaderName", "")
    return headers.get(name.lower())


# Forwarding by weight


def execute(original: Callable[..., Any]) -> Callable[..., Any]:
    async def run(
        actions: list[Record],
        method: str,
        path: str,
        headers: dict[str, str],
        *args: Any,
        **more: Any,
    ) -> Any:
        chosen, cookies = _chosen(actions, headers)
        status, answered, body = await original(chosen, method, path, headers, *args, **more)
        return status, {**answered, **_with(answered, cookies)} if cookies else answered, body

    return run


def _chosen(actions: list[Record], headers: dict[str, str]) -> tuple[list[Record], list[str]]:
    """Actions with one target group each, and the cookies that make a client stay with it."""
    found, cookies = [], []
    for action in actions:
        forward = action.get("ForwardConfig") or {}
        groups = [each for each in forward.get("TargetGroups") or () if each["Weight"] > 0]
        sticky = forward.get("TargetGroupStickinessConfig") or {}
        if len(forward.get("TargetGroups") or ()) < 2:
            found.append(action)
            continue
        if not groups:
            found.append(NOWHERE)
            continue
        group = _before(groups, headers) if sticky.get("Enabled") else None
        if group is None:
            weights = [each["Weight"] for each in groups]
            group = random.choices(groups, weights)[0]["TargetGroupArn"]
        if sticky.get("Enabled"):
            seconds = int(sticky.get("DurationSeconds") or 3600)
            ends = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds))
            text = f"{_mark(group)}; Expires={ends}; Path=/"
            cookies = [f"{COOKIE}={text}", f"{COOKIE}CORS={text}; SameSite=None"]
        found.append({**action, "TargetGroupArn": group})
    return found, cookies


def _before(groups: list[Record], headers: dict[str, str]) -> str | None:
    """The group that a client's cookie names."""
    mark = alb._oidc_parse_cookies(headers).get(COOKIE)
    return next((g["TargetGroupArn"] for g in groups if _mark(g["TargetGroupArn"]) == mark), None)


def _mark(group: str) -> str:
    return group.rpartition("/")[2]


def _with(headers: Record, cookies: list[str]) -> Record:
    name = next((each for each in headers if each.lower() == "set-cookie"), "Set-Cookie")
    before = headers.get(name, [])
    return {name: [*(before if isinstance(before, list) else [before]), *cookies]}


def install(module: Any) -> None:
    """Put these into the emulator's data plane."""
    global alb
    alb = module
    module._match_condition = match(module._match_condition)
    module._execute_actions = execute(module._execute_actions)
