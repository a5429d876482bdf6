"""Cognito: the clients of a user pool, and the resource servers whose scopes they ask for."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import find, named, same_order, settle, there, worded
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs
from sandbox.provider.core.shapes import answer, request

GONE = "ResourceNotFoundException"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
NAMES = {"name": "ClientName"}


# UserPoolClient: its id is the client's; it is imported as POOL/CLIENT


def create_client(ctx: Context, inputs: Inputs) -> Created:
    client = ctx.client("cognito-idp")
    arguments = _arguments({**inputs, "name": named(inputs)})
    made = client.create_user_pool_client(
        **request(client, "CreateUserPoolClientRequest", arguments, NAMES)
    )["UserPoolClient"]
    id = made["ClientId"]
    return Created(id, _client_outputs(made, inputs))


def read_client(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("cognito-idp")
    if not last.get("userPoolId"):
        raise CallError(f"unexpected format of ID ({id}), expected USER-POOL-ID/CLIENT-ID")
    where = {"UserPoolId": last["userPoolId"], "ClientId": id}
    found = find(client.describe_user_pool_client, GONE, **where)
    return _client_outputs(found["UserPoolClient"], last) if found else None


def update_client(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    client = ctx.client("cognito-idp")
    known = facts.of(CLIENT)
    assert known
    # What an update leaves out goes back to its default: AWS's choices are said again.
    kept = {n: old[n] for n, field in known.inputs.items() if field.computed and n in old}
    arguments = _arguments({**kept, **new})
    arguments.pop("generateSecret", None)
    settings = request(client, "UpdateUserPoolClientRequest", arguments, NAMES)
    client.update_user_pool_client(ClientId=id, **settings)
    return there(read_client(ctx, id, new), f"Cognito User Pool Client ({id})")


def delete_client(ctx: Context, id: str, last: Outputs) -> None:
    where = {"UserPoolId": last["userPoolId"], "ClientId": id}
    find(ctx.client("cognito-idp").delete_user_pool_client, GONE, **where)


def import_client(resource_id: str) -> tuple[str, Outputs]:
    pool, _, id = resource_id.partition("/")
    return (id, {"userPoolId": pool}) if id else (resource_id, {})


def _arguments(inputs: Inputs) -> Inputs:
    return {name: value for name, value in inputs.items() if name not in ("region", "clientSecret")}


def _client_outputs(found: dict[str, Any], last: Outputs) -> Outputs:
    known = facts.of(CLIENT)
    assert known
    members = {member.lower(): value for member, value in found.items()}
    outputs = {
        name: answer(field, members.get(NAMES.get(name, name).lower()))
        for name, field in known.inputs.items()
        if name != "region"
    }
    for name, field in known.inputs.items():
        if field.type == "set":
            outputs[name] = same_order(outputs[name] or (), last.get(name))
    outputs["clientSecret"] = found.get("ClientSecret")
    outputs["generateSecret"] = last.get("generateSecret", bool(found.get("ClientSecret")))
    return settle(outputs, keep=[n for n, f in known.inputs.items() if f.type == "set"])


# ResourceServer: its id is POOL|IDENTIFIER


def create_server(ctx: Context, inputs: Inputs) -> Created:
    ctx.client("cognito-idp").create_resource_server(**_server({**inputs, "name": named(inputs)}))
    id = f"{inputs['userPoolId']}|{inputs['identifier']}"
    return Created(id, there(read_server(ctx, id, inputs), f"Cognito Resource Server ({id})"))


def read_server(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    pool, identifier = _split(id)
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


def find_server(ctx: Context, inputs: Inputs) -> Created | None:
    id = f"{inputs['userPoolId']}|{inputs['identifier']}"
    found = read_server(ctx, id, inputs)
    return Created(id, found) if found else None


def update_server(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    ctx.client("cognito-idp").update_resource_server(**_server(new))
    return there(read_server(ctx, id, new), f"Cognito Resource Server ({id})")


def delete_server(ctx: Context, id: str, last: Outputs) -> None:
    pool, identifier = _split(id)
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


def _split(id: str) -> tuple[str, str]:
    pool, _, identifier = id.partition("|")
    if not (pool and identifier):
        raise CallError(f"unexpected format of ID ({id}), expected USER-POOL-ID|IDENTIFIER")
    return pool, identifier


KINDS = (
    worded(
        "cognito-idp",
        "Cognito User Pool Client",
        Kind(
            token=CLIENT,
            create=create_client,
            read=read_client,
            update=update_client,
            delete=delete_client,
            imported=import_client,
        ),
        called="name",
    ),
    worded(
        "cognito-idp",
        "Cognito Resource Server",
        Kind(
            token="aws:cognito/resourceServer:ResourceServer",
            create=create_server,
            read=read_server,
            update=update_server,
            delete=delete_server,
            find=find_server,
        ),
        called="identifier",
    ),
)
