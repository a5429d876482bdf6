"""Responses of methods, of integrations and of the gateway itself, against a real sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.gateway import API, mock_method, seen
from tests.sandbox.provider.lifecycle import (
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_refused,
    assert_updates,
)

METHOD_RESPONSE = "aws:apigateway/methodResponse:MethodResponse"
INTEGRATION_RESPONSE = "aws:apigateway/integrationResponse:IntegrationResponse"
RESPONSE = "aws:apigateway/response:Response"

Json = dict[str, Any]


def where(place: Json, status: str = "200") -> dict[str, str]:
    return {
        "restApiId": place["restApi"],
        "resourceId": place["resourceId"],
        "httpMethod": place["httpMethod"],
        "statusCode": status,
    }


def import_id(place: Json, status: str = "200") -> str:
    return f"{place['restApi']}/{place['resourceId']}/{place['httpMethod']}/{status}"


@pytest.fixture
def place(life: Lives) -> dict[str, str]:
    return mock_method(life)


FULL_METHOD_RESPONSE = {
    "responseModels": {"application/json": "Empty"},
    "responseParameters": {
        "method.response.header.Access-Control-Allow-Origin": True,
        "method.response.header.X-Model": False,
    },
}


def test_a_small_method_response_lives(life: Lives, place: Json) -> None:
    response = life(METHOD_RESPONSE, **place, statusCode="200")
    assert_complete(response)
    assert response.id == "agmr-{restApi}-{resourceId}-{httpMethod}-200".format(**place)
    assert_deleted(response)


def test_a_method_response_with_every_argument_reads_back_and_changes(
    life: Lives, ctx: Context, place: Json
) -> None:
    response = life(METHOD_RESPONSE, **place, statusCode="200", **FULL_METHOD_RESPONSE)
    assert_complete(response)
    assert_imports(response, import_id(place))
    assert_updates(
        response,
        [
            {"responseModels": {"application/json": "Error", "text/plain": "Empty"}},
            {"responseModels": None},
            {"responseParameters": {"method.response.header.X-Model": True}},
        ],
    )
    found = seen(ctx, "get_method_response", **where(place))
    assert found["responseParameters"] == {"method.response.header.X-Model": True}
    response.update(responseParameters={"method.response.header.X-Model": False})
    found = seen(ctx, "get_method_response", **where(place))
    assert found["responseParameters"] == {"method.response.header.X-Model": False}
    assert_deleted(response)


def test_another_status_of_a_method_response_is_an_update_that_aws_refuses(
    life: Lives, place: Json
) -> None:
    response = life(METHOD_RESPONSE, **place, statusCode="200")
    told = (
        rf"^updating API Gateway Method Response \({response.id}\): operation error API Gateway: "
        "UpdateMethodResponse, https response error StatusCode: 404, RequestID: .*, "
        "NotFoundException: Invalid Response status code specified"
    )
    with pytest.raises(AwsError, match=told):
        response.update(statusCode="201")


def test_a_method_response_of_an_interrupted_create_is_found(life: Lives, place: Json) -> None:
    inputs = {**place, "statusCode": "200"}
    assert kind(METHOD_RESPONSE).find(life.ctx, inputs) is None
    response = life(METHOD_RESPONSE, **inputs)
    assert_found(life.ctx, METHOD_RESPONSE, inputs, response.id)


FULL_INTEGRATION_RESPONSE = {
    "contentHandling": "CONVERT_TO_TEXT",
    "responseParameters": {
        "method.response.header.Access-Control-Allow-Origin": "'*'",
    },
    "responseTemplates": {"application/json": '{"answer": 1}', "text/plain": ""},
    "selectionPattern": "4\\d{2}",
}


def test_a_small_integration_response_lives(life: Lives, place: Json) -> None:
    response = life(INTEGRATION_RESPONSE, **place, statusCode="200")
    assert_complete(response)
    assert response.id == "agir-{restApi}-{resourceId}-{httpMethod}-200".format(**place)
    assert_deleted(response)


def test_an_integration_response_with_every_argument_reads_back_and_changes(
    life: Lives, ctx: Context, place: Json
) -> None:
    header = "method.response.header.Access-Control-Allow-Origin"
    life(METHOD_RESPONSE, **place, statusCode="400", responseParameters={header: True})
    inputs = {**FULL_INTEGRATION_RESPONSE, "statusCode": "400"}
    response = life(INTEGRATION_RESPONSE, **place, **inputs)
    assert_complete(response)
    assert_imports(response, import_id(place, "400"))
    assert_updates(
        response,
        [
            {"contentHandling": "CONVERT_TO_BINARY"},
            {"contentHandling": None},
            {"responseParameters": {header: "'https://example.com'"}},
            {"responseParameters": None},
            {"responseTemplates": {"application/json": "[]"}},
            {"responseTemplates": None},
            {"selectionPattern": "5.."},
        ],
    )
    assert seen(ctx, "get_integration_response", **where(place, "400"))["selectionPattern"] == "5.."
    response.update(selectionPattern=None)
    found = seen(ctx, "get_integration_response", **where(place, "400"))
    assert not found.get("selectionPattern") and not found.get("responseTemplates")
    assert_deleted(response)


def test_another_status_of_an_integration_response_is_put_beside_the_old_one(
    life: Lives, ctx: Context, place: Json
) -> None:
    response = life(INTEGRATION_RESPONSE, **place, statusCode="200")
    response.update(statusCode="201")
    assert response.read() == response.outputs
    assert response.outputs["statusCode"] == "201"
    for status in ("200", "201"):
        assert seen(ctx, "get_integration_response", **where(place, status))["statusCode"] == status


def test_an_integration_response_of_nothing_is_refused_in_the_official_words(
    ctx: Context, place: Json
) -> None:
    inputs = {**place, "resourceId": "nope", "statusCode": "200"}
    doing = "putting API Gateway Integration Response: operation error API Gateway: PutIntegrationResponse"
    assert_refused(
        ctx,
        INTEGRATION_RESPONSE,
        inputs,
        doing,
        404,
        "NotFoundException: Invalid Resource identifier specified",
    )


FULL_RESPONSE = {
    "responseParameters": {
        "gatewayresponse.header.Retry-After": "'60'",
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
    },
    "responseTemplates": {"application/json": '{"slow": "down"}', "text/plain": "slow down"},
    "statusCode": "420",
}


def test_an_answer_of_the_gateway_lives(life: Lives, ctx: Context) -> None:
    api = life(API, name=life.name("api"))
    inputs = {"restApiId": api.id, "responseType": "THROTTLED"}
    small = life(RESPONSE, **inputs)
    assert_complete(small)
    assert small.id == f"aggr-{api.id}-THROTTLED"
    small.delete()
    small.delete()
    found = seen(ctx, "get_gateway_response", **inputs)
    assert found["defaultResponse"] is True and found["statusCode"] == "429"


def test_an_answer_of_the_gateway_with_every_argument_reads_back_and_changes(
    life: Lives, ctx: Context
) -> None:
    api = life(API, name=life.name("api"))
    inputs = {"restApiId": api.id, "responseType": "THROTTLED"}
    response = life(RESPONSE, **inputs, **FULL_RESPONSE)
    assert_complete(response)
    assert_imports(response, f"{api.id}/THROTTLED")
    assert_updates(
        response,
        [
            {"responseParameters": {"gatewayresponse.header.Retry-After": "'5'"}},
            {"responseParameters": None},
            {"responseTemplates": {"application/json": "{}"}},
            {"statusCode": "503"},
        ],
    )
    response.update(statusCode=None, responseTemplates=None)
    # What AWS puts in where a program says nothing.
    assert response.outputs["statusCode"] == "429"
    template = '{"message":$context.error.messageString}'
    assert response.outputs["responseTemplates"] == {"application/json": template}
    assert response.read() == response.outputs


def test_an_answer_that_the_gateway_never_gives_is_refused(life: Lives) -> None:
    api = life(API, name=life.name("api"))
    told = "putting API Gateway Gateway Response: operation error API Gateway: PutGatewayResponse"
    with pytest.raises(AwsError, match=told):
        kind(RESPONSE).create(life.ctx, {"restApiId": api.id, "responseType": "TEAPOT"})


@pytest.mark.parametrize(
    ("token", "form"),
    [
        (METHOD_RESPONSE, "REST-API-ID/RESOURCE-ID/HTTP-METHOD/STATUS-CODE"),
        (INTEGRATION_RESPONSE, "REST-API-ID/RESOURCE-ID/HTTP-METHOD/STATUS-CODE"),
        (RESPONSE, "REST-API-ID/RESPONSE-TYPE"),
    ],
)
def test_an_import_id_of_the_wrong_form_says_the_right_one(token: str, form: str) -> None:
    with pytest.raises(CallError, match=rf"unexpected format of ID \(abc\), expected {form}"):
        kind(token).imported("abc")
