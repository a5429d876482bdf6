"""API Gateway: integrations, which are what stands behind a method; ids agi-API-RESOURCE-METHOD."""

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
from sandbox.provider.core.answers import changed, find, given, pick, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource

INTEGRATION_PATHS = {
    "connectionId": "/connectionId",
    "connectionType": "/connectionType",
    "contentHandling": "/contentHandling",
    "integrationTarget": "/integrationTarget",
    "timeoutMilliseconds": "/timeoutInMillis",
    "uri": "/uri",
}
# These keep what they had when the program leaves them out.
KEPT = ("cacheNamespace", "responseTransferMode")


integration_id = id_of("agi", *METHOD_NAMES)


def create_integration(ctx: Context, inputs: Inputs) -> Created:
    integration = ctx.client("apigateway").put_integration(
        **method_place(inputs),
        type=inputs["type"],
        **pick(
            inputs,
            "cacheKeyParameters",
            "cacheNamespace",
            "connectionId",
            "connectionType",
            "contentHandling",
            "credentials",
            "integrationHttpMethod",
            "integrationTarget",
            "passthroughBehavior",
            "requestParameters",
            "requestTemplates",
            "responseTransferMode",
            "tlsConfig",
            "uri",
        ),
        **given(timeoutInMillis=inputs.get("timeoutMilliseconds")),
    )
    return Created(integration_id(inputs), _integration_outputs(integration, inputs))


def read_integration(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    integration = find(ctx.client("apigateway").get_integration, GONE, **method_place(last, id))
    return _integration_outputs(integration, last) if integration else None


def update_integration(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    operations = patches.changes(INTEGRATION_PATHS, old, new)
    operations += patches.changes([name for name in KEPT if new.get(name)], old, new)
    for name in ("requestTemplates", "requestParameters"):
        operations += patches.map_changes(name, old.get(name), new.get(name))
    keys = (dict.fromkeys(values.get("cacheKeyParameters") or (), "") for values in (old, new))
    operations += patches.map_changes("cacheKeyParameters", *keys)
    if changed("tlsConfig", old, new):
        skip = (new.get("tlsConfig") or {}).get("insecureSkipVerification", False)
        operations.append(patches.replace("/tlsConfig/insecureSkipVerification", skip))
    patches.send(ctx.client("apigateway").update_integration, operations, **method_place(new))


def delete_integration(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_integration, GONE, **method_place(last, id))


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
    return {**settle(outputs, keep=promised), **of_method(last)}


INTEGRATION = resource(
    "apigateway",
    "API Gateway Integration",
    "aws:apigateway/integration:Integration",
    create=create_integration,
    read=read_integration,
    update=update_integration,
    delete=delete_integration,
    imported=identified(integration_id, METHOD_FORM, *METHOD_NAMES),
    find=lambda ctx, inputs: integration_id(inputs),
)
