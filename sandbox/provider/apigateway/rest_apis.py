"""API Gateway: REST APIs and their policies; the rest has modules of its own."""

from __future__ import annotations

import json
from typing import Any

from sandbox.provider.apigateway import patches
from sandbox.provider.apigateway.authorizers import KINDS as AUTHORIZER_KINDS
from sandbox.provider.apigateway.integrations import KINDS as INTEGRATION_KINDS
from sandbox.provider.apigateway.keys import KINDS as KEY_KINDS
from sandbox.provider.apigateway.paths import KINDS as PATH_KINDS
from sandbox.provider.apigateway.plans import KINDS as PLAN_KINDS
from sandbox.provider.apigateway.requests import KINDS as REQUEST_KINDS
from sandbox.provider.apigateway.responses import KINDS as RESPONSE_KINDS
from sandbox.provider.apigateway.settings import KINDS as SETTINGS_KINDS
from sandbox.provider.apigateway.stages import KINDS as STAGE_KINDS
from sandbox.provider.apigateway.vpc_links import KINDS as VPC_LINK_KINDS
from sandbox.provider.core import policy
from sandbox.provider.core.answers import find, given, own_tags, settle, there, timestamp, worded
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs, doing

GONE = "NotFoundException"

# Arguments of a REST API and where a patch finds them; each keeps its value when left out.
PATCHED = {
    "apiKeySource": "/apiKeySource",
    "description": "/description",
    "disableExecuteApiEndpoint": "/disableExecuteApiEndpoint",
    "endpointAccessMode": "/endpointAccessMode",
    "minimumCompressionSize": "/minimumCompressionSize",
    "name": "/name",
    "securityPolicy": "/securityPolicy",
}


# RestApi: its id is the API's


def create_rest_api(ctx: Context, inputs: Inputs) -> Created:
    _refuse_body(inputs)
    size = inputs.get("minimumCompressionSize")
    api = ctx.client("apigateway").create_rest_api(
        name=inputs["name"],
        **given(
            apiKeySource=inputs.get("apiKeySource"),
            binaryMediaTypes=inputs.get("binaryMediaTypes"),
            description=inputs.get("description"),
            disableExecuteApiEndpoint=inputs.get("disableExecuteApiEndpoint"),
            endpointAccessMode=inputs.get("endpointAccessMode"),
            endpointConfiguration=_endpoint_request(inputs.get("endpointConfiguration")),
            minimumCompressionSize=int(size) if size not in (None, "") else None,
            policy=policy.normal(inputs["policy"]) if inputs.get("policy") else None,
            securityPolicy=inputs.get("securityPolicy"),
            tags=inputs.get("tags"),
        ),
    )
    return Created(api["id"], _rest_api_outputs(ctx, api, inputs))


def find_rest_api(ctx: Context, inputs: Inputs) -> Created | None:
    """The API that an interrupted create left; none when the name does not tell which one."""
    pages = ctx.client("apigateway").get_paginator("get_rest_apis").paginate()
    apis = [api for page in pages for api in page["items"] if api["name"] == inputs["name"]]
    if len(apis) != 1:
        return None
    return Created(apis[0]["id"], _rest_api_outputs(ctx, apis[0], inputs))


