"""Paths of APIs and their methods against a real emulator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.gateway import method, seen, where
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
)

API = "aws:apigateway/restApi:RestApi"
RESOURCE = "aws:apigateway/resource:Resource"


def test_a_path_lives(life: Lives, ctx: Context, api: Life, path: Life) -> None:
    assert_complete(path)
    assert path.outputs["path"] == "/model"
    below = life(RESOURCE, restApi=api.id, parentId=path.id, pathPart="{proxy+}")
    assert below.outputs["path"] == "/model/{proxy+}"
    assert path.imported(f"{api.id}/{path.id}") == (path.id, path.outputs)
    path.update(pathPart="chat")
    assert seen(ctx, "get_resource", restApiId=api.id, resourceId=path.id)["path"] == "/chat"
    below.update(parentId=api.outputs["rootResourceId"])
    assert below.outputs["path"] == "/{proxy+}"
    assert_deleted(below)
    assert_deleted(path)


def test_a_path_that_is_there_is_refused_and_found(ctx: Context, api: Life, path: Life) -> None:
    with pytest.raises(AwsError) as refused:
        kind(RESOURCE).create(ctx, path.inputs)
    assert str(refused.value).startswith(
        "creating API Gateway Resource: operation error API Gateway: CreateResource, "
        "https response error StatusCode: 409, RequestID: "
    )
    assert "ConflictException: Another resource with the same parent" in str(refused.value)
    assert_found(ctx, RESOURCE, path.inputs, path.id)


def test_a_path_of_no_api_is_refused_in_the_official_words(ctx: Context) -> None:
    with pytest.raises(AwsError, match=r"StatusCode: 404, .*NotFoundException: Invalid API id"):
        kind(RESOURCE).create(ctx, {"restApi": "nope", "parentId": "x", "pathPart": "y"})


FULL_METHOD = {
    "apiKeyRequired": True,
    "operationName": "Ask",
    "requestModels": {"application/json": "Empty"},
    "requestParameters": {
        "method.request.header.X-Model": True,
        "method.request.querystring.max_tokens": False,
    },
}


def test_a_small_method_has_all_outputs_and_can_be_deleted_twice(life: Lives, path: Life) -> None:
    ask = method(life, path)
    assert_complete(ask)
    assert ask.id == f"agm-{path.inputs['restApi']}-{path.id}-POST"
    assert_deleted(ask)


def test_a_method_with_every_argument_reads_back_as_given(life: Lives, path: Life) -> None:
    authorizer = life.ctx.client("apigateway").create_authorizer(
        restApiId=path.inputs["restApi"],
        name="users",
        type="COGNITO_USER_POOLS",
        identitySource="method.request.header.Authorization",
        providerARNs=["arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_x"],
    )["id"]
    ask = method(
        life,
        path,
        **FULL_METHOD,
        authorization="COGNITO_USER_POOLS",
        authorizerId=authorizer,
        authorizationScopes=["model/ask"],
    )
    assert_complete(ask)
    api = path.inputs["restApi"]
    assert ask.imported(f"{api}/{path.id}/POST") == (ask.id, ask.outputs)
    ask.update(authorizationScopes=["model/ask", "model/admin"])
    found = seen(life.ctx, "get_method", **where(path))
    assert sorted(found["authorizationScopes"]) == ["model/admin", "model/ask"]
    ask.update(authorizationScopes=["model/admin"])
    assert seen(life.ctx, "get_method", **where(path))["authorizationScopes"] == ["model/admin"]
    ask.update(authorization="NONE", authorizerId=None, authorizationScopes=None)
    assert seen(life.ctx, "get_method", **where(path))["authorizationType"] == "NONE"
    assert_deleted(ask)


@pytest.mark.parametrize(
    ("argument", "value", "expected"),
    [
        ("apiKeyRequired", False, False),
        ("operationName", "Tell", "Tell"),
        ("operationName", None, ""),
        ("requestModels", {"application/json": "Error", "text/plain": "Empty"}, ...),
        ("requestModels", None, {}),
        ("requestParameters", {"method.request.header.X-Model": False}, ...),
        ("requestParameters", {"method.request.header.A/B": True}, ...),
        ("requestParameters", None, {}),
    ],
)
def test_an_argument_of_a_method_is_updated(
    life: Lives, ctx: Context, path: Life, argument: str, value: Any, expected: Any
) -> None:
    ask = method(life, path, **FULL_METHOD).update(**{argument: value})
    found = seen(ctx, "get_method", **where(path)).get(argument)
    assert (found or None) == ((value if expected is ... else expected) or None)
    assert isinstance(found, type(expected)) or expected in ("", {}, ...)
    assert ask.read() == ask.outputs


def test_the_validator_of_a_method_is_updated(life: Lives, ctx: Context, path: Life) -> None:
    client, api = ctx.client("apigateway"), path.inputs["restApi"]
    one, two = (
        client.create_request_validator(restApiId=api, name=name, validateRequestBody=True)["id"]
        for name in ("one", "two")
    )
    ask = method(life, path, requestValidatorId=one)
    assert_complete(ask)
    ask.update(requestValidatorId=two)
    assert seen(ctx, "get_method", **where(path))["requestValidatorId"] == two
    ask.update(requestValidatorId=None)
    assert not seen(ctx, "get_method", **where(path)).get("requestValidatorId")
    assert ask.read() == ask.outputs


def test_many_paths_are_made_at_once(ctx: Context, api: Life) -> None:
    def make(number: int) -> str:
        inputs = {
            "restApi": api.id,
            "parentId": api.outputs["rootResourceId"],
            "pathPart": f"p{number}",
        }
        return str(kind(RESOURCE).create(ctx, inputs).outputs["path"])

    with ThreadPoolExecutor(30) as threads:
        assert sorted(threads.map(make, range(30))) == sorted(f"/p{n}" for n in range(30))
