"""What API Gateway refuses about API keys and usage plans; AWS's codes and texts."""

from __future__ import annotations

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record
from sandbox.server.base.refusals import Refused, conflict, missing

v1 = emulator.v1

OFFSETS = {"DAY": 0, "WEEK": 6, "MONTH": 27}


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
