"""Cognito: resource servers, whose scopes clients ask for; the id is POOL|IDENTIFIER."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import find, named, parts_of
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource

GONE = "ResourceNotFoundException"
FORM = "USER-POOL-ID|IDENTIFIER"


def server_id(inputs: Inputs) -> str:
    return f"{inputs['userPoolId']}|{inputs['identifier']}"


def create_server(ctx: Context, inputs: Inputs) -> str:
    ctx.client("cognito-idp").create_resource_server(**_server({**inputs, "name": named(inputs)}))
    return server_id(inputs)


def read_server(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    pool, identifier = parts_of(id, "|", FORM)
    call = ctx.client("cognito-idp").describe_resource_server
    found = find(call, GONE, UserPoolId=pool, Identifier=identifier)
    if found is None:
        return None
    server = found["ResourceServer"]
    scopes = [
        {"scopeDescription": each["ScopeDescription"], "scopeName": each["ScopeName"]}
        for each in server.get("Scopes") or ()
    ]
    return {
        "identifier": identifier,
        "name": server["Name"],
        "scopeIdentifiers": [f"{identifier}/{scope['scopeName']}" for scope in scopes],
        "scopes": scopes or None,
        "userPoolId": pool,
    }


def update_server(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    ctx.client("cognito-idp").update_resource_server(**_server(new))


def delete_server(ctx: Context, id: str, last: Outputs) -> None:
    pool, identifier = parts_of(id, "|", FORM)
    call = ctx.client("cognito-idp").delete_resource_server
    find(call, GONE, UserPoolId=pool, Identifier=identifier)


def _server(inputs: Inputs) -> dict[str, Any]:
    scopes = inputs.get("scopes") or ()
    return {
        "Identifier": inputs["identifier"],
        "Name": inputs["name"],
        "Scopes": [
            {"ScopeDescription": each["scopeDescription"], "ScopeName": each["scopeName"]}
            for each in scopes
        ],
        "UserPoolId": inputs["userPoolId"],
    }


RESOURCE_SERVER = resource(
    "cognito-idp",
    "Cognito Resource Server",
    "aws:cognito/resourceServer:ResourceServer",
    create=create_server,
    read=read_server,
    update=update_server,
    delete=delete_server,
    find=lambda ctx, inputs: server_id(inputs),
    called="identifier",
)
