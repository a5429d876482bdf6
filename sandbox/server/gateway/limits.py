"""How much a caller may ask: API keys, the limits of their usage plans, those of the stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.errors import GatewayError, check
from sandbox.server.base.exchange import Request
from sandbox.server.base.stages import method_settings

v1 = emulator.v1

STATE_KEY = "kit_quotas"

# Requests that a plan has counted: by plan, key and day (UTC).
days: dict[tuple[str, str, str], int] = {}


@dataclass(frozen=True)
class Bucket:
    """A token bucket: `rate` tokens a second come in, `burst` fit, each request takes one."""

    slot: tuple[Any, ...]
    rate: float
    burst: float


def meter(request: Request) -> None:
    """Check the API key, the usage plan's and the stage's limits, and the quota."""
    api_id, stage = request.place.api_id, request.place.stage
    error, request.api_key = v1._check_api_key(
        request.rule, api_id, stage, {"x-api-key": _given_key(request)}
    )
    if error:
        raise GatewayError(error.response_type, error.message, note=_key_note(request))
    for bucket in _buckets(request):
        if not _take(bucket):
            note = (
                f"Key throttle limit exceeded for RestApi {api_id}, Stage {stage}, Resource "
                f"{request.resource['id']}, HttpMethod {request.method}. "
                f"Limit: {bucket.rate:.2f} Burst: {bucket.burst:.0f}"
            )
            raise GatewayError("THROTTLED", "Too Many Requests", note=note)
    # A key counts only where it is required.
    check(v1._check_quota(request.api_key, api_id, stage))
    if request.api_key is not None:
        for plan, _, _ in v1._usage_plans_for_key(request.api_key["id"], api_id, stage):
            day = (plan, request.api_key["id"], f"{request.received:%Y-%m-%d}")
            days[day] = days.get(day, 0) + 1


def _given_key(request: Request) -> str:
    if request.api.get("apiKeySource") == "AUTHORIZER":
        return request.usage_key
    return request.headers.get("x-api-key", "")


def _key_note(request: Request) -> str:
    place = f"{request.place.api_id}/{request.place.stage}"
    return (
        f"API Key not authorized because method '{request.method} {request.resource['path']}' "
        "requires API Key and API Key is not associated with a Usage Plan for API Stage "
        f"{place}: No Usage Plan found for key and API Stage"
    )


def _buckets(request: Request) -> Iterator[Bucket]:
    """The limits that count for a request: of its key, of its key and method, of its method."""
    api_id, stage = request.place.api_id, request.place.stage
    method = (request.resource["path"], request.rule.get("httpMethod") or request.method)
    key = request.api_key
    if key is not None:
        for plan_id, plan, entry in v1._usage_plans_for_key(key["id"], api_id, stage):
            own = (entry.get("throttle") or {}).get("/".join(method))
            if own:
                yield from _bucket(("plan", plan_id, key["id"], api_id, stage, *method), own)
            yield from _bucket(("plan", plan_id, key["id"]), plan.get("throttle") or {})
    settings = method_settings(request)
    limits = {
        "rateLimit": settings.get("throttlingRateLimit"),
        "burstLimit": settings.get("throttlingBurstLimit"),
    }
    yield from _bucket(("stage", api_id, stage, *method), limits)


def _bucket(slot: tuple[Any, ...], limits: dict[str, Any]) -> Iterator[Bucket]:
    rate, burst = limits.get("rateLimit"), limits.get("burstLimit")
    # A negative limit is none: so a stage switches throttling off.
    if (rate is None and burst is None) or float(rate or 0) < 0 or float(burst or 0) < 0:
        return
    yield Bucket(slot, float(rate or 0), float(burst or 0))


def _take(bucket: Bucket) -> bool:
    now = time.monotonic()
    tokens, last = v1._throttle_state.get(bucket.slot, (bucket.burst, now))
    tokens = min(bucket.burst, tokens + (now - last) * bucket.rate)
    # A rate of 0 refuses all, whatever the burst.
    passed = tokens >= 1 and bucket.rate > 0
    v1._throttle_state[bucket.slot] = (tokens - 1 if passed else tokens, now)
    return passed


# What the emulator asks of a module whose state it keeps. What a key has used of its quota counts
# on after a restart; buckets are full by then.


def get_state() -> dict[str, Any]:
    return {
        "used": [[*slot, *count] for slot, count in list(v1._quota_state.items())],
        "days": [[*day, count] for day, count in list(days.items())],
    }


def load_persisted_state(data: dict[str, Any]) -> None:
    for plan, key, used, since in data.get("used", []):
        v1._quota_state[plan, key] = (used, since)
    for plan, key, day, count in data.get("days", []):
        days[plan, key, day] = count


def reset() -> None:
    v1._quota_state.clear()
    days.clear()
    v1._throttle_state.clear()
