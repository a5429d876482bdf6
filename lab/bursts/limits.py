"""How much the deployed gateway lets through: read from AWS's own API, for predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from lab.bursts.bucket import Limit
from lab.session import session

GIVE = "Give them: burst(…, limit_rate=5, limit_burst=10)."


@dataclass(frozen=True)
class Aim:
    """What is sent, and each lane's headers, which hold its secret."""

    request: requests.Request
    headers: Mapping[str, Mapping[str, str]] = field(repr=False)


@dataclass(frozen=True)
class Limits:
    """Each lane's own limit, and the one that all share."""

    own: Mapping[str, Limit] = field(default_factory=dict)
    shared: Limit | None = None


def deployed_limits(aim: Aim) -> tuple[Limits, str]:
    """What the stage and the usage plans say, by AWS's own API; none where it cannot be read."""
    from botocore.exceptions import BotoCoreError, ClientError

    if not session.serves(str(aim.request.url)):
        return Limits(), f"The URL is not this stack's: its limits are not known. {GIVE}"
    known = session.known_outputs()
    stage = urlsplit(str(known["invoke_url"])).path.rpartition("/")[2]
    try:
        plans = _plan_limits(str(known["rest_api_id"]), stage, aim.headers)
        shared = _stage_limit(str(known["rest_api_id"]), stage)
    except (BotoCoreError, ClientError) as error:
        return Limits(), f"The limits cannot be read: {error}. {GIVE}"
    if not plans and shared is None:
        return Limits(), "Nothing limits these calls but the account's 10,000 a second."
    return Limits(plans, shared), "The limits are those of the usage plans and of the stage."


def _plan_limits(
    api_id: str, stage: str, headers: Mapping[str, Mapping[str, str]]
) -> dict[str, Limit]:
    """The limit of each lane whose key is in a usage plan of this stage."""
    import boto3

    gateway = boto3.client("apigateway")
    found: dict[str, Limit] = {}
    for plan in gateway.get_usage_plans(limit=500)["items"]:
        served = {(one.get("apiId"), one.get("stage")) for one in plan.get("apiStages", [])}
        throttle = plan.get("throttle")
        if (api_id, stage) not in served or not throttle:
            continue
        members = gateway.get_usage_plan_keys(usagePlanId=plan["id"], limit=500)["items"]
        values = {str(member.get("value")) for member in members}
        for lane, sent in headers.items():
            if values & set(_keys_in(sent)):
                found[lane] = Limit(throttle["rateLimit"], throttle["burstLimit"])
    return found


def _stage_limit(api_id: str, stage: str) -> Limit | None:
    """What the stage lets through, each method for itself; None where it does not limit."""
    import boto3

    settings = boto3.client("apigateway").get_stage(restApiId=api_id, stageName=stage)
    rules = settings.get("methodSettings", {}).get("*/*", {})
    rate, size = rules.get("throttlingRateLimit", -1), rules.get("throttlingBurstLimit", -1)
    return Limit(rate, size) if rate >= 0 and size >= 0 else None


def _keys_in(headers: Mapping[str, str]) -> list[str]:
    low = {name.lower(): value for name, value in headers.items()}
    bearer = low.get("authorization", "").removeprefix("Bearer ")
    return [value for value in (low.get("x-api-key", ""), bearer) if value]
