"""API Gateway: what methods, integrations and the gateway itself may answer.

Ids: agmr-API-RESOURCE-METHOD-STATUS, agir-API-RESOURCE-METHOD-STATUS, aggr-API-TYPE.
"""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.places import (
    GONE,
    METHOD_FORM,
    METHOD_NAMES,
    id_of,
    identified,
    method_place,
    of_method,
)
from sandbox.provider.core.answers import find, given, known, pick, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import doing
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource

STATUS_FORM = f"{METHOD_FORM}/STATUS-CODE"
STATUS = (*METHOD_NAMES, "statusCode")
GATEWAY_FORM = "REST-API-ID/RESPONSE-TYPE"
GATEWAY = ("restApiId", "responseType")
method_response_id = id_of("agmr", *STATUS)
integration_response_id = id_of("agir", *STATUS)
gateway_response_id = id_of("aggr", *GATEWAY)


def _place(values: Outputs, id: str = "") -> dict[str, str]:
    """Which response of a method a call is about."""
    status = known(values, "statusCode", id, STATUS_FORM)
    return {**method_place(values, id), "statusCode": status}


# MethodResponse


def create_method_response(ctx: Context, inputs: Inputs) -> Created:
    response = ctx.client("apigateway").put_method_response(
        **_place(inputs),
        **pick(inputs, "responseModels", "responseParameters"),
    )
    return Created(method_response_id(inputs), _method_response_outputs(response, inputs))


def read_method_response(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    response = find(ctx.client("apigateway").get_method_response, GONE, **_place(last, id))
    return _method_response_outputs(response, last) if response else None


def update_method_response(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    """Another status code is asked for in place, and AWS then knows no such response: as official."""
    operations: list[patches.Operation] = []
    for name in ("responseModels", "responseParameters"):
        operations += patches.map_changes(name, old.get(name), new.get(name))
    client = ctx.client("apigateway")
    client.update_method_response(**_place(new), patchOperations=operations)


def delete_method_response(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_method_response, GONE, **_place(last, id))


def _method_response_outputs(response: dict[str, Any], last: Outputs) -> Outputs:
    outputs = {
        "responseModels": response.get("responseModels"),
        "responseParameters": response.get("responseParameters"),
    }
    return {**settle(outputs), **of_method(last), "statusCode": str(last["statusCode"])}


# IntegrationResponse: an update puts it anew


def _put_integration_response(ctx: Context, inputs: Inputs) -> Outputs:
    with doing("putting API Gateway Integration Response", "apigateway"):
        response = ctx.client("apigateway").put_integration_response(
            **_place(inputs),
            **pick(inputs, "contentHandling", "responseParameters", "responseTemplates"),
            **given(selectionPattern=inputs.get("selectionPattern") or None),
        )
    return _integration_response_outputs(response, inputs)


def create_integration_response(ctx: Context, inputs: Inputs) -> Created:
    return Created(integration_response_id(inputs), _put_integration_response(ctx, inputs))


def read_integration_response(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    response = find(ctx.client("apigateway").get_integration_response, GONE, **_place(last, id))
    return _integration_response_outputs(response, last) if response else None


def update_integration_response(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    """The response of another status code is one more; the old one stays: as official."""
    return _put_integration_response(ctx, new)


def delete_integration_response(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_integration_response, GONE, **_place(last, id))


def _integration_response_outputs(response: dict[str, Any], last: Outputs) -> Outputs:
    # API Gateway answers a template that is empty (pass the body through) as null.
    templates = response.get("responseTemplates") or {}
    outputs = {
        "contentHandling": response.get("contentHandling"),
        "responseParameters": response.get("responseParameters"),
        "responseTemplates": {key: value or "" for key, value in templates.items()},
        "selectionPattern": response.get("selectionPattern"),
    }
    return {**settle(outputs), **of_method(last), "statusCode": str(last["statusCode"])}


# Response: one of the gateway's own answers. Every API has each of them, customised or not


def _gateway_place(values: Outputs, id: str) -> dict[str, str]:
    return {name: known(values, name, id, GATEWAY_FORM) for name in GATEWAY}


def _put_gateway_response(ctx: Context, inputs: Inputs) -> Outputs:
    with doing("putting API Gateway Gateway Response", "apigateway"):
        response = ctx.client("apigateway").put_gateway_response(
            **_gateway_place(inputs, ""),
            **pick(inputs, "responseParameters", "responseTemplates"),
            **given(statusCode=inputs.get("statusCode") or None),
        )
    return _gateway_response_outputs(response, inputs)


def create_gateway_response(ctx: Context, inputs: Inputs) -> Created:
    return Created(gateway_response_id(inputs), _put_gateway_response(ctx, inputs))


def read_gateway_response(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    place = _gateway_place(last, id)
    response = find(ctx.client("apigateway").get_gateway_response, GONE, **place)
    return _gateway_response_outputs(response, last) if response else None


def update_gateway_response(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    return _put_gateway_response(ctx, new)


def delete_gateway_response(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_gateway_response, GONE, **_gateway_place(last, id))


def _gateway_response_outputs(response: dict[str, Any], last: Outputs) -> Outputs:
    outputs = {
        "responseParameters": response.get("responseParameters"),
        "responseTemplates": response.get("responseTemplates"),
        "responseType": response["responseType"],
        "restApiId": last["restApiId"],
        "statusCode": response.get("statusCode"),
    }
    return settle(outputs)


METHOD_RESPONSE = resource(
    "apigateway",
    "API Gateway Method Response",
    "aws:apigateway/methodResponse:MethodResponse",
    create=create_method_response,
    read=read_method_response,
    update=update_method_response,
    delete=delete_method_response,
    imported=identified(method_response_id, STATUS_FORM, *STATUS),
    find=lambda ctx, inputs: method_response_id(inputs),
)

INTEGRATION_RESPONSE = resource(
    "apigateway",
    "API Gateway Integration Response",
    "aws:apigateway/integrationResponse:IntegrationResponse",
    create=create_integration_response,
    read=read_integration_response,
    update=update_integration_response,
    delete=delete_integration_response,
    imported=identified(integration_response_id, STATUS_FORM, *STATUS),
    find=lambda ctx, inputs: integration_response_id(inputs),
)

RESPONSE = resource(
    "apigateway",
    "API Gateway Gateway Response",
    "aws:apigateway/response:Response",
    create=create_gateway_response,
    read=read_gateway_response,
    update=update_gateway_response,
    delete=delete_gateway_response,
    imported=identified(gateway_response_id, GATEWAY_FORM, *GATEWAY),
    find=lambda ctx, inputs: gateway_response_id(inputs),
)
