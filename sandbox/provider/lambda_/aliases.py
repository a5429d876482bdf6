"""Lambda: aliases, which name a version of a function; the id is the alias's ARN."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import find, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.lambda_ import config

GONE = "ResourceNotFoundException"


def _alias(inputs: Inputs) -> dict[str, Any]:
    """The arguments of both CreateAlias and UpdateAlias; no weights take those of before away."""
    weights = (inputs.get("routingConfig") or {}).get("additionalVersionWeights") or {}
    return {
        "FunctionName": inputs["functionName"],
        "Name": inputs["name"],
        "FunctionVersion": inputs["functionVersion"],
        "Description": inputs.get("description") or "",
        "RoutingConfig": {"AdditionalVersionWeights": weights},
    }


def create_alias(ctx: Context, inputs: Inputs) -> Created:
    alias = ctx.client("lambda").create_alias(**_alias(inputs))
    return Created(alias["AliasArn"], _alias_outputs(ctx, alias, inputs))


def find_alias(ctx: Context, inputs: Inputs) -> str | None:
    found = read_alias(ctx, "", inputs)
    return str(found["arn"]) if found else None


def read_alias(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    alias = find(ctx.client("lambda").get_alias, GONE, **_alias_place(last, id))
    return _alias_outputs(ctx, alias, last) if alias else None


def update_alias(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    ctx.client("lambda").update_alias(**_alias(new))


def delete_alias(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("lambda").delete_alias, GONE, **_alias_place(last, id))


def import_alias(resource_id: str) -> tuple[str, Outputs]:
    """`FUNCTION/ALIAS`, or the alias's ARN."""
    function, found, name = resource_id.rpartition("/")
    if resource_id.startswith("arn:") and resource_id.count(":") == 7:
        function, found, name = resource_id.rpartition(":")
        function = function.rpartition(":")[2]
    if not (function and found and name):
        raise CallError(f'unexpected format of ID ("{resource_id}"), expected FUNCTION_NAME/ALIAS')
    return resource_id, {"functionName": function, "name": name}


def _alias_place(values: Outputs, id: str) -> dict[str, str]:
    if "functionName" not in values:
        raise CallError(f'unexpected format of ID ("{id}"), expected FUNCTION_NAME/ALIAS')
    return {"FunctionName": values["functionName"], "Name": values["name"]}


def _alias_outputs(ctx: Context, alias: dict[str, Any], last: Outputs) -> Outputs:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
    outputs = {
        "arn": alias["AliasArn"],
        "description": alias.get("Description"),
        "functionName": last["functionName"],
        "functionVersion": alias["FunctionVersion"],
        "invokeArn": config.invoke_arn(ctx, alias["AliasArn"]),
        "name": alias["Name"],
        "routingConfig": {"additionalVersionWeights": weights} if weights else None,
    }
    return settle(outputs)


ALIAS = resource(
    "lambda",
    "Lambda Alias",
    "aws:lambda/alias:Alias",
    create=create_alias,
    read=read_alias,
    update=update_alias,
    delete=delete_alias,
    imported=import_alias,
    identified=lambda ctx, outputs: str(outputs["arn"]),
    find=find_alias,
    called="name",
)
