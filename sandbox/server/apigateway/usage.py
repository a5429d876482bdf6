"""GetUsage and UpdateUsage: what the keys of a usage plan have used of its quota, day by day."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sandbox.server.apigateway.patch_types import BadPatch, integer
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.refusals import Refused, missing
from sandbox.server.gateway import limits

v1 = emulator.v1

_GET = re.compile(r"/usageplans/([^/]+)/usage")
_UPDATE = re.compile(r"/usageplans/([^/]+)/keys/([^/]+)/usage")
LONGEST = 366  # days that one call tells of


def answer(method: str, path: str, data: Record, query: Any) -> Answer | None:
    """The answer to one of these calls; None for all others."""
    try:
        if method == "GET" and (found := _GET.fullmatch(path)):
            return _shown(_usage(found[1], query or {}))
        if method == "PATCH" and (found := _UPDATE.fullmatch(path)):
            return _shown(_extended(found[1], found[2], data.get("patchOperations") or []))
    except (Refused, BadPatch) as error:
        code, status = getattr(error, "code", "BadRequestException"), getattr(error, "status", 400)
        refused: Answer = v1._v1_error(code, str(error), status)
        return refused
    return None


def _shown(usage: Record) -> Answer:
    found: Answer = v1._v1_response(usage, 200)
    return found


def _plan(plan_id: str) -> Record:
    plan: Record | None = v1._usage_plans.get(plan_id)
    if plan is None:
        raise missing("Invalid Usage Plan ID specified")
    return plan


def _keys(plan_id: str, key: str = "") -> list[str]:
    known = list(v1._usage_plan_keys.get(plan_id, {}))
    if key and key not in known:
        raise missing("Invalid API Key identifier specified")
    return [key] if key else known


def _usage(plan_id: str, query: Any) -> Record:
    plan = _plan(plan_id)
    start, end = _day(query, "startDate"), _day(query, "endDate")
    if not 0 <= (end - start).days < LONGEST:
        raise Refused("Invalid date range specified")
    wanted = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    keys = _keys(plan_id, _one(query, "keyId"))
    return _told(plan_id, start, end, {key: list(_log(plan_id, plan, key, wanted)) for key in keys})


def _told(plan_id: str, start: date, end: date, values: dict[str, Any]) -> Record:
    found = {"usagePlanId": plan_id, "startDate": f"{start}", "endDate": f"{end}"}
    return {**found, "values": values}


def _log(plan_id: str, plan: Record, key: str, wanted: list[date]) -> Iterator[list[int]]:
    """Each day's `[used, remaining]`; what remains of no quota is not documented, and 0 here.

    What remained on an earlier day is told of that day alone.
    """
    limit = int((plan.get("quota") or {}).get("limit") or 0)
    for day in wanted:
        used = limits.days.get((plan_id, key, f"{day}"), 0)
        left = limit - (_used(plan_id, plan, key) if day == _today() else used)
        yield [used, max(0, left) if limit else 0]


def _used(plan_id: str, plan: Record, key: str) -> int:
    """What a key has used of the quota in its present period."""
    used, since = v1._quota_state.get((plan_id, key), (0, 0.0))
    period = v1._QUOTA_PERIOD_SECONDS.get((plan.get("quota") or {}).get("period"), 86400)
    return int(used) if time.time() - since < period else 0


def _extended(plan_id: str, key: str, operations: list[Record]) -> Record:
    plan = _plan(plan_id)
    _keys(plan_id, key)
    limit = (plan.get("quota") or {}).get("limit")
    for operation in operations:
        if operation.get("op") != "replace" or operation.get("path") != "/remaining":
            raise BadPatch(f"Invalid patch path {operation.get('path')}")
        if limit is None:
            raise Refused("Usage Plan does not have a quota")
        since = v1._quota_state.get((plan_id, key), (0, time.time()))[1]
        # More than the quota may remain: it then counts from below zero.
        v1._quota_state[plan_id, key] = (int(limit) - integer(str(operation.get("value"))), since)
    today = _today()
    return _told(plan_id, today, today, {key: list(_log(plan_id, plan, key, [today]))})


def _today() -> date:
    return datetime.now(timezone.utc).date()


def _one(query: Any, name: str) -> str:
    value = query.get(name) or ""
    return str(value[0] if isinstance(value, list) else value)


def _day(query: Any, name: str) -> date:
    try:
        return date.fromisoformat(_one(query, name))
    except ValueError:
        raise Refused("Invalid date format. Dates are written as YYYY-MM-DD") from None
