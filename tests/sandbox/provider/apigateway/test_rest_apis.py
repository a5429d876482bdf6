"""REST APIs and their policies against a real emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.gateway import seen
from tests.sandbox.provider.lifecycle import (
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
)

API = "aws:apigateway/restApi:RestApi"
POLICY = "aws:apigateway/restApiPolicy:RestApiPolicy"


def allow(resource: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


FULL_API = {
    "apiKeySource": "AUTHORIZER",
    "binaryMediaTypes": ["image/png", "application/octet-stream"],
    "description": "a model behind a gateway",
    "disableExecuteApiEndpoint": True,
    "endpointConfiguration": {"types": "REGIONAL", "ipAddressType": "dualstack"},
    "minimumCompressionSize": "1024",
    "policy": allow("execute-api:/*"),
    "tags": {"team": "llm"},
}


def test_a_small_api_has_all_outputs_and_can_be_deleted_twice(life: Lives) -> None:
    api = life(API, name=life.name("api"))
    assert_complete(api)
    assert api.outputs["arn"] == f"arn:aws:apigateway:us-east-1::/restapis/{api.id}"
    assert api.outputs["executionArn"] == f"arn:aws:execute-api:us-east-1:000000000000:{api.id}"
    assert api.outputs["apiKeySource"] == "HEADER"
    assert api.outputs["minimumCompressionSize"] == "" and api.outputs["policy"] == ""
    assert api.outputs["createdDate"].endswith("Z")
    assert_deleted(api)


def test_an_api_with_every_argument_reads_back_as_given(life: Lives) -> None:
    api = life(API, name=life.name("api"), **FULL_API)
    assert_complete(api)
    assert json.loads(api.outputs["policy"]) == json.loads(FULL_API["policy"])
    assert api.imported(api.id) == (api.id, api.outputs)
    assert_deleted(api)


@pytest.mark.parametrize(
    ("argument", "value", "expected"),
    [
        ("apiKeySource", "HEADER", "HEADER"),
        ("binaryMediaTypes", ["image/jpeg", "a~b/c"], ["image/jpeg", "a~b/c"]),
        ("binaryMediaTypes", [], None),
        ("description", "another", "another"),
        ("disableExecuteApiEndpoint", False, False),
        ("minimumCompressionSize", "2048", 2048),
        ("minimumCompressionSize", "0", 0),
        ("minimumCompressionSize", "", None),
        ("name", "another-api", "another-api"),
        ("tags", {"team": "x", "new": "1"}, {"team": "x", "new": "1"}),
        ("tags", None, {}),
    ],
)
def test_an_argument_of_an_api_is_updated(
    life: Lives, ctx: Context, argument: str, value: Any, expected: Any
) -> None:
    api = life(API, name=life.name("api"), **FULL_API).update(**{argument: value})
    found = seen(ctx, "get_rest_api", restApiId=api.id)
    assert found.get(argument) == expected
    assert api.read() == api.outputs


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [("types", "EDGE", ["EDGE"]), ("ipAddressType", "ipv4", "ipv4")],
)
def test_an_endpoint_setting_of_an_api_is_updated(
    life: Lives, ctx: Context, member: str, value: str, expected: Any
) -> None:
    endpoint = {"types": "REGIONAL", "ipAddressType": "dualstack", member: value}
    api = life(API, name=life.name("api"), **FULL_API).update(endpointConfiguration=endpoint)
    found = seen(ctx, "get_rest_api", restApiId=api.id)
    assert found["endpointConfiguration"][member] == expected
    assert api.outputs["endpointConfiguration"] == endpoint
    assert api.read() == api.outputs


def test_what_an_api_leaves_out_stays_as_it_is(life: Lives, ctx: Context) -> None:
    api = life(API, name=life.name("api"), **FULL_API)
    kept = ("apiKeySource", "binaryMediaTypes", "description", "minimumCompressionSize", "policy")
    before = {name: api.outputs[name] for name in kept}
    api.update(**dict.fromkeys((*kept, "endpointConfiguration"), None))
    assert {name: api.outputs[name] for name in kept} == before


def document(*paths: str) -> str:
    """An API whose paths a mock answers, under a title that no program gives."""
    integration = {"type": "mock", "responses": {"default": {"statusCode": "200"}}}
    get = {"responses": {}, "x-amazon-apigateway-integration": integration}
    info = {"title": "of the document", "version": "1", "description": "said there"}
    return json.dumps(
        {"openapi": "3.0.1", "info": info, "paths": {path: {"get": get} for path in paths}}
    )


def paths(ctx: Context, api: str) -> set[str]:
    items = ctx.client("apigateway").get_resources(restApiId=api, limit=500)["items"]
    return {item["path"] for item in items}


def test_an_api_is_made_from_a_document_and_changed_by_another(life: Lives, ctx: Context) -> None:
    name = life.name("api")
    api = life(API, name=name, body=document("/one"))
    assert_complete(api)
    assert api.outputs["name"] == name, "what the program says counts more"
    assert api.outputs["description"] == "said there"
    assert paths(ctx, api.id) == {"/", "/one"}
    root = api.outputs["rootResourceId"]
    api.update(body=document("/two"))
    assert paths(ctx, api.id) == {"/", "/two"}
    assert (api.outputs["name"], api.outputs["rootResourceId"]) == (name, root)
    api.update(body=document("/three"), putRestApiMode="merge")
    assert paths(ctx, api.id) == {"/", "/two", "/three"}
    assert_deleted(api)


def test_a_document_that_is_refused_leaves_no_api(life: Lives, ctx: Context) -> None:
    name = life.name("api")
    with pytest.raises(CallError, match="importing the document.*Invalid OpenAPI input"):
        kind(API).create(ctx, {"name": name, "body": "{nope"})
    assert kind(API).find(ctx, {"name": name}) is None


def test_the_policy_of_an_api_lives_apart(life: Lives, ctx: Context) -> None:
    api = life(API, name=life.name("api"))
    policy = life(POLICY, restApiId=api.id, policy=allow(f"{api.outputs['executionArn']}/*"))
    assert_complete(policy)
    assert policy.id == api.id
    assert policy.outputs["policy"].startswith('{"Statement":[{"Action":"execute-api:Invoke"')
    policy.update(policy=allow("execute-api:/v1/*"))
    assert json.loads(policy.outputs["policy"])["Statement"][0]["Resource"] == "execute-api:/v1/*"
    assert policy.imported(api.id) == (policy.id, policy.outputs)
    # The API shows the policy, and an update of the API leaves it alone.
    api.update(description="changed")
    assert api.outputs["policy"] == policy.outputs["policy"]
    assert_deleted(policy)


def test_an_interrupted_create_of_an_api_is_found_by_its_name(life: Lives, ctx: Context) -> None:
    api = life(API, name=life.name("api"))
    assert_found(ctx, API, {"name": api.outputs["name"]}, api.id)
    twin = life(API, name=api.outputs["name"])
    assert twin.id != api.id
    assert kind(API).find(ctx, {"name": api.outputs["name"]}) is None
