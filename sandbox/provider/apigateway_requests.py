"""API Gateway: who may call (authorizers) and with what (models, request validators)."""

from __future__ import annotations

from typing import Any

from sandbox.provider import patches
from sandbox.provider.answers import (
    changed,
    find,
    given,
    same_order,
    settle,
    the_one,
    there,
    worded,
)
from sandbox.provider.apigateway_paths import GONE, split
from sandbox.provider.kinds import CallError, Context, Created, Inputs, Kind, Outputs

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
VALIDATOR_PATHS = {
    "name": "/name",
    "validateRequestBody": "/validateRequestBody",
    "validateRequestParameters": "/validateRequestParameters",
}


def _api(values: Outputs, id: str, form: str) -> str:
    if "restApi" not in values:
        raise CallError(f"unexpected format of ID ({id}), expected REST-API-ID/{form}")
    return str(values["restApi"])


# Authorizer


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
    api = _api(last, id, "AUTHORIZER-ID")
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


# RequestValidator


def create_validator(ctx: Context, inputs: Inputs) -> Created:
    validator = ctx.client("apigateway").create_request_validator(
        restApiId=inputs["restApi"],
        name=inputs["name"],
        validateRequestBody=inputs.get("validateRequestBody", False),
        validateRequestParameters=inputs.get("validateRequestParameters", False),
    )
    return Created(validator["id"], _validator_outputs(validator, inputs))


def find_validator(ctx: Context, inputs: Inputs) -> Created | None:
    name, api = inputs["name"], inputs["restApi"]
    found = the_one(ctx, "get_request_validators", lambda each: each["name"] == name, restApiId=api)
    return Created(found["id"], _validator_outputs(found, inputs)) if found else None


def read_validator(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = _api(last, id, "REQUEST-VALIDATOR-ID")
    client = ctx.client("apigateway")
    validator = find(client.get_request_validator, GONE, restApiId=api, requestValidatorId=id)
    return _validator_outputs(validator, last) if validator else None


def update_validator(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    operations = [
        patches.replace(path, new.get(name, False))
        for name, path in VALIDATOR_PATHS.items()
        if changed(name, old, new)
    ]
    if operations:
        ctx.client("apigateway").update_request_validator(
            restApiId=new["restApi"], requestValidatorId=id, patchOperations=operations
        )
    return there(read_validator(ctx, id, new), f"API Gateway Request Validator ({id})")


def delete_validator(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("apigateway")
    api = last["restApi"]
    find(client.delete_request_validator, GONE, restApiId=api, requestValidatorId=id)


def _validator_outputs(validator: dict[str, Any], last: Outputs) -> Outputs:
    return {
        "name": validator["name"],
        "restApi": last["restApi"],
        "validateRequestBody": validator.get("validateRequestBody", False),
        "validateRequestParameters": validator.get("validateRequestParameters", False),
    }


# Model: AWS finds it by its name, its id is another


def create_model(ctx: Context, inputs: Inputs) -> Created:
    model = ctx.client("apigateway").create_model(
        restApiId=inputs["restApi"],
        name=inputs["name"],
        contentType=inputs["contentType"],
        **given(description=inputs.get("description"), schema=inputs.get("schema")),
    )
    return Created(model["id"], _model_outputs(model, inputs))


def _get_model(ctx: Context, values: Outputs, id: str) -> dict[str, Any] | None:
    api = _api(values, id, "NAME")
    found: dict[str, Any] | None = find(
        ctx.client("apigateway").get_model, GONE, restApiId=api, modelName=values["name"]
    )
    return found


def find_model(ctx: Context, inputs: Inputs) -> Created | None:
    model = _get_model(ctx, inputs, "")
    return Created(model["id"], _model_outputs(model, inputs)) if model else None


def read_model(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    model = _get_model(ctx, last, id)
    return _model_outputs(model, last) if model else None


def update_model(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    operations = [
        patches.replace(f"/{name}", new.get(name))
        for name in ("description", "schema")
        if changed(name, old, new)
    ]
    if operations:
        ctx.client("apigateway").update_model(
            restApiId=new["restApi"], modelName=new["name"], patchOperations=operations
        )
    return there(read_model(ctx, id, new), f"API Gateway Model ({id})")


def delete_model(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("apigateway")
    find(client.delete_model, GONE, restApiId=last["restApi"], modelName=last["name"])


def import_model(resource_id: str) -> tuple[str, Outputs]:
    api, name = split(resource_id, 2, "REST-API-ID/NAME")
    return name, {"restApi": api, "name": name}


def model_id(ctx: Context, outputs: Outputs) -> str:
    model = _get_model(ctx, outputs, "")
    return str(model["id"]) if model else str(outputs["name"])


def _model_outputs(model: dict[str, Any], last: Outputs) -> Outputs:
    outputs = {
        "contentType": model.get("contentType"),
        "description": model.get("description"),
        "name": model["name"],
        "restApi": last["restApi"],
        "schema": model.get("schema"),
    }
    return settle(outputs)


def _imported(form: str, resource_id: str) -> tuple[str, Outputs]:
    api, id = split(resource_id, 2, f"REST-API-ID/{form}")
    return id, {"restApi": api}


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
            imported=lambda id: _imported("AUTHORIZER-ID", id),
            find=find_authorizer,
        ),
        called="name",
    ),
    worded(
        "apigateway",
        "API Gateway Request Validator",
        Kind(
            token="aws:apigateway/requestValidator:RequestValidator",
            create=create_validator,
            read=read_validator,
            update=update_validator,
            delete=delete_validator,
            imported=lambda id: _imported("REQUEST-VALIDATOR-ID", id),
            find=find_validator,
        ),
        called="name",
    ),
    worded(
        "apigateway",
        "API Gateway Model",
        Kind(
            token="aws:apigateway/model:Model",
            create=create_model,
            read=read_model,
            update=update_model,
            delete=delete_model,
            imported=import_model,
            identified=model_id,
            find=find_model,
        ),
        called="name",
    ),
)
