"""API Gateway: authorizers, which say who may call; the id is AWS's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.paths import GONE, api_of, import_child
from sandbox.provider.core.answers import (
    changed,
    find,
    given,
    same_order,
    settle,
    the_one,
    there,
    worded,
)
from sandbox.provider.core.kinds import Context, Created, Inputs, Kind, Outputs

FORM = "REST-API-ID/AUTHORIZER-ID"
AUTHORIZER_PATHS = {
    "authorizerCredentials": "/authorizerCredentials",
    "authorizerResultTtlInSeconds": "/authorizerResultTtlInSeconds",
    "authorizerUri": "/authorizerUri",
    "identitySource": "/identitySource",
    "identityValidationExpression": "/identityValidationExpression",
    "name": "/name",
    "type": "/type",
}
COGNITO = "COGNITO_USER_POOLS"
DEFAULT_TTL = 300


def create_authorizer(ctx: Context, inputs: Inputs) -> Created:
    client, credentials = ctx.client("apigateway"), inputs.get("authorizerCredentials")
    kind, api = inputs.get("type", "TOKEN"), inputs["restApi"]
    authorizer = client.create_authorizer(
        restApiId=api,
        name=inputs["name"],
        type=kind,
        identitySource=inputs.get("identitySource", "method.request.header.Authorization"),
        authorizerResultTtlInSeconds=inputs.get("authorizerResultTtlInSeconds", DEFAULT_TTL),
        **given(
            # Create ignores the credentials of a Cognito authorizer; an update takes them.
            authorizerCredentials=credentials if kind != COGNITO else None,
            authorizerUri=inputs.get("authorizerUri"),
            identityValidationExpression=inputs.get("identityValidationExpression"),
            providerARNs=inputs.get("providerArns"),
        ),
    )
    id = authorizer["id"]
    if credentials and kind == COGNITO:
        where = {"restApiId": api, "authorizerId": id}
        operation = patches.replace("/authorizerCredentials", credentials)
        try:
            authorizer = client.update_authorizer(**where, patchOperations=[operation])
        except Exception:
            find(client.delete_authorizer, GONE, **where)
            raise
    return Created(id, _authorizer_outputs(ctx, authorizer, inputs))


def find_authorizer(ctx: Context, inputs: Inputs) -> Created | None:
    name, api = inputs["name"], inputs["restApi"]
    found = the_one(ctx, "get_authorizers", lambda each: each["name"] == name, restApiId=api)
    return Created(found["id"], _authorizer_outputs(ctx, found, inputs)) if found else None


def read_authorizer(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = api_of(last, id, FORM)
    client = ctx.client("apigateway")
    authorizer = find(client.get_authorizer, GONE, restApiId=api, authorizerId=id)
    return _authorizer_outputs(ctx, authorizer, last) if authorizer else None


def update_authorizer(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    operations = [
        patches.replace(path, new.get(name))
        for name, path in AUTHORIZER_PATHS.items()
        if changed(name, old, new)
    ]
    arns = (values.get("providerArns") for values in (old, new))
    operations += patches.set_changes("/providerARNs", *arns)
    if operations:
        ctx.client("apigateway").update_authorizer(
            restApiId=new["restApi"], authorizerId=id, patchOperations=operations
        )
    return there(read_authorizer(ctx, id, new), f"API Gateway Authorizer ({id})")


def delete_authorizer(ctx: Context, id: str, last: Outputs) -> None:
    """One that a method still uses is left to the API's own end, as the official provider does."""
    client = ctx.client("apigateway")
    find(
        client.delete_authorizer,
        GONE,
        "ConflictException",
        restApiId=last["restApi"],
        authorizerId=id,
    )


def _authorizer_outputs(ctx: Context, authorizer: dict[str, Any], last: Outputs) -> Outputs:
    api, id = last["restApi"], authorizer["id"]
    ttl = authorizer.get("authorizerResultTtlInSeconds")
    outputs = {
        "arn": f"arn:{ctx.partition}:apigateway:{ctx.region}::/restapis/{api}/authorizers/{id}",
        "authorizerCredentials": authorizer.get("authorizerCredentials"),
        "authorizerResultTtlInSeconds": DEFAULT_TTL if ttl is None else ttl,
        "authorizerUri": authorizer.get("authorizerUri"),
        "identitySource": authorizer.get("identitySource"),
        "identityValidationExpression": authorizer.get("identityValidationExpression"),
        "name": authorizer["name"],
        "providerArns": same_order(authorizer.get("providerARNs") or (), last.get("providerArns")),
        "restApi": api,
        "type": authorizer["type"],
    }
    return settle(outputs)


KINDS = (
    worded(
        "apigateway",
        "API Gateway Authorizer",
        Kind(
            token="aws:apigateway/authorizer:Authorizer",
            create=create_authorizer,
            read=read_authorizer,
            update=update_authorizer,
            delete=delete_authorizer,
            imported=lambda id: import_child(id, FORM),
            find=find_authorizer,
        ),
        called="name",
    ),
)
