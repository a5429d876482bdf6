"""API Gateway: REST APIs and their policies; the rest has modules of its own."""

from __future__ import annotations

import json
from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.places import GONE, arn, execution_arn, find_named
from sandbox.provider.core import policy
from sandbox.provider.core.answers import by, find, given, pick, settle, text, timestamp
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import doing
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.shapes import filled
from sandbox.provider.core.tags import own_tags

# Arguments that a patch sets; each keeps its value when left out.
PATCHED = (
    "apiKeySource",
    "description",
    "disableExecuteApiEndpoint",
    "endpointAccessMode",
    "minimumCompressionSize",
    "name",
    "securityPolicy",
)

# Arguments of an API that is made from a document; a change of one imports it again.
DOCUMENT = ("body", "failOnWarnings", "parameters", "putRestApiMode")


# RestApi: its id is the API's


def create_rest_api(ctx: Context, inputs: Inputs) -> Created:
    size = inputs.get("minimumCompressionSize")
    api = ctx.client("apigateway").create_rest_api(
        name=inputs["name"],
        **pick(
            inputs,
            "apiKeySource",
            "binaryMediaTypes",
            "description",
            "disableExecuteApiEndpoint",
            "endpointAccessMode",
            "securityPolicy",
            "tags",
        ),
        **given(
            endpointConfiguration=_endpoint_request(inputs.get("endpointConfiguration")),
            minimumCompressionSize=int(size) if size not in (None, "") else None,
            policy=policy.normal(inputs["policy"]) if inputs.get("policy") else None,
        ),
    )
    if inputs.get("body"):
        try:
            _put_document(ctx, api["id"], inputs)
        except BaseException:
            delete_rest_api(ctx, api["id"], {})
            raise
        api = ctx.client("apigateway").get_rest_api(restApiId=api["id"])
    return Created(api["id"], _rest_api_outputs(ctx, api, inputs))


