"""Authorizers, request validators and models against a real emulator."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox import cloud
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.gateway import API, METHOD, mock_method, seen
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_refused,
    assert_updates,
    created,
)

AUTHORIZER = "aws:apigateway/authorizer:Authorizer"
VALIDATOR = "aws:apigateway/requestValidator:RequestValidator"
MODEL = "aws:apigateway/model:Model"
ROLE_ARN = "arn:aws:iam::000000000000:role/api"
POOL = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_{}"


Json = dict[str, Any]


def uri(function: str) -> str:
    return (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        f"arn:aws:lambda:us-east-1:000000000000:function:{function}/invocations"
    )


@pytest.fixture
def api(life: Lives) -> Life:
    return life(API, name=life.name("api"))


def test_a_small_authorizer_lives(life: Lives, api: Life) -> None:
    small = life(AUTHORIZER, restApi=api.id, name="token", authorizerUri=uri("a"))
    assert_complete(small)
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api.id}/authorizers/{small.id}"
    expected = {"type": "TOKEN", "authorizerResultTtlInSeconds": 300, "arn": arn}
    expected["identitySource"] = "method.request.header.Authorization"
    assert {name: small.outputs[name] for name in expected} == expected
    assert_deleted(small)


FULL_AUTHORIZER = {
    "authorizerCredentials": ROLE_ARN,
    "authorizerResultTtlInSeconds": 60,
    "authorizerUri": uri("a"),
    "identitySource": "method.request.header.X-Token",
    "identityValidationExpression": "^Bearer [a-z]+$",
    "type": "TOKEN",
}


def test_an_authorizer_with_every_argument_reads_back_and_changes(
    life: Lives, ctx: Context, api: Life
) -> None:
    made = life(AUTHORIZER, restApi=api.id, name=life.name("token"), **FULL_AUTHORIZER)
    assert_complete(made)
    assert_imports(made, f"{api.id}/{made.id}")
    assert_updates(
        made,
        [
            {"authorizerCredentials": f"{ROLE_ARN}-2"},
            {"authorizerCredentials": None},
            {"authorizerResultTtlInSeconds": 0},
            {"authorizerUri": uri("b")},
            {"identitySource": "method.request.header.Other"},
            {"identityValidationExpression": None},
            {"name": life.name("renamed")},
            {"type": "REQUEST"},
        ],
    )
    found = seen(ctx, "get_authorizer", restApiId=api.id, authorizerId=made.id)
    assert (found["authorizerResultTtlInSeconds"], found["type"]) == (0, "REQUEST")
    assert_deleted(made)


def test_an_authorizer_of_user_pools_keeps_its_credentials_and_never_lacks_a_pool(
    life: Lives, ctx: Context, api: Life
) -> None:
    calls: list[Json] = []

    def update(**arguments: Any) -> Any:
        calls.append(arguments)
        return ctx.client("apigateway").update_authorizer(**arguments)

    made = life(
        AUTHORIZER,
        restApi=api.id,
        name="pools",
        type="COGNITO_USER_POOLS",
        providerArns=[POOL.format("b"), POOL.format("a")],
        authorizerCredentials=ROLE_ARN,
    )
    assert_complete(made)
    made.ctx = Wrapped(ctx, "apigateway", update_authorizer=update)
    made.update(providerArns=[POOL.format("c"), POOL.format("a")])
    assert [each["op"] for each in calls[0]["patchOperations"]] == ["add", "remove"]
    found = seen(ctx, "get_authorizer", restApiId=api.id, authorizerId=made.id)
    assert sorted(found["providerARNs"]) == [POOL.format("a"), POOL.format("c")]
    assert found["authorizerCredentials"] == ROLE_ARN
    assert made.read() == made.outputs


def test_a_create_that_fails_half_way_leaves_no_authorizer(
    life: Lives, ctx: Context, api: Life
) -> None:
    def refuse(**arguments: Any) -> None:
        raise RuntimeError("no credentials")

    inputs = {
        "restApi": api.id,
        "name": "pools",
        "type": "COGNITO_USER_POOLS",
        "providerArns": [POOL.format("a")],
        "authorizerCredentials": ROLE_ARN,
    }
    with pytest.raises(RuntimeError, match="no credentials"):
        created(AUTHORIZER, Wrapped(ctx, "apigateway", update_authorizer=refuse), inputs)
    assert seen(ctx, "get_authorizers", restApiId=api.id)["items"] == []


def test_a_small_validator_lives_and_checks_nothing(life: Lives, api: Life) -> None:
    small = life(VALIDATOR, restApi=api.id, name="none")
    assert_complete(small)
    assert small.outputs["validateRequestBody"] is False
    assert_deleted(small)


def test_a_validator_with_every_argument_reads_back_and_changes(
    life: Lives, ctx: Context, api: Life
) -> None:
    both = {"validateRequestBody": True, "validateRequestParameters": True}
    made = life(VALIDATOR, restApi=api.id, name="both", **both)
    assert_complete(made)
    assert_imports(made, f"{api.id}/{made.id}")
    assert_updates(
        made,
        [{"validateRequestBody": False}, {"validateRequestParameters": False}, {"name": "other"}],
    )
    found = seen(ctx, "get_request_validator", restApiId=api.id, requestValidatorId=made.id)
    assert found["validateRequestBody"] is found["validateRequestParameters"] is False
    assert_deleted(made)


SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["prompt"],
    "properties": {"prompt": {"type": "string", "maxLength": 2000}},
}


def test_a_model_lives_under_its_name(life: Lives, ctx: Context, api: Life) -> None:
    inputs = {"restApi": api.id, "name": "Prompt", "contentType": "application/json"}
    model = life(MODEL, **inputs, schema=json.dumps(SCHEMA), description="a prompt")
    assert_complete(model)
    assert json.loads(model.outputs["schema"]) == SCHEMA
    assert model.id != "Prompt"
    assert_imports(model, f"{api.id}/Prompt")
    other = json.dumps({**SCHEMA, "required": []})
    assert_updates(model, [{"description": "x"}, {"description": None}, {"schema": other}])
    found = seen(ctx, "get_model", restApiId=api.id, modelName="Prompt")
    assert json.loads(found["schema"])["required"] == []
    assert_deleted(model)


def test_the_engine_keeps_an_imported_model_under_its_id(
    life: Lives, running: cloud.Running, api: Life
) -> None:
    model = life(MODEL, restApi=api.id, name="Prompt", contentType="text/plain", schema="{}")
    with grpc.insecure_channel(f"127.0.0.1:{running.provider_port}") as channel:
        provider = provider_pb2_grpc.ResourceProviderStub(channel)
        provider.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True))
        urn = f"urn:pulumi:dev::course::{MODEL}::prompt"
        found = provider.Read(provider_pb2.ReadRequest(id=f"{api.id}/Prompt", urn=urn))
    assert found.id == model.id
    assert found.inputs["name"] == "Prompt" and found.inputs["restApi"] == api.id


def test_a_small_model_has_what_it_was_given(life: Lives, api: Life) -> None:
    model = life(MODEL, restApi=api.id, name="Any", contentType="text/plain", schema="{}")
    assert_complete(model)
    assert_deleted(model)


def test_what_an_interrupted_create_left_is_found_by_its_name(
    life: Lives, ctx: Context, api: Life
) -> None:
    inputs: dict[str, Json] = {
        AUTHORIZER: {"authorizerUri": uri("a")},
        VALIDATOR: {},
        MODEL: {"contentType": "application/json", "schema": "{}"},
    }
    for token, more in inputs.items():
        wanted = {"restApi": api.id, "name": "Same", **more}
        assert kind(token).find(ctx, wanted) is None
        made = life(token, **wanted)
        assert_found(ctx, token, wanted, made.id)


@pytest.mark.parametrize(
    ("token", "label", "call"),
    [
        (AUTHORIZER, "Authorizer", "CreateAuthorizer"),
        (VALIDATOR, "Request Validator", "CreateRequestValidator"),
        (MODEL, "Model", "CreateModel"),
    ],
)
def test_what_belongs_to_no_api_is_refused_in_the_official_words(
    ctx: Context, token: str, label: str, call: str
) -> None:
    inputs = {"restApi": "nope", "name": "N", "contentType": "text/plain", "authorizerUri": "u"}
    doing = f"creating API Gateway {label} (N): operation error API Gateway: {call}"
    assert_refused(ctx, token, inputs, doing, 404, "NotFoundException: Invalid API identifier")


@pytest.mark.parametrize(
    ("token", "form"),
    [
        (AUTHORIZER, "REST-API-ID/AUTHORIZER-ID"),
        (VALIDATOR, "REST-API-ID/REQUEST-VALIDATOR-ID"),
        (MODEL, "REST-API-ID/NAME"),
    ],
)
def test_an_import_id_of_the_wrong_form_says_the_right_one(token: str, form: str) -> None:
    with pytest.raises(CallError, match=rf"unexpected format of ID \(abc\), expected {form}"):
        kind(token).imported("abc")


def test_a_method_is_checked_against_its_model(life: Lives, ctx: Context) -> None:
    place = mock_method(life, "PUT")
    api = place["restApi"]
    made = {"restApi": api, "name": "Prompt", "contentType": "application/json"}
    model = life(MODEL, **made, schema=json.dumps(SCHEMA))
    validator = life(VALIDATOR, restApi=api, name="body", validateRequestBody=True)
    method = life(
        METHOD,
        **{**place, "httpMethod": "POST"},
        authorization="NONE",
        requestValidatorId=validator.id,
        requestModels={"application/json": model.outputs["name"]},
    )
    assert_complete(method)
    assert method.outputs["requestModels"] == {"application/json": "Prompt"}