def read_rest_api(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = find(ctx.client("apigateway").get_rest_api, GONE, restApiId=id)
    return _rest_api_outputs(ctx, api, last) if api else None


def update_rest_api(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    _refuse_body(new)
    client = ctx.client("apigateway")
    operations = _rest_api_patches(old, new)
    if operations:
        client.update_rest_api(restApiId=id, patchOperations=operations)
    patches.retag(client, old["arn"], old, new)
    return there(read_rest_api(ctx, id, new), f"API Gateway REST API ({id})")


def delete_rest_api(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("apigateway").delete_rest_api, GONE, restApiId=id)


def _refuse_body(inputs: Inputs) -> None:
    if inputs.get("body"):
        raise CallError(
            "the sandbox cannot import an OpenAPI document (the argument `body`): declare the "
            "paths with apigateway.Resource, Method and Integration, or use the target aws"
        )


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
        patches.replace(path, new[name])
        for name, path in PATCHED.items()
        if name in new and patches.text(new[name]) != patches.text(old.get(name))
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
        "arn": f"arn:{ctx.partition}:apigateway:{ctx.region}::/restapis/{api['id']}",
        "binaryMediaTypes": api.get("binaryMediaTypes") or [],
        "createdDate": timestamp(api.get("createdDate")),
        "description": api.get("description") or "",
        "disableExecuteApiEndpoint": api.get("disableExecuteApiEndpoint", False),
        "endpointAccessMode": api.get("endpointAccessMode"),
        "endpointConfiguration": _members(
            types=next(iter(endpoint.get("types") or ()), None),
            ipAddressType=endpoint.get("ipAddressType"),
            vpcEndpointIds=endpoint.get("vpcEndpointIds"),
        ),
        "executionArn": _execution_arn(ctx, api["id"]),
        "minimumCompressionSize": "" if size is None else str(size),
        "name": api["name"],
        "policy": _policy_text(api.get("policy"), last.get("policy")),
        "rootResourceId": api.get("rootResourceId") or _root_id(ctx, api["id"]),
        "securityPolicy": api.get("securityPolicy") or "",
        "tags": own_tags(api.get("tags")),
    }
    promised = ("minimumCompressionSize", "policy", "description", "binaryMediaTypes")
    return settle(outputs, keep=(*promised, "securityPolicy"))


def _members(**members: Any) -> dict[str, Any]:
    """A nested output without the members that have no value."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _execution_arn(ctx: Context, api: str) -> str:
    """The ARN that policies and permissions name; a stage's ends in `/STAGE`."""
    return f"arn:{ctx.partition}:execute-api:{ctx.region}:{ctx.account}:{api}"


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


def put_policy(ctx: Context, api: str, inputs: Inputs) -> Outputs:
    ctx.client("apigateway").update_rest_api(
        restApiId=api,
        patchOperations=[patches.replace("/policy", policy.normal(inputs["policy"]))],
    )
    return there(read_policy(ctx, api, inputs), f"API Gateway REST API Policy ({api})")


def create_policy(ctx: Context, inputs: Inputs) -> Created:
    api = inputs["restApiId"]
    with doing(f"setting API Gateway REST API Policy ({api})", "apigateway"):
        return Created(api, put_policy(ctx, api, inputs))


def read_policy(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    api = find(ctx.client("apigateway").get_rest_api, GONE, restApiId=id)
    if not api or not api.get("policy"):
        return None
    return {"restApiId": id, "policy": _policy_text(api["policy"], last.get("policy"))}


def update_policy(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    return put_policy(ctx, id, new)


def delete_policy(ctx: Context, id: str, last: Outputs) -> None:
    find(
        ctx.client("apigateway").update_rest_api,
        GONE,
        restApiId=id,
        patchOperations=[patches.replace("/policy", "")],
    )


KINDS = (
    worded(
        "apigateway",
        "API Gateway REST API",
        Kind(
            token="aws:apigateway/restApi:RestApi",
            create=create_rest_api,
            read=read_rest_api,
            update=update_rest_api,
            delete=delete_rest_api,
            find=find_rest_api,
        ),
        called="name",
    ),
    worded(
        "apigateway",
        "API Gateway REST API Policy",
        Kind(
            token="aws:apigateway/restApiPolicy:RestApiPolicy",
            create=create_policy,
            read=read_policy,
            update=update_policy,
            delete=delete_policy,
        ),
    ),
    *PATH_KINDS,
    *INTEGRATION_KINDS,
    *STAGE_KINDS,
    *RESPONSE_KINDS,
    *SETTINGS_KINDS,
    *KEY_KINDS,
    *PLAN_KINDS,
    *AUTHORIZER_KINDS,
    *REQUEST_KINDS,
    *VPC_LINK_KINDS,
)
