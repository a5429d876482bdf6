"""What API Gateway refuses about stages, the account, keys and usage plans; AWS's codes and texts."""

from __future__ import annotations

import re
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.refusals import Record, Refused, conflict, missing, trusts
from sandbox.server.base.snapshots import has_deployment

v1 = emulator.v1

ACCESS_LOGS = ("/accessLogSettings/destinationArn", "/accessLogSettings/format")
LOGS = "CloudWatch Logs role ARN must be set in account settings to enable logging"
UNTRUSTED = (
    "The role ARN does not have required permissions configured. Please grant trust permission "
    "for API Gateway and add the required role policy."
)


def update_stage(parts: list[str], data: Record) -> None:
    stage = v1._stages_v1.get(parts[1], {}).get(parts[3])
    for operation in data.get("patchOperations") or [] if stage else []:
        path, value = operation.get("path") or "", operation.get("value")
        if path == "/deploymentId" and not has_deployment(parts[1], value):
            raise Refused("Deployment id does not exist")
        _log_settings(path, operation.get("op"), value)


def _log_settings(path: str, verb: str | None, value: Any) -> None:
    if path.startswith("/accessLogSettings"):
        if path not in ACCESS_LOGS and not (verb == "remove" and path == "/accessLogSettings"):
            raise Refused(
                "Invalid accessLogSettings path. Must be one of : [" + ", ".join(ACCESS_LOGS) + "]"
            )
        if verb != "remove" and not value:
            raise Refused("Access Log value must not be empty")
        is_arn = re.match(r"arn:aws[\w-]*:(logs|firehose):", str(value))
        if path.endswith("/destinationArn") and verb != "remove" and not is_arn:
            raise Refused(f"Invalid ARN. ARN is not well formed {value}")
    wants_logs = path.endswith("/logging/loglevel") and str(value).upper() not in ("OFF", "NONE")
    wants_logs = wants_logs or path == "/accessLogSettings/destinationArn"
    if wants_logs and verb != "remove" and not logging_role():
        raise Refused(LOGS)


def logging_role() -> str:
    """The role with which API Gateway writes logs in this account; empty without one."""
    settings = v1._account_settings.get("settings") or {}
    return str(settings.get("cloudwatchRoleArn") or "")


def update_account(parts: list[str], data: Record) -> None:
    for operation in data.get("patchOperations") or []:
        role = operation.get("value") if operation.get("path") == "/cloudwatchRoleArn" else None
        if role and not trusts(str(role), "apigateway.amazonaws.com"):
            raise Refused(UNTRUSTED)


def create_api_key(parts: list[str], data: Record) -> None:
    value = data.get("value")
    if len(data.get("name") or "") > 1024:
        raise Refused("Invalid API Key name, can be at most 1024 characters.")
    if value and len(value) < 20:
        raise Refused("API Key value should be at least 20 characters")
    if value and len(value) > 128:
        raise Refused("API Key value exceeds maximum size of 128 characters")
    if value and any(key.get("value") == value for key in v1._api_keys.values()):
        raise conflict("API Key already exists")


def create_usage_plan(parts: list[str], data: Record) -> None:
    if not (data.get("name") or "").strip():
        raise Refused("Usage Plan name must not be empty")
    quota(data.get("quota"))
    for entry in data.get("apiStages") or []:
        plan_stage(entry.get("apiId"), entry.get("stage"), "")


OFFSETS = {"DAY": 0, "WEEK": 6, "MONTH": 27}


def quota(wanted: Record | None) -> None:
    """A quota's period and offset; nothing for none."""
    if not wanted:
        return
    period, offset = wanted.get("period"), int(wanted.get("offset") or 0)
    if period not in OFFSETS:
        raise Refused("Usage Plan quota period must be one of DAY, WEEK, MONTH")
    if not 0 <= offset <= OFFSETS[period]:
        if period == "DAY":
            raise Refused("Usage Plan quota offset must be zero in the DAY period")
        raise Refused(
            f"Usage Plan quota offset must be between zero and {OFFSETS[period]} inclusive in the "
            f"{period} period"
        )


def plan_stage(api_id: str | None, stage: str | None, plan: str) -> None:
    """A stage that a usage plan is for."""
    if stage not in v1._stages_v1.get(api_id or "", {}):
        raise missing(
            f"Invalid API Stage {{api: {api_id}, stage: {stage}}} specified for usageplan {plan}"
        )


def update_usage_plan(parts: list[str], data: Record) -> None:
    plan = v1._usage_plans.get(parts[1])
    for operation in data.get("patchOperations") or [] if plan else []:
        if operation.get("path") == "/apiStages" and operation.get("op") == "add":
            api_id, colon, stage = str(operation.get("value") or "").partition(":")
            if not (api_id and colon and stage):
                raise Refused("Invalid API Stage specified")
            plan_stage(api_id, stage, parts[1])


def delete_usage_plan(parts: list[str], data: Record) -> None:
    plan = v1._usage_plans.get(parts[1])
    if plan and plan.get("apiStages"):
        raise Refused(
            f"Cannot delete Usage Plan {parts[1]} because there are API Stages associated with it"
        )


def create_usage_plan_key(parts: list[str], data: Record) -> None:
    plan, key = v1._usage_plans.get(parts[1]), data.get("keyId")
    if plan is None:
        return
    if key not in v1._api_keys:
        raise missing("Invalid API Key identifier specified")
    if key in v1._usage_plan_keys.get(parts[1], {}):
        raise conflict("Usage Plan key already exists")
    mine = {(e.get("apiId"), e.get("stage")) for e in plan.get("apiStages") or []}
    for other_id, keys in v1._usage_plan_keys.items():
        stages = (v1._usage_plans.get(other_id) or {}).get("apiStages") or []
        if key in keys and mine & {(e.get("apiId"), e.get("stage")) for e in stages}:
            raise conflict(
                f"API Key {key} cannot be added to Usage Plan {parts[1]} because API Stages "
                "associated with it are already associated with the key through another plan"
            )


def delete_usage_plan_key(parts: list[str], data: Record) -> None:
    if parts[1] in v1._usage_plans and parts[3] not in v1._usage_plan_keys.get(parts[1], {}):
        raise missing("Invalid Usage Plan Key identifier specified")
