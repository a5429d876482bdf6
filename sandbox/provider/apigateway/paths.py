"""API Gateway: the paths of an API and their methods."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.places import (
    GONE,
    METHOD_FORM,
    METHOD_NAMES,
    child,
    id_of,
    identified,
    method_place,
    of_method,
)
from sandbox.provider.core.answers import find, known, pick, settle, the_one
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource

FORM = "REST-API-ID/RESOURCE-ID"
METHOD_PATHS = {
    "apiKeyRequired": "/apiKeyRequired",
    "authorization": "/authorizationType",
    "authorizerId": "/authorizerId",
    "operationName": "/operationName",
    "requestValidatorId": "/requestValidatorId",
}


# Resource: its id is the path's


def create_resource(ctx: Context, inputs: Inputs) -> Created:
    path = ctx.client("apigateway").create_resource(
        restApiId=inputs["restApi"], parentId=inputs["parentId"], pathPart=inputs["pathPart"]
    )
    return Created(path["id"], _resource_outputs(path, inputs))


def find_resource(ctx: Context, inputs: Inputs) -> str | None:
    def ours(path: Outputs) -> bool:
        return all(path.get(name) == inputs[name] for name in ("parentId", "pathPart"))

    api = inputs["restApi"]
    found = the_one(ctx.client("apigateway"), "get_resources", "items", ours, restApiId=api)
    return str(found["id"]) if found else None


def read_resource(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = known(last, "restApi", id, FORM)
    path = find(ctx.client("apigateway").get_resource, GONE, restApiId=api, resourceId=id)
    return _resource_outputs(path, last) if path else None


def update_resource(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    operations = patches.changes(("pathPart", "parentId"), old, new)
    call = ctx.client("apigateway").update_resource
    patches.send(call, operations, restApiId=new["restApi"], resourceId=id)


def delete_resource(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("apigateway")
    find(client.delete_resource, GONE, restApiId=last["restApi"], resourceId=id)


def _resource_outputs(path: dict[str, Any], last: Outputs) -> Outputs:
    return {
        "parentId": path.get("parentId"),
        "path": path["path"],
        "pathPart": path.get("pathPart"),
        "restApi": last["restApi"],
    }


# Method: its id is agm-API-RESOURCE-METHOD


method_id = id_of("agm", *METHOD_NAMES)


def create_method(ctx: Context, inputs: Inputs) -> Created:
    method = ctx.client("apigateway").put_method(
        **method_place(inputs),
        authorizationType=inputs["authorization"],
        apiKeyRequired=inputs.get("apiKeyRequired", False),
        **pick(
            inputs,
            "authorizationScopes",
            "authorizerId",
            "operationName",
            "requestModels",
            "requestParameters",
            "requestValidatorId",
        ),
    )
    return Created(method_id(inputs), _method_outputs(method, inputs))


def read_method(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    method = find(ctx.client("apigateway").get_method, GONE, **method_place(last, id))
    return _method_outputs(method, last) if method else None


def update_method(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    operations = patches.changes(METHOD_PATHS, old, new)
    scopes = (values.get("authorizationScopes") for values in (old, new))
    operations += patches.set_changes("/authorizationScopes", *scopes)
    for name in ("requestModels", "requestParameters"):
        operations += patches.map_changes(name, old.get(name), new.get(name))
    patches.send(ctx.client("apigateway").update_method, operations, **method_place(new))


def delete_method(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_method, GONE, **method_place(last, id))


def _method_outputs(method: dict[str, Any], last: Outputs) -> Outputs:
    outputs = {
        "apiKeyRequired": method.get("apiKeyRequired", False),
        "authorization": method["authorizationType"],
        "authorizationScopes": method.get("authorizationScopes"),
        "authorizerId": method.get("authorizerId"),
        "operationName": method.get("operationName"),
        "requestModels": method.get("requestModels"),
        "requestParameters": method.get("requestParameters"),
        "requestValidatorId": method.get("requestValidatorId"),
    }
    return {**settle(outputs), **of_method(last)}


RESOURCE = resource(
    "apigateway",
    "API Gateway Resource",
    "aws:apigateway/resource:Resource",
    create=create_resource,
    read=read_resource,
    update=update_resource,
    delete=delete_resource,
    imported=child(FORM),
    find=find_resource,
)

METHOD = resource(
    "apigateway",
    "API Gateway Method",
    "aws:apigateway/method:Method",
    create=create_method,
    read=read_method,
    update=update_method,
    delete=delete_method,
    imported=identified(method_id, METHOD_FORM, *METHOD_NAMES),
    find=lambda ctx, inputs: method_id(inputs),
)
