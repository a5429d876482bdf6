"""API Gateway: the paths of an API and their methods."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.core.answers import changed, find, given, settle, there, worded
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs

GONE = "NotFoundException"

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


def find_resource(ctx: Context, inputs: Inputs) -> Created | None:
    """The path that an interrupted create left."""
    pages = ctx.client("apigateway").get_paginator("get_resources")
    for page in pages.paginate(restApiId=inputs["restApi"]):
        for path in page["items"]:
            if (path.get("parentId"), path.get("pathPart")) == (
                inputs["parentId"],
                inputs["pathPart"],
            ):
                return Created(path["id"], _resource_outputs(path, inputs))
    return None


def read_resource(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = _known(last, "restApi", id, "REST-API-ID/RESOURCE-ID")
    path = find(ctx.client("apigateway").get_resource, GONE, restApiId=api, resourceId=id)
    return _resource_outputs(path, last) if path else None


def update_resource(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    operations = [
        patches.replace(f"/{name}", new[name])
        for name in ("pathPart", "parentId")
        if changed(name, old, new)
    ]
    if operations:
        ctx.client("apigateway").update_resource(
            restApiId=new["restApi"], resourceId=id, patchOperations=operations
        )
    return there(read_resource(ctx, id, new), f"API Gateway Resource ({id})")


def delete_resource(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("apigateway")
    find(client.delete_resource, GONE, restApiId=last["restApi"], resourceId=id)


def import_resource(resource_id: str) -> tuple[str, Outputs]:
    api, id = split(resource_id, 2, "REST-API-ID/RESOURCE-ID")
    return id, {"restApi": api}


def _resource_outputs(path: dict[str, Any], last: Outputs) -> Outputs:
    return {
        "parentId": path.get("parentId"),
        "path": path["path"],
        "pathPart": path.get("pathPart"),
        "restApi": last["restApi"],
    }


def split(id: str, count: int, form: str) -> list[str]:
    """The parts of an id that a user imports."""
    parts = id.split("/", count - 1)
    if len(parts) != count or not all(parts):
        raise CallError(f"unexpected format of ID ({id}), expected {form}")
    return parts


def _known(last: Outputs, name: str, id: str, form: str) -> str:
    if name not in last:
        raise CallError(f"unexpected format of ID ({id}), expected {form}")
    return str(last[name])


def api_of(values: Outputs, id: str, form: str) -> str:
    """The API that something with an id of its own belongs to."""
    return _known(values, "restApi", id, form)


def import_child(resource_id: str, form: str) -> tuple[str, Outputs]:
    """Id and first state from `REST-API-ID/ID`."""
    api, id = split(resource_id, 2, form)
    return id, {"restApi": api}


# Method: its id is agm-API-RESOURCE-METHOD


def method_place(values: Outputs, id: str = "") -> dict[str, str]:
    """Which method a call is about."""
    form = "REST-API-ID/RESOURCE-ID/HTTP-METHOD"
    return {
        "restApiId": _known(values, "restApi", id, form),
        "resourceId": _known(values, "resourceId", id, form),
        "httpMethod": _known(values, "httpMethod", id, form),
    }


def method_id(kind: str, values: Outputs) -> str:
    """The id of a method (`agm`) or an integration (`agi`)."""
    return f"{kind}-{values['restApi']}-{values['resourceId']}-{values['httpMethod']}"


def import_method(kind: str, resource_id: str) -> tuple[str, Outputs]:
    """Id and first state from `REST-API-ID/RESOURCE-ID/HTTP-METHOD`."""
    api, path, method = split(resource_id, 3, "REST-API-ID/RESOURCE-ID/HTTP-METHOD")
    known = {"restApi": api, "resourceId": path, "httpMethod": method}
    return method_id(kind, known), known


def create_method(ctx: Context, inputs: Inputs) -> Created:
    method = ctx.client("apigateway").put_method(
        **method_place(inputs),
        authorizationType=inputs["authorization"],
        apiKeyRequired=inputs.get("apiKeyRequired", False),
        **given(
            authorizationScopes=inputs.get("authorizationScopes"),
            authorizerId=inputs.get("authorizerId"),
            operationName=inputs.get("operationName"),
            requestModels=inputs.get("requestModels"),
            requestParameters=inputs.get("requestParameters"),
            requestValidatorId=inputs.get("requestValidatorId"),
        ),
    )
    return Created(method_id("agm", inputs), _method_outputs(method, inputs))


def find_method(ctx: Context, inputs: Inputs) -> Created | None:
    id = method_id("agm", inputs)
    found = read_method(ctx, id, inputs)
    return Created(id, found) if found else None


def read_method(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    method = find(ctx.client("apigateway").get_method, GONE, **method_place(last, id))
    return _method_outputs(method, last) if method else None


def update_method(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    operations = [
        patches.replace(path, new.get(name))
        for name, path in METHOD_PATHS.items()
        if changed(name, old, new)
    ]
    scopes = (values.get("authorizationScopes") for values in (old, new))
    operations += patches.set_changes("/authorizationScopes", *scopes)
    for name in ("requestModels", "requestParameters"):
        operations += patches.map_changes(name, old.get(name), new.get(name))
    if operations:
        client = ctx.client("apigateway")
        client.update_method(**method_place(new), patchOperations=operations)
    return there(read_method(ctx, id, new), f"API Gateway Method ({id})")


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
    return {**settle(outputs), **place_outputs(last)}


def place_outputs(last: Outputs) -> Outputs:
    return {name: last[name] for name in ("restApi", "resourceId", "httpMethod")}


KINDS = (
    worded(
        "apigateway",
        "API Gateway Resource",
        Kind(
            token="aws:apigateway/resource:Resource",
            create=create_resource,
            read=read_resource,
            update=update_resource,
            delete=delete_resource,
            imported=import_resource,
            find=find_resource,
        ),
    ),
    worded(
        "apigateway",
        "API Gateway Method",
        Kind(
            token="aws:apigateway/method:Method",
            create=create_method,
            read=read_method,
            update=update_method,
            delete=delete_method,
            imported=lambda id: import_method("agm", id),
            find=find_method,
        ),
    ),
)
