"""API Gateway: API keys, and which key is in which usage plan; both ids are the key's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.places import GONE, arn, find_named
from sandbox.provider.core.answers import by, find, given, known, parts_of, pick, settle, timestamp
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.tags import own_tags

KEY_FORM = "USAGE-PLAN-ID/USAGE-PLAN-KEY-ID"


# ApiKey


def create_api_key(ctx: Context, inputs: Inputs) -> str:
    key = ctx.client("apigateway").create_api_key(
        name=inputs["name"],
        enabled=inputs.get("enabled", True),
        **pick(inputs, "customerId", "description", "tags"),
        **given(value=inputs.get("value") or None),
    )
    return str(key["id"])


def read_api_key(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    key = find(ctx.client("apigateway").get_api_key, GONE, apiKey=id, includeValue=True)
    return _api_key_outputs(ctx, key) if key else None


def update_api_key(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("apigateway")
    operations = patches.changes(("customerId", "description", "enabled", "name"), old, new)
    patches.send(client.update_api_key, operations, apiKey=id)
    patches.retag(client, old["arn"], old, new)


def delete_api_key(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_api_key, GONE, apiKey=id)


def _api_key_outputs(ctx: Context, key: dict[str, Any]) -> Outputs:
    outputs = {
        "arn": arn(ctx, "apikeys", key["id"]),
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


def read_usage_plan_key(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    key = find(ctx.client("apigateway").get_usage_plan_key, GONE, **_key_place(last, id))
    return _usage_plan_key_outputs(key, last) if key else None


def delete_usage_plan_key(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_usage_plan_key, GONE, **_key_place(last, id))


def import_usage_plan_key(resource_id: str) -> tuple[str, Outputs]:
    plan, key = parts_of(resource_id, "/", KEY_FORM)
    return key, {"usagePlanId": plan, "keyId": key}


def _key_place(values: Outputs, id: str) -> dict[str, str]:
    return {"usagePlanId": known(values, "usagePlanId", id, KEY_FORM), "keyId": values["keyId"]}


def _usage_plan_key_outputs(key: dict[str, Any], last: Outputs) -> Outputs:
    return {
        "keyId": last["keyId"],
        "keyType": key.get("type"),
        "name": key.get("name") or "",
        "usagePlanId": last["usagePlanId"],
        "value": key.get("value") or "",
    }


API_KEY = resource(
    "apigateway",
    "API Gateway API Key",
    "aws:apigateway/apiKey:ApiKey",
    create=create_api_key,
    read=read_api_key,
    update=update_api_key,
    delete=delete_api_key,
    find=lambda ctx, inputs: find_named(
        ctx, "get_api_keys", inputs["name"], nameQuery=inputs["name"]
    ),
    called="name",
)

USAGE_PLAN_KEY = resource(
    "apigateway",
    "API Gateway Usage Plan Key",
    "aws:apigateway/usagePlanKey:UsagePlanKey",
    create=create_usage_plan_key,
    read=read_usage_plan_key,
    delete=delete_usage_plan_key,
    imported=import_usage_plan_key,
    find=by("keyId"),
)
