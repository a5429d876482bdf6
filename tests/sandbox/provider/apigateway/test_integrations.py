"""What stands behind a method, against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.gateway import integration, seen, where
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    look_up,
)

API = "aws:apigateway/restApi:RestApi"
RESOURCE = "aws:apigateway/resource:Resource"
METHOD = "aws:apigateway/method:Method"
INTEGRATION = "aws:apigateway/integration:Integration"
ROLE_ARN = "arn:aws:iam::000000000000:role/api"
URI = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:f/invocations"
)
FULL_INTEGRATION = {
    "type": "AWS",
    "cacheKeyParameters": ["method.request.querystring.q"],
    "cacheNamespace": "mine",
    "contentHandling": "CONVERT_TO_TEXT",
    "credentials": ROLE_ARN,
    "integrationHttpMethod": "POST",
    "passthroughBehavior": "NEVER",
    "requestParameters": {
        "integration.request.header.X-Key": "'1'",
        "integration.request.querystring.q": "method.request.querystring.q",
    },
    "requestTemplates": {"application/json": "{}", "text/plain": "$input.body"},
    "timeoutMilliseconds": 5000,
    "uri": URI,
}


def test_a_small_integration_has_all_outputs_and_can_be_deleted_twice(
    life: Lives, path: Life
) -> None:
    mock = integration(life, path, type="MOCK")
    assert_complete(mock)
    assert_found(mock.ctx, INTEGRATION, mock.inputs, mock.id)
    assert mock.id == f"agi-{path.inputs['restApi']}-{path.id}-POST"
    expected = {"connectionType": "INTERNET", "timeoutMilliseconds": 29000}
    expected |= {"passthroughBehavior": "WHEN_NO_MATCH", "cacheNamespace": path.id}
    assert {name: mock.outputs[name] for name in expected} == expected
    assert "integrationHttpMethod" not in mock.outputs
    assert_deleted(mock)


def test_an_integration_with_every_argument_reads_back_as_given(life: Lives, path: Life) -> None:
    proxy = integration(life, path, **FULL_INTEGRATION)
    assert_complete(proxy)
    api = path.inputs["restApi"]
    assert proxy.imported(f"{api}/{path.id}/POST") == (proxy.id, proxy.outputs)
    assert_deleted(proxy)


@pytest.mark.parametrize("mode", ["STREAM", "BUFFERED"])
def test_the_transfer_mode_of_an_integration_is_kept(life: Lives, path: Life, mode: str) -> None:
    stream = URI.replace("2015-03-31", "2021-11-15").replace(
        "invocations", "response-streaming-invocations"
    )
    uris = {"STREAM": stream, "BUFFERED": URI}  # AWS wants mode and address to agree
    proxy = integration(
        life,
        path,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=uris[mode],
        credentials=ROLE_ARN,
        responseTransferMode=mode,
    )
    assert_complete(proxy)
    other = {"STREAM": "BUFFERED", "BUFFERED": "STREAM"}[mode]
    proxy.update(responseTransferMode=other, uri=uris[other])
    assert proxy.outputs["responseTransferMode"] == other


@pytest.mark.parametrize(
    ("argument", "value", "name"),
    [
        ("cacheKeyParameters", ["method.request.path.p/q"], "cacheKeyParameters"),
        ("cacheKeyParameters", None, "cacheKeyParameters"),
        ("cacheNamespace", "other", "cacheNamespace"),
        ("contentHandling", "CONVERT_TO_BINARY", "contentHandling"),
        ("contentHandling", None, "contentHandling"),
        ("requestParameters", {"integration.request.header.X-Key": "'2'"}, "requestParameters"),
        ("requestParameters", None, "requestParameters"),
        ("requestTemplates", {"application/json": "[]", "a/b~c": "x"}, "requestTemplates"),
        ("requestTemplates", None, "requestTemplates"),
        ("timeoutMilliseconds", 29000, "timeoutInMillis"),
        ("uri", URI.replace("function:f", "function:g"), "uri"),
    ],
)
def test_an_argument_of_an_integration_is_updated(
    life: Lives, ctx: Context, path: Life, argument: str, value: Any, name: str
) -> None:
    proxy = integration(life, path, **FULL_INTEGRATION).update(**{argument: value})
    assert (seen(ctx, "get_integration", **where(path)).get(name) or None) == (value or None)
    assert proxy.read() == proxy.outputs


def test_certificates_of_a_backend_may_go_unchecked(life: Lives, ctx: Context, path: Life) -> None:
    proxy = integration(
        life,
        path,
        type="HTTP_PROXY",
        integrationHttpMethod="GET",
        uri="https://example.com",
        tlsConfig={"insecureSkipVerification": True},
    )
    assert_complete(proxy)
    proxy.update(tlsConfig={"insecureSkipVerification": False})
    found = seen(ctx, "get_integration", **where(path))["tlsConfig"]
    assert found["insecureSkipVerification"] is False


def test_a_private_integration_streams_and_takes_another_balancer_in_place(
    life: Lives, ctx: Context, path: Life
) -> None:
    subnets = look_up(ctx, "aws:ec2/getSubnets:getSubnets")["ids"][:2]
    group = life("aws:ec2/securityGroup:SecurityGroup", name=life.name("link")).id
    one, two = (
        life(
            "aws:lb/loadBalancer:LoadBalancer", name=life.name("lb"), internal=True, subnets=subnets
        )
        for _ in "ab"
    )
    link = life(
        "aws:apigatewayv2/vpcLink:VpcLink",
        name=life.name("link"),
        subnetIds=subnets,
        securityGroupIds=[group],
    )
    private = integration(
        life,
        path,
        type="HTTP_PROXY",
        integrationHttpMethod="POST",
        uri=f"http://{one.outputs['dnsName']}/model",
        connectionType="VPC_LINK",
        connectionId=link.id,
        integrationTarget=one.id,
        responseTransferMode="STREAM",
        timeoutMilliseconds=60_000,
    )
    assert_complete(private)
    private.update(integrationTarget=two.id)
    assert seen(ctx, "get_integration", **where(path))["integrationTarget"] == two.id
    assert private.read() == private.outputs
    with pytest.raises(AwsError, match="is referenced in .* format of"):
        link.delete()
    private.delete()


def test_an_integration_of_nothing_is_refused_in_the_official_words(ctx: Context) -> None:
    inputs = {"restApi": "nope", "resourceId": "nope", "httpMethod": "ANY", "type": "MOCK"}
    expected = (
        r"^creating API Gateway Integration: operation error API Gateway: PutIntegration, "
        r"https response error StatusCode: 404, RequestID: .*, "
        r"NotFoundException: Invalid .* identifier specified"
    )
    with pytest.raises(AwsError, match=expected):
        kind(INTEGRATION).create(ctx, inputs)


def test_an_import_id_of_the_wrong_form_says_the_right_one() -> None:
    for token in (METHOD, INTEGRATION):
        with pytest.raises(CallError, match="expected REST-API-ID/RESOURCE-ID/HTTP-METHOD"):
            kind(token).imported("abc/def")
    with pytest.raises(CallError, match="expected REST-API-ID/RESOURCE-ID"):
        kind(RESOURCE).imported("abc")
