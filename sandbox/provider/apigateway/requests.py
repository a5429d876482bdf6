"""API Gateway: what a request must be: models of bodies, and validators that ask for them."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.places import GONE, child, find_named
from sandbox.provider.core.answers import find, known, parts_of, pick, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource

VALIDATOR_FORM = "REST-API-ID/REQUEST-VALIDATOR-ID"
MODEL_FORM = "REST-API-ID/NAME"


# RequestValidator


def create_validator(ctx: Context, inputs: Inputs) -> Created:
    validator = ctx.client("apigateway").create_request_validator(
        restApiId=inputs["restApi"],
        name=inputs["name"],
        validateRequestBody=inputs.get("validateRequestBody", False),
        validateRequestParameters=inputs.get("validateRequestParameters", False),
    )
    return Created(validator["id"], _validator_outputs(validator, inputs))


def read_validator(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = known(last, "restApi", id, VALIDATOR_FORM)
    client = ctx.client("apigateway")
    validator = find(client.get_request_validator, GONE, restApiId=api, requestValidatorId=id)
    return _validator_outputs(validator, last) if validator else None


def update_validator(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    flags = ("validateRequestBody", "validateRequestParameters")
    operations = patches.changes(("name", *flags), old, new, unset=False)
    call = ctx.client("apigateway").update_request_validator
    patches.send(call, operations, restApiId=new["restApi"], requestValidatorId=id)


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
        **pick(inputs, "description", "schema"),
    )
    return Created(model["id"], _model_outputs(model, inputs))


def _get_model(ctx: Context, values: Outputs, id: str = "") -> Any:
    api = known(values, "restApi", id, MODEL_FORM)
    call = ctx.client("apigateway").get_model
    return find(call, GONE, restApiId=api, modelName=values["name"])


def find_model(ctx: Context, inputs: Inputs) -> str | None:
    model = _get_model(ctx, inputs)
    return str(model["id"]) if model else None


def read_model(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    model = _get_model(ctx, last, id)
    return _model_outputs(model, last) if model else None


def update_model(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    operations = patches.changes(("description", "schema"), old, new)
    call = ctx.client("apigateway").update_model
    patches.send(call, operations, restApiId=new["restApi"], modelName=new["name"])


def delete_model(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("apigateway")
    find(client.delete_model, GONE, restApiId=last["restApi"], modelName=last["name"])


def import_model(resource_id: str) -> tuple[str, Outputs]:
    api, name = parts_of(resource_id, "/", MODEL_FORM)
    return name, {"restApi": api, "name": name}


def model_id(ctx: Context, outputs: Outputs) -> str:
    return find_model(ctx, outputs) or str(outputs["name"])


def _model_outputs(model: dict[str, Any], last: Outputs) -> Outputs:
    outputs = {
        "contentType": model.get("contentType"),
        "description": model.get("description"),
        "name": model["name"],
        "restApi": last["restApi"],
        "schema": model.get("schema"),
    }
    return settle(outputs)


REQUEST_VALIDATOR = resource(
    "apigateway",
    "API Gateway Request Validator",
    "aws:apigateway/requestValidator:RequestValidator",
    create=create_validator,
    read=read_validator,
    update=update_validator,
    delete=delete_validator,
    imported=child(VALIDATOR_FORM),
    find=lambda ctx, inputs: find_named(
        ctx, "get_request_validators", inputs["name"], restApiId=inputs["restApi"]
    ),
    called="name",
)

MODEL = resource(
    "apigateway",
    "API Gateway Model",
    "aws:apigateway/model:Model",
    create=create_model,
    read=read_model,
    update=update_model,
    delete=delete_model,
    imported=import_model,
    identified=model_id,
    find=find_model,
    called="name",
)
