"""API Gateway: usage plans, which limit what keys may do with which stages; the id is AWS's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.places import GONE, arn, find_named
from sandbox.provider.core.answers import changed, find, given, pick, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.tags import own_tags

# The last day of a period that a quota may begin with, counted from zero.
LAST_OFFSET = {"WEEK": 6, "MONTH": 27}


def create_usage_plan(ctx: Context, inputs: Inputs) -> Created:
    _check_quota(inputs)
    client = ctx.client("apigateway")
    plan = client.create_usage_plan(
        name=inputs["name"],
        **pick(inputs, "description", "tags"),
        **given(
            apiStages=_stages_request(inputs.get("apiStages")),
            quota=inputs.get("quotaSettings"),
            throttle=inputs.get("throttleSettings"),
        ),
    )
    ctx.made(plan["id"])
    if inputs.get("productCode"):  # what only an update can set
        operations = [{"op": "add", "path": "/productCode", "value": inputs["productCode"]}]
        plan = patches.send(client.update_usage_plan, operations, usagePlanId=plan["id"])
    return Created(plan["id"], _usage_plan_outputs(ctx, plan, inputs))


def read_usage_plan(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    plan = find(ctx.client("apigateway").get_usage_plan, GONE, usagePlanId=id)
    return _usage_plan_outputs(ctx, plan, last) if plan else None


def update_usage_plan(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    _check_quota(new)
    client = ctx.client("apigateway")
    patches.send(client.update_usage_plan, _usage_plan_patches(old, new), usagePlanId=id)
    patches.retag(client, old["arn"], old, new)


def delete_usage_plan(ctx: Context, id: str, last: Outputs) -> None:
    """AWS deletes no plan that has stages, so they go first."""
    client = ctx.client("apigateway")
    operations = [_stage_patch("remove", stage) for stage in last.get("apiStages") or ()]
    find(patches.send, GONE, call=client.update_usage_plan, operations=operations, usagePlanId=id)
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
    operations = patches.changes(("name", "description"), old, new)
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
        "arn": arn(ctx, "usageplans", plan["id"]),
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


USAGE_PLAN = resource(
    "apigateway",
    "API Gateway Usage Plan",
    "aws:apigateway/usagePlan:UsagePlan",
    create=create_usage_plan,
    read=read_usage_plan,
    update=update_usage_plan,
    delete=delete_usage_plan,
    find=lambda ctx, inputs: find_named(ctx, "get_usage_plans", inputs["name"]),
    called="name",
)