def read_rest_api(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = find(ctx.client("apigateway").get_rest_api, GONE, restApiId=id)
    return _rest_api_outputs(ctx, api, last) if api else None


def update_rest_api(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("apigateway")
    if new.get("body") and any(new.get(name) != old.get(name) for name in DOCUMENT):
        _put_document(ctx, id, new)
    else:
        patches.send(client.update_rest_api, _rest_api_patches(old, new), restApiId=id)
    patches.retag(client, old["arn"], old, new)


def delete_rest_api(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_rest_api, GONE, restApiId=id)


def _put_document(ctx: Context, id: str, inputs: Inputs) -> None:
    """Make an API what its `body` says; what the program says of it besides counts more.

    The official provider does it in these two steps, and overwrites unless it is told to merge.
    """
    client = ctx.client("apigateway")
    warned = inputs.get("failOnWarnings")
    with doing(f"importing the document of API Gateway REST API ({id})", "apigateway"):
        api = client.put_rest_api(
            restApiId=id,
            body=str(inputs["body"]).encode(),
            mode=inputs.get("putRestApiMode") or "overwrite",
            **given(
                parameters=inputs.get("parameters") or None,
                failOnWarnings=None if warned is None else bool(warned),
            ),
        )
    operations = _rest_api_patches(_rest_api_outputs(ctx, api, inputs), inputs)
    patches.send(client.update_rest_api, operations, restApiId=id)


def _endpoint_request(value: Outputs | None) -> dict[str, Any] | None:
    """`types` holds one word in Pulumi and a list of one in the API."""
    if not value:
        return None
    return given(
        types=[value["types"]] if value.get("types") else None,
        ipAddressType=value.get("ipAddressType"),
        vpcEndpointIds=value.get("vpcEndpointIds"),
    )


def _rest_api_patches(old: Outputs, new: Inputs) -> list[patches.Operation]:
    operations = [
        patches.replace(f"/{name}", new[name])
        for name in PATCHED
        if name in new and text(new[name]) != text(old.get(name))
    ]
    media, had = new.get("binaryMediaTypes"), old.get("binaryMediaTypes") or []
    if media is not None and sorted(media) != sorted(had):
        # There is no replacing: the official provider takes all out and puts the new ones in.
        path = "binaryMediaTypes"
        operations += [{"op": "remove", "path": patches.pointer(path, each)} for each in had]
        operations += [{"op": "add", "path": patches.pointer(path, each)} for each in media]
    operations += _endpoint_patches(
        old.get("endpointConfiguration") or {}, new.get("endpointConfiguration") or {}
    )
    if "policy" in new and not policy.equivalent(new["policy"] or "", old.get("policy") or ""):
        operations.append(patches.replace("/policy", policy.normal(new["policy"] or "")))
    return operations


def _endpoint_patches(old: Outputs, new: Outputs) -> list[patches.Operation]:
    operations = []
    address = new.get("ipAddressType")
    if address and address != old.get("ipAddressType"):
        operations.append(patches.replace("/endpointConfiguration/ipAddressType", address))
    if new.get("types") and new["types"] != old.get("types"):
        path = patches.pointer("endpointConfiguration", "types", old.get("types", "0"))
        operations.append(patches.replace(path, new["types"]))
    if "vpcEndpointIds" in new:
        path = "/endpointConfiguration/vpcEndpointIds"
        operations += patches.set_changes(path, old.get("vpcEndpointIds"), new["vpcEndpointIds"])
    return operations


def _rest_api_outputs(ctx: Context, api: dict[str, Any], last: Outputs) -> Outputs:
    endpoint = api.get("endpointConfiguration") or {}
    size = api.get("minimumCompressionSize")
    outputs = {
        "apiKeySource": api.get("apiKeySource", "HEADER"),
        "arn": arn(ctx, "restapis", api["id"]),
        "binaryMediaTypes": api.get("binaryMediaTypes") or [],
        "createdDate": timestamp(api.get("createdDate")),
        "description": api.get("description") or "",
        "disableExecuteApiEndpoint": api.get("disableExecuteApiEndpoint", False),
        "endpointAccessMode": api.get("endpointAccessMode"),
        "endpointConfiguration": filled(
            {
                "types": next(iter(endpoint.get("types") or ()), None),
                "ipAddressType": endpoint.get("ipAddressType"),
                "vpcEndpointIds": endpoint.get("vpcEndpointIds"),
            }
        ),
        "executionArn": execution_arn(ctx, api["id"]),
        "minimumCompressionSize": "" if size is None else str(size),
        "name": api["name"],
        "policy": _policy_text(api.get("policy"), last.get("policy")),
        "rootResourceId": api.get("rootResourceId") or _root_id(ctx, api["id"]),
        "securityPolicy": api.get("securityPolicy") or "",
        "tags": own_tags(api.get("tags")),
    }
    promised = ("minimumCompressionSize", "policy", "description", "binaryMediaTypes")
    return settle(outputs, keep=(*promised, "securityPolicy"))


def _policy_text(escaped: str | None, last: str | None) -> str:
    """API Gateway answers the policy as the inside of a JSON string: quotes are escaped."""
    if not escaped:
        return ""
    try:
        document = json.loads(f'"{escaped}"')
    except ValueError:
        document = escaped
    return policy.current(document, last)


def _root_id(ctx: Context, api: str) -> str:
    pages = ctx.client("apigateway").get_paginator("get_resources").paginate(restApiId=api)
    items = (item for page in pages for item in page["items"])
    return next((str(item["id"]) for item in items if item["path"] == "/"), "")


# RestApiPolicy: its id is the API's


def _set_policy(ctx: Context, api: str, text: str) -> None:
    operations = [patches.replace("/policy", text)]
    ctx.client("apigateway").update_rest_api(restApiId=api, patchOperations=operations)


def create_policy(ctx: Context, inputs: Inputs) -> str:
    api = str(inputs["restApiId"])
    with doing(f"setting API Gateway REST API Policy ({api})", "apigateway"):
        _set_policy(ctx, api, policy.normal(inputs["policy"]))
    return api


def read_policy(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = find(ctx.client("apigateway").get_rest_api, GONE, restApiId=id)
    if not api or not api.get("policy"):
        return None
    return {"restApiId": id, "policy": _policy_text(api["policy"], last.get("policy"))}


def update_policy(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    _set_policy(ctx, id, policy.normal(new["policy"]))


def delete_policy(ctx: Context, id: str, last: Outputs) -> None:
    find(_set_policy, GONE, ctx=ctx, api=id, text="")


REST_API = resource(
    "apigateway",
    "API Gateway REST API",
    "aws:apigateway/restApi:RestApi",
    create=create_rest_api,
    read=read_rest_api,
    update=update_rest_api,
    delete=delete_rest_api,
    find=lambda ctx, inputs: find_named(ctx, "get_rest_apis", inputs["name"]),
    called="name",
)

REST_API_POLICY = resource(
    "apigateway",
    "API Gateway REST API Policy",
    "aws:apigateway/restApiPolicy:RestApiPolicy",
    create=create_policy,
    read=read_policy,
    update=update_policy,
    delete=delete_policy,
    find=by("restApiId"),
)
