"""API Gateway: usage plans, which limit what keys may do with which stages; the id is AWS's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.paths import GONE
from sandbox.provider.core.answers import (
    changed,
    find,
    given,
    own_tags,
    settle,
    the_one,
    there,
    worded,
)
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs

# The last day of a period that a quota may begin with, counted from zero.
LAST_OFFSET = {"WEEK": 6, "MONTH": 27}


def create_usage_plan(ctx: Context, inputs: Inputs) -> Created:
    _check_quota(inputs)
    client = ctx.client("apigateway")
    plan = client.create_usage_plan(
        name=inputs["name"],
        **given(
            apiStages=_stages_request(inputs.get("apiStages")),
            description=inputs.get("description"),
            quota=inputs.get("quotaSettings"),
            tags=inputs.get("tags"),
            throttle=inputs.get("throttleSettings"),
        ),
    )
    if inputs.get("productCode"):  # what only an update can set
        operation = {"op": "add", "path": "/productCode", "value": inputs["productCode"]}
        try:
            plan = client.update_usage_plan(usagePlanId=plan["id"], patchOperations=[operation])
        except Exception:
            delete_usage_plan(ctx, plan["id"], inputs)
            raise
    return Created(plan["id"], _usage_plan_outputs(ctx, plan, inputs))


def find_usage_plan(ctx: Context, inputs: Inputs) -> Created | None:
    plan = the_one(ctx, "get_usage_plans", lambda each: each["name"] == inputs["name"])
    return Created(plan["id"], _usage_plan_outputs(ctx, plan, inputs)) if plan else None


def read_usage_plan(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    plan = find(ctx.client("apigateway").get_usage_plan, GONE, usagePlanId=id)
    return _usage_plan_outputs(ctx, plan, last) if plan else None


def update_usage_plan(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    _check_quota(new)
    client = ctx.client("apigateway")
    operations = _usage_plan_patches(old, new)
    if operations:
        client.update_usage_plan(usagePlanId=id, patchOperations=operations)
    patches.retag(client, old["arn"], old, new)
    return there(read_usage_plan(ctx, id, new), f"API Gateway Usage Plan ({id})")


def delete_usage_plan(ctx: Context, id: str, last: Outputs) -> None:
    """AWS deletes no plan that has stages, so they go first."""
    client = ctx.client("apigateway")
    operations = [_stage_patch("remove", stage) for stage in last.get("apiStages") or ()]
    if operations:
        find(client.update_usage_plan, GONE, usagePlanId=id, patchOperations=operations)
    find(client.delete_usage_plan, GONE, usagePlanId=id)


def _check_quota(inputs: Inputs) -> None:
    """What the official provider refuses only when it applies."""
    quota = inputs.get("quotaSettings")
    if not quota:
        return
    period, offset = quota["period"], quota.get("offset") or 0
    last = LAST_OFFSET.get(period, 0)
    if 0 <= offset <= last:
        return
    allowed = f"between 0 and {last} inclusive" if last else "zero"
    raise CallError(
        "validating the quota settings: "
        f"[Usage Plan quota offset must be {allowed} in the {period} period]"
    )


def _stages_request(stages: list[Outputs] | None) -> list[dict[str, Any]] | None:
    return [
        {"apiId": each["apiId"], "stage": each["stage"], "throttle": _throttles(each)}
        for each in stages or ()
    ] or None


def _throttles(stage: Outputs) -> dict[str, Any]:
    """The limits of single methods, `/model/POST` for instance, as the API has them."""
    return {
        each["path"]: {
            "burstLimit": each.get("burstLimit") or 0,
            "rateLimit": each.get("rateLimit") or 0,
        }
        for each in stage.get("throttles") or ()
    }


def _stage_patch(verb: str, stage: Outputs) -> patches.Operation:
    return {"op": verb, "path": "/apiStages", "value": f"{stage['apiId']}:{stage['stage']}"}


def _usage_plan_patches(old: Outputs, new: Inputs) -> list[patches.Operation]:
    operations = [
        patches.replace(f"/{name}", new.get(name))
        for name in ("name", "description")
        if changed(name, old, new)
    ]
    if changed("productCode", old, new):
        operations.append(
            patches.replace("/productCode", new["productCode"])
            if new.get("productCode")
            else {"op": "remove", "path": "/productCode"}
        )
    if _stages_request(old.get("apiStages")) != _stages_request(new.get("apiStages")):
        operations += _stages_patches(old.get("apiStages") or [], new.get("apiStages") or [])
    limits = {"throttleSettings": "/throttle", "quotaSettings": "/quota"}
    members = {"/throttle": ("rateLimit", "burstLimit"), "/quota": ("limit", "offset", "period")}
    for name, root in limits.items():
        if not changed(name, old, new):
            continue
        value = new.get(name)
        if value is None:
            operations.append({"op": "remove", "path": root})
        else:
            operations += [
                patches.replace(f"{root}/{member}", value.get(member, 0))
                for member in members[root]
            ]
    return operations


def _stages_patches(old: list[Outputs], new: list[Outputs]) -> list[patches.Operation]:
    """There is no replacing: the official provider takes all out and puts the new ones in."""
    operations = [_stage_patch("remove", stage) for stage in old]
    for stage in new:
        operations.append(_stage_patch("add", stage))
        root = f"/apiStages/{stage['apiId']}:{stage['stage']}/throttle"
        for path, limits in _throttles(stage).items():
            operations += [
                patches.replace(f"{root}/{path}/{limit}", limits[limit])
                for limit in ("rateLimit", "burstLimit")
            ]
    return operations


def _usage_plan_outputs(ctx: Context, plan: dict[str, Any], last: Outputs) -> Outputs:
    outputs = {
        "apiStages": _stages_outputs(plan.get("apiStages") or [], last.get("apiStages") or []),
        "arn": f"arn:{ctx.partition}:apigateway:{ctx.region}::/usageplans/{plan['id']}",
        "description": plan.get("description"),
        "name": plan["name"],
        "productCode": plan.get("productCode"),
        "quotaSettings": _limits(plan.get("quota"), limit=0, offset=0, period=""),
        "tags": own_tags(plan.get("tags")),
        "throttleSettings": _limits(plan.get("throttle"), burstLimit=0, rateLimit=0),
    }
    return settle(outputs, keep=("name",))


def _limits(found: dict[str, Any] | None, **members: Any) -> dict[str, Any] | None:
    return {name: found.get(name, zero) for name, zero in members.items()} if found else None


def _stages_outputs(stages: list[dict[str, Any]], last: list[Outputs]) -> list[Outputs]:
    """Stages and their throttles are sets: those of the program keep its order."""
    places = [(each.get("apiId"), each.get("stage")) for each in last]

    def place(stage: dict[str, Any]) -> tuple[Any, ...]:
        key = (stage["apiId"], stage["stage"])
        return (places.index(key) if key in places else len(places), *key)

    found = []
    for stage in sorted(stages, key=place):
        key = (stage["apiId"], stage["stage"])
        asked = last[places.index(key)].get("throttles") or [] if key in places else []
        order = [each["path"] for each in asked]
        limits = stage.get("throttle") or {}
        paths = [path for path in order if path in limits]
        throttles = [
            {
                "path": path,
                "burstLimit": limits[path].get("burstLimit", 0),
                "rateLimit": limits[path].get("rateLimit", 0),
            }
            for path in paths + sorted(set(limits).difference(paths))
        ]
        entry: Outputs = {"apiId": key[0], "stage": key[1]}
        found.append({**entry, "throttles": throttles} if throttles else entry)
    return found


KINDS = (
    worded(
        "apigateway",
        "API Gateway Usage Plan",
        Kind(
            token="aws:apigateway/usagePlan:UsagePlan",
            create=create_usage_plan,
            read=read_usage_plan,
            update=update_usage_plan,
            delete=delete_usage_plan,
            find=find_usage_plan,
        ),
        called="name",
    ),
)
