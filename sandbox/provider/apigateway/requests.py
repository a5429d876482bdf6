"""API Gateway: what a request must be: models of bodies, and validators that ask for them."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.paths import GONE, api_of, import_child, split
from sandbox.provider.core.answers import changed, find, given, settle, the_one, there, worded
from sandbox.provider.core.kinds import Context, Created, Inputs, Kind, Outputs

VALIDATOR_FORM = "REST-API-ID/REQUEST-VALIDATOR-ID"
MODEL_FORM = "REST-API-ID/NAME"
VALIDATOR_PATHS = {
    "name": "/name",
    "validateRequestBody": "/validateRequestBody",
    "validateRequestParameters": "/validateRequestParameters",
}


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
    api = api_of(last, id, VALIDATOR_FORM)
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
    api = api_of(values, id, MODEL_FORM)
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
    api, name = split(resource_id, 2, MODEL_FORM)
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


KINDS = (
    worded(
        "apigateway",
        "API Gateway Request Validator",
        Kind(
            token="aws:apigateway/requestValidator:RequestValidator",
            create=create_validator,
            read=read_validator,
            update=update_validator,
            delete=delete_validator,
            imported=lambda id: import_child(id, VALIDATOR_FORM),
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
