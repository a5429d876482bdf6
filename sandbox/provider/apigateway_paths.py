"""API Gateway: the paths of an API, their methods, and the integrations behind these."""

from __future__ import annotations

from typing import Any

from sandbox.provider import patches
from sandbox.provider.answers import changed, find, given, settle, there, worded
from sandbox.provider.kinds import CallError, Context, Created, Inputs, Kind, Outputs

GONE = "NotFoundException"

METHOD_PATHS = {
    "apiKeyRequired": "/apiKeyRequired",
    "authorization": "/authorizationType",
    "authorizerId": "/authorizerId",
    "operationName": "/operationName",
    "requestValidatorId": "/requestValidatorId",
}
INTEGRATION_PATHS = {
    "connectionId": "/connectionId",
    "connectionType": "/connectionType",
    "contentHandling": "/contentHandling",
    "integrationTarget": "/integrationTarget",
    "timeoutMilliseconds": "/timeoutInMillis",
    "uri": "/uri",
}
# These keep what they had when the program leaves them out.
INTEGRATION_KEPT = {
    "cacheNamespace": "/cacheNamespace",
    "responseTransferMode": "/responseTransferMode",
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


# Method and Integration: agm- and agi-API-RESOURCE-METHOD


def _where(values: Outputs, id: str = "") -> dict[str, str]:
    form = "REST-API-ID/RESOURCE-ID/HTTP-METHOD"
    return {
        "restApiId": _known(values, "restApi", id, form),
        "resourceId": _known(values, "resourceId", id, form),
        "httpMethod": _known(values, "httpMethod", id, form),
    }


def _id(kind: str, values: Outputs) -> str:
    return f"{kind}-{values['restApi']}-{values['resourceId']}-{values['httpMethod']}"


def _import(kind: str, resource_id: str) -> tuple[str, Outputs]:
    api, path, method = split(resource_id, 3, "REST-API-ID/RESOURCE-ID/HTTP-METHOD")
    known = {"restApi": api, "resourceId": path, "httpMethod": method}
    return _id(kind, known), known


def create_method(ctx: Context, inputs: Inputs) -> Created:
    method = ctx.client("apigateway").put_method(
        **_where(inputs),
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
    return Created(_id("agm", inputs), _method_outputs(method, inputs))


def find_method(ctx: Context, inputs: Inputs) -> Created | None:
    id = _id("agm", inputs)
    found = read_method(ctx, id, inputs)
    return Created(id, found) if found else None


def read_method(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    method = find(ctx.client("apigateway").get_method, GONE, **_where(last, id))
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
        client.update_method(**_where(new), patchOperations=operations)
    return there(read_method(ctx, id, new), f"API Gateway Method ({id})")


def delete_method(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_method, GONE, **_where(last, id))


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
    return {**settle(outputs), **_place(last)}


def _place(last: Outputs) -> Outputs:
    return {name: last[name] for name in ("restApi", "resourceId", "httpMethod")}


def create_integration(ctx: Context, inputs: Inputs) -> Created:
    integration = ctx.client("apigateway").put_integration(
        **_where(inputs),
        type=inputs["type"],
        **given(
            cacheKeyParameters=inputs.get("cacheKeyParameters"),
            cacheNamespace=inputs.get("cacheNamespace"),
            connectionId=inputs.get("connectionId"),
            connectionType=inputs.get("connectionType"),
            contentHandling=inputs.get("contentHandling"),
            credentials=inputs.get("credentials"),
            integrationHttpMethod=inputs.get("integrationHttpMethod"),
            integrationTarget=inputs.get("integrationTarget"),
            passthroughBehavior=inputs.get("passthroughBehavior"),
            requestParameters=inputs.get("requestParameters"),
            requestTemplates=inputs.get("requestTemplates"),
            responseTransferMode=inputs.get("responseTransferMode"),
            timeoutInMillis=inputs.get("timeoutMilliseconds"),
            tlsConfig=inputs.get("tlsConfig"),
            uri=inputs.get("uri"),
        ),
    )
    return Created(_id("agi", inputs), _integration_outputs(integration, inputs))


def read_integration(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    integration = find(ctx.client("apigateway").get_integration, GONE, **_where(last, id))
    return _integration_outputs(integration, last) if integration else None


def update_integration(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    operations = [
        patches.replace(path, new.get(name))
        for name, path in INTEGRATION_PATHS.items()
        if changed(name, old, new)
    ]
    operations += [
        patches.replace(path, new[name])
        for name, path in INTEGRATION_KEPT.items()
        if new.get(name) and changed(name, old, new)
    ]
    for name in ("requestTemplates", "requestParameters"):
        operations += patches.map_changes(name, old.get(name), new.get(name))
    keys = ({each: "" for each in values.get("cacheKeyParameters") or ()} for values in (old, new))
    operations += patches.map_changes("cacheKeyParameters", *keys)
    if changed("tlsConfig", old, new):
        skip = (new.get("tlsConfig") or {}).get("insecureSkipVerification", False)
        operations.append(patches.replace("/tlsConfig/insecureSkipVerification", skip))
    if operations:
        client = ctx.client("apigateway")
        client.update_integration(**_where(new), patchOperations=operations)
    return there(read_integration(ctx, id, new), f"API Gateway Integration ({id})")


def delete_integration(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_integration, GONE, **_where(last, id))


def _integration_outputs(integration: dict[str, Any], last: Outputs) -> Outputs:
    outputs = {
        "cacheKeyParameters": integration.get("cacheKeyParameters"),
        "cacheNamespace": integration.get("cacheNamespace") or "",
        "connectionId": integration.get("connectionId"),
        "connectionType": integration.get("connectionType") or "INTERNET",
        "contentHandling": integration.get("contentHandling"),
        "credentials": integration.get("credentials"),
        "integrationHttpMethod": integration.get("httpMethod"),
        "integrationTarget": integration.get("integrationTarget"),
        "passthroughBehavior": integration.get("passthroughBehavior") or "",
        "requestParameters": integration.get("requestParameters"),
        "requestTemplates": integration.get("requestTemplates"),
        "responseTransferMode": integration.get("responseTransferMode") or "BUFFERED",
        "timeoutMilliseconds": integration.get("timeoutInMillis"),
        "tlsConfig": integration.get("tlsConfig"),
        "type": integration["type"],
        "uri": integration.get("uri"),
    }
    promised = ("cacheNamespace", "passthroughBehavior")
    return {**settle(outputs, keep=promised), **_place(last)}


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
            imported=lambda id: _import("agm", id),
            find=find_method,
        ),
    ),
    worded(
        "apigateway",
        "API Gateway Integration",
        Kind(
            token="aws:apigateway/integration:Integration",
            create=create_integration,
            read=read_integration,
            update=update_integration,
            delete=delete_integration,
            imported=lambda id: _import("agi", id),
        ),
    ),
)
