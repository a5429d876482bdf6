"""API Gateway: API keys, and which key is in which usage plan; both ids are the key's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.paths import GONE, split
from sandbox.provider.core.answers import (
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
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs

KEY_PATHS = {
    "customerId": "/customerId",
    "description": "/description",
    "enabled": "/enabled",
    "name": "/name",
}
KEY_FORM = "USAGE-PLAN-ID/USAGE-PLAN-KEY-ID"


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
