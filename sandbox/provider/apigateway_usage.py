"""API Gateway: API keys, usage plans, and which key is in which plan; ids are those of AWS."""

from __future__ import annotations

from typing import Any

from sandbox.provider import patches
from sandbox.provider.answers import (
    changed,
    find,
    given,
    own_tags,
    settle,
    the_one,
    there,
    timestamp,
    worded,
)
from sandbox.provider.apigateway_paths import GONE, split
from sandbox.provider.kinds import CallError, Context, Created, Inputs, Kind, Outputs

KEY_PATHS = {
    "customerId": "/customerId",
    "description": "/description",
    "enabled": "/enabled",
    "name": "/name",
}
KEY_FORM = "USAGE-PLAN-ID/USAGE-PLAN-KEY-ID"
# The last day of a period that a quota may begin with, counted from zero.
LAST_OFFSET = {"WEEK": 6, "MONTH": 27}


# ApiKey


def create_api_key(ctx: Context, inputs: Inputs) -> Created:
    key = ctx.client("apigateway").create_api_key(
        name=inputs["name"],
        enabled=inputs.get("enabled", True),
        **given(
            customerId=inputs.get("customerId"),
            description=inputs.get("description"),
            tags=inputs.get("tags"),
            value=inputs.get("value") or None,
        ),
    )
    outputs = read_api_key(ctx, key["id"], inputs)
    return Created(key["id"], there(outputs, f"API Gateway API Key ({key['id']})"))


def find_api_key(ctx: Context, inputs: Inputs) -> Created | None:
    name = inputs["name"]
    key = the_one(ctx, "get_api_keys", lambda each: each["name"] == name, nameQuery=name)
    outputs = read_api_key(ctx, key["id"], inputs) if key else None
    return Created(key["id"], outputs) if key and outputs else None


def read_api_key(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    key = find(ctx.client("apigateway").get_api_key, GONE, apiKey=id, includeValue=True)
    return _api_key_outputs(ctx, key) if key else None


def update_api_key(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    client = ctx.client("apigateway")
    operations = [
        patches.replace(path, new.get(name))
        for name, path in KEY_PATHS.items()
        if changed(name, old, new)
    ]
    if operations:
        client.update_api_key(apiKey=id, patchOperations=operations)
    patches.retag(client, old["arn"], old, new)
    return there(read_api_key(ctx, id, new), f"API Gateway API Key ({id})")


def delete_api_key(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_api_key, GONE, apiKey=id)


def _api_key_outputs(ctx: Context, key: dict[str, Any]) -> Outputs:
    outputs = {
        "arn": f"arn:{ctx.partition}:apigateway:{ctx.region}::/apikeys/{key['id']}",
        "createdDate": timestamp(key.get("createdDate")),
        "customerId": key.get("customerId"),
        "description": key.get("description") or "",
        "enabled": key.get("enabled", False),
        "lastUpdatedDate": timestamp(key.get("lastUpdatedDate")),
        "name": key.get("name") or "",
        "tags": own_tags(key.get("tags")),
        "value": key.get("value"),
    }
    return settle(outputs, keep=("description", "name"))


# UsagePlan


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


# UsagePlanKey: its id is the key's


def create_usage_plan_key(ctx: Context, inputs: Inputs) -> Created:
    key = ctx.client("apigateway").create_usage_plan_key(
        usagePlanId=inputs["usagePlanId"], keyId=inputs["keyId"], keyType=inputs["keyType"]
    )
    return Created(key["id"], _usage_plan_key_outputs(key, inputs))


def find_usage_plan_key(ctx: Context, inputs: Inputs) -> Created | None:
    outputs = read_usage_plan_key(ctx, inputs["keyId"], inputs)
    return Created(inputs["keyId"], outputs) if outputs else None


def read_usage_plan_key(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    key = find(ctx.client("apigateway").get_usage_plan_key, GONE, **_key_place(last, id))
    return _usage_plan_key_outputs(key, last) if key else None


def delete_usage_plan_key(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_usage_plan_key, GONE, **_key_place(last, id))


def import_usage_plan_key(resource_id: str) -> tuple[str, Outputs]:
    plan, key = split(resource_id, 2, KEY_FORM)
    return key, {"usagePlanId": plan, "keyId": key}


def _key_place(values: Outputs, id: str) -> dict[str, str]:
    if "usagePlanId" not in values:
        raise CallError(f"unexpected format of ID ({id}), expected {KEY_FORM}")
    return {"usagePlanId": values["usagePlanId"], "keyId": values["keyId"]}


def _usage_plan_key_outputs(key: dict[str, Any], last: Outputs) -> Outputs:
    return {
        "keyId": last["keyId"],
        "keyType": key.get("type"),
        "name": key.get("name") or "",
        "usagePlanId": last["usagePlanId"],
        "value": key.get("value") or "",
    }


KINDS = (
    worded(
        "apigateway",
        "API Gateway API Key",
        Kind(
            token="aws:apigateway/apiKey:ApiKey",
            create=create_api_key,
            read=read_api_key,
            update=update_api_key,
            delete=delete_api_key,
            find=find_api_key,
        ),
        called="name",
    ),
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
    worded(
        "apigateway",
        "API Gateway Usage Plan Key",
        Kind(
            token="aws:apigateway/usagePlanKey:UsagePlanKey",
            create=create_usage_plan_key,
            read=read_usage_plan_key,
            delete=delete_usage_plan_key,
            imported=import_usage_plan_key,
            find=find_usage_plan_key,
        ),
    ),
)
