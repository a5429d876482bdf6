"""Cognito: the clients of a user pool; the id is the client's, an import's POOL/CLIENT."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import find, known, named, parts_of, same_order, settle, the_one
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.shapes import answers, request

GONE = "ResourceNotFoundException"
TOKEN = "aws:cognito/userPoolClient:UserPoolClient"
FORM = "USER-POOL-ID/CLIENT-ID"
NAMES = {"name": "ClientName"}


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
    pool = known(last, "userPoolId", id, FORM)
    found = find(client.describe_user_pool_client, GONE, UserPoolId=pool, ClientId=id)
    return _client_outputs(found["UserPoolClient"], last) if found else None


def update_client(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("cognito-idp")
    fields = facts.known(TOKEN).inputs
    # What an update leaves out goes back to its default: AWS's choices are said again.
    kept = {n: old[n] for n, field in fields.items() if field.computed and n in old}
    arguments = _arguments({**kept, **new})
    arguments.pop("generateSecret", None)
    settings = request(client, "UpdateUserPoolClientRequest", arguments, NAMES)
    client.update_user_pool_client(ClientId=id, **settings)


def delete_client(ctx: Context, id: str, last: Outputs) -> None:
    where = {"UserPoolId": last["userPoolId"], "ClientId": id}
    find(ctx.client("cognito-idp").delete_user_pool_client, GONE, **where)


def find_client(ctx: Context, inputs: Inputs) -> str | None:
    client, pool = ctx.client("cognito-idp"), inputs["userPoolId"]
    found = find(
        the_one, GONE, client=client, operation="list_user_pool_clients", member="UserPoolClients",
        wanted=lambda each: each["ClientName"] == inputs.get("name"), UserPoolId=pool,
    )  # fmt: skip
    return str(found["ClientId"]) if found else None


def import_client(resource_id: str) -> tuple[str, Outputs]:
    pool, id = parts_of(resource_id, "/", FORM)
    return id, {"userPoolId": pool}


def _arguments(inputs: Inputs) -> Inputs:
    return {name: value for name, value in inputs.items() if name not in ("region", "clientSecret")}


def _client_outputs(found: dict[str, Any], last: Outputs) -> Outputs:
    fields = {n: field for n, field in facts.known(TOKEN).inputs.items() if n != "region"}
    sets = [name for name, field in fields.items() if field.type == "set"]
    outputs = answers(fields, found, NAMES)
    outputs |= {name: same_order(outputs[name] or (), last.get(name)) for name in sets}
    outputs["clientSecret"] = found.get("ClientSecret")
    outputs["generateSecret"] = last.get("generateSecret", bool(found.get("ClientSecret")))
    return settle(outputs, keep=sets)


USER_POOL_CLIENT = resource(
    "cognito-idp",
    "Cognito User Pool Client",
    TOKEN,
    create=create_client,
    read=read_client,
    update=update_client,
    delete=delete_client,
    imported=import_client,
    find=find_client,
    called="name",
)
