"""API Gateway: authorizers, which say who may call; the id is AWS's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.places import GONE, arn, child, find_named
from sandbox.provider.core.answers import find, given, known, pick, same_order, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource

FORM = "REST-API-ID/AUTHORIZER-ID"
CHANGEABLE = (
    "authorizerCredentials",
    "authorizerResultTtlInSeconds",
    "authorizerUri",
    "identitySource",
    "identityValidationExpression",
    "name",
    "type",
)
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
        **pick(inputs, "authorizerUri", "identityValidationExpression"),
        **given(
            # Create ignores the credentials of a Cognito authorizer; an update takes them.
            authorizerCredentials=credentials if kind != COGNITO else None,
            providerARNs=inputs.get("providerArns"),
        ),
    )
    id = authorizer["id"]
    ctx.made(id)
    if credentials and kind == COGNITO:
        operations = [patches.replace("/authorizerCredentials", credentials)]
        call = client.update_authorizer
        authorizer = patches.send(call, operations, restApiId=api, authorizerId=id)
    return Created(id, _authorizer_outputs(ctx, authorizer, inputs))


def read_authorizer(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = known(last, "restApi", id, FORM)
    client = ctx.client("apigateway")
    authorizer = find(client.get_authorizer, GONE, restApiId=api, authorizerId=id)
    return _authorizer_outputs(ctx, authorizer, last) if authorizer else None


def update_authorizer(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    operations = patches.changes(CHANGEABLE, old, new)
    arns = (values.get("providerArns") for values in (old, new))
    operations += patches.set_changes("/providerARNs", *arns)
    call = ctx.client("apigateway").update_authorizer
    patches.send(call, operations, restApiId=new["restApi"], authorizerId=id)


def delete_authorizer(ctx: Context, id: str, last: Outputs) -> None:
    """One that a method still uses is left to the API's own end, as the official provider does."""
    call, api = ctx.client("apigateway").delete_authorizer, last["restApi"]
    find(call, GONE, "ConflictException", restApiId=api, authorizerId=id)


def _authorizer_outputs(ctx: Context, authorizer: dict[str, Any], last: Outputs) -> Outputs:
    api, id = last["restApi"], authorizer["id"]
    ttl = authorizer.get("authorizerResultTtlInSeconds")
    outputs = {
        "arn": arn(ctx, "restapis", api, "authorizers", id),
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


AUTHORIZER = resource(
    "apigateway",
    "API Gateway Authorizer",
    "aws:apigateway/authorizer:Authorizer",
    create=create_authorizer,
    read=read_authorizer,
    update=update_authorizer,
    delete=delete_authorizer,
    imported=child(FORM),
    find=lambda ctx, inputs: find_named(
        ctx, "get_authorizers", inputs["name"], restApiId=inputs["restApi"]
    ),
    called="name",
)
