"""A function behind a method: its event, what it may return, who may invoke it, how it fails."""

import json
import time

import pytest

from tests.sandbox.server.shapes import uri

INTERNAL = '{"message": "Internal server error"}'

SHAPES = """
import os, sys, time

def handler(event, context):
    kind = (event.get("queryStringParameters") or {}).get("k")
    if kind == "sleep":
        time.sleep(6)
    if kind == "raise":
        raise ValueError("a secret detail")
    if kind == "exit":
        os._exit(7)
    return {
        "ok": {"statusCode": 201, "headers": {"x-a": "b"}, "body": "fine"},
        "empty": {},
        "nulls": {"statusCode": 200, "headers": None, "body": None},
        "text status": {"statusCode": "202", "body": ""},
        "bool header": {"headers": {"x-true": True}},
        "both": {"headers": {"x-h": "solo"}, "multiValueHeaders": {"X-H": ["one", "two"]}},
        "remapped": {"headers": {"Content-Length": "9", "Server": "mine"}, "body": "fine"},
        "cookies": {"multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}},
        "nothing": None,
        "string": "x",
        "list": [1],
        "unknown key": {"statusCode": 200, "extra": 1},
        "bad status": {"statusCode": "abc"},
        "low status": {"statusCode": 99},
        "number body": {"statusCode": 200, "body": 5},
        "list header": {"headers": {"a": [1]}},
        "number header": {"headers": {"a": 1}},
        "no list": {"multiValueHeaders": {"a": "b"}},
        "huge": {"statusCode": 200, "body": "x" * 6_300_000},
        "no json": {1, 2},
    }.get(kind, {"body": "late"})
"""


@pytest.fixture(scope="module")
def shapes(account):
    """An API whose function returns what the query `k` asks for."""
    api = account.api()
    function = account.function(SHAPES, Timeout=10)
    api.proxy(function, timeoutInMillis=700)
    api.may_invoke(function)
    api.deploy("v1")
    assert api.call("/?k=ok").status_code == 201
    return api


@pytest.fixture(scope="module")
def echo(account):
    """An API with binary types whose function returns its event, or a picture."""
    api = account.api(binaryMediaTypes=["image/png"])
    function = account.function(
        "import json\n"
        "def handler(event, context):\n"
        "    if event['path'] == '/image':\n"
        "        return {'body': 'aGk=', 'isBase64Encoded': True}\n"
        "    return {'body': json.dumps(event)}\n"
    )
    api.proxy(function, verb="ANY")
    api.proxy(function, api.path("{proxy+}"), verb="ANY")
    api.may_invoke(function)
    api.deploy("v1")
    change = {"op": "replace", "path": "/variables/word", "value": "hello"}
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=[change])
    return api


# The event


def test_the_event_has_every_key_and_null_for_what_is_empty(account):
    api = account.api()
    function = account.function(
        "import json\ndef handler(e, c):\n    return {'body': json.dumps(e)}\n"
    )
    api.proxy(function)
    api.may_invoke(function)
    deployment = api.deploy("v1")
    answer = api.call("")
    event = answer.json()
    assert set(event) == {
        "resource",
        "path",
        "httpMethod",
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "requestContext",
        "body",
        "isBase64Encoded",
    }
    empty = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters")
    assert [event[key] for key in (*empty, "stageVariables", "body")] == [None] * 5
    context = event["requestContext"]
    assert context.pop("requestTimeEpoch") == pytest.approx(time.time() * 1000, abs=60_000)
    assert context.pop("requestTime").endswith(" +0000")
    identity = context.pop("identity")
    assert set(context.items()) == {
        ("accountId", "000000000000"),
        ("apiId", api.id),
        ("deploymentId", deployment),
        ("domainName", f"{api.id}.execute-api.us-east-1.amazonaws.com"),
        ("domainPrefix", api.id),
        ("extendedRequestId", answer.headers["x-amz-apigw-id"]),
        ("httpMethod", "GET"),
        ("path", "/v1"),
        ("protocol", "HTTP/1.1"),
        ("requestId", answer.headers["x-amzn-RequestId"]),
        ("resourceId", api.root),
        ("resourcePath", "/"),
        ("stage", "v1"),
    }
    assert len(identity) == 12
    assert (identity["sourceIp"], identity["caller"]) == ("127.0.0.1", None)


def test_the_event_keeps_the_path_raw_and_the_query_decoded(echo):
    event = echo.call("//a%2Bb/c//d/?x=1&x=2&y=a+b&z=").json()
    assert event["path"] == "/a%2Bb/c//d/"
    assert event["requestContext"]["path"] == "/v1//a%2Bb/c//d/"
    assert (event["resource"], event["stageVariables"]) == ("/{proxy+}", {"word": "hello"})
    assert event["queryStringParameters"] == {"x": "2", "y": "a b", "z": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": ["a b"], "z": [""]}
    assert event["pathParameters"]["proxy"].startswith("a%2Bb/c/")


@pytest.mark.quirk("url")
def test_the_event_has_the_clients_headers_and_the_gateways(echo):
    sent = {"x-MiXed": "1", "authorization": "me", "TE": "trailers", "X-Forwarded-For": "10.0.0.1"}
    headers = echo.call("/x", headers=sent).json()["headers"]
    assert (headers["x-MiXed"], headers["Authorization"]) == ("1", "me")
    assert headers["Host"] == f"{echo.id}.execute-api.us-east-1.amazonaws.com"
    assert headers["X-Forwarded-For"] == "10.0.0.1, 127.0.0.1"
    assert (headers["X-Forwarded-Port"], headers["X-Forwarded-Proto"]) == ("443", "https")
    assert headers["X-Amzn-Trace-Id"].startswith("Root=1-")
    assert not {"TE", "Connection", "Content-Length"} & set(headers)
    assert echo.call("/x", headers=sent).json()["requestContext"]["identity"]["sourceIp"] == (
        "127.0.0.1"
    )


def test_bodies_are_text_unless_their_type_is_binary(echo):
    text = echo.call("/x", "POST", data="é".encode(), headers={"Content-Type": "text/plain"}).json()
    assert (text["body"], text["isBase64Encoded"]) == ("é", False)
    image = echo.call("/x", "POST", data=b"\xff", headers={"Content-Type": "image/png"}).json()
    assert (image["body"], image["isBase64Encoded"]) == ("/w==", True)


def test_base64_is_decoded_only_for_who_accepts_a_binary_type(echo):
    assert echo.call("/image", headers={"Accept": "image/png"}).content == b"hi"
    assert echo.call("/image", headers={"Accept": "image/*"}).content == b"aGk="


# The answer


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("ok", 201, "fine"),
        ("empty", 200, ""),
        ("nulls", 200, ""),
        ("text status", 202, ""),
        ("nothing", 502, INTERNAL),
        ("string", 502, INTERNAL),
        ("list", 502, INTERNAL),
        ("unknown key", 502, INTERNAL),
        ("bad status", 502, INTERNAL),
        ("low status", 502, INTERNAL),
        ("number body", 502, INTERNAL),
        ("list header", 502, INTERNAL),
        ("number header", 502, INTERNAL),
        ("no list", 502, INTERNAL),
        ("huge", 502, INTERNAL),
        ("no json", 502, INTERNAL),
        ("raise", 502, INTERNAL),
        ("exit", 502, INTERNAL),
    ],
)
def test_what_a_function_may_return(shapes, kind, status, body):
    found = shapes.call(f"/?k={kind}")
    assert (found.status_code, found.text) == (status, body)
    if status == 502:
        assert found.headers["x-amzn-ErrorType"] == "InternalServerErrorException"
    else:
        assert "x-amzn-ErrorType" not in found.headers
        assert found.headers["Content-Type"] == "application/json"


def test_headers_of_both_kinds_are_joined_and_those_of_the_gateway_renamed(shapes):
    assert shapes.call("/?k=both").headers["X-H"] == "one, two, solo"
    assert shapes.call("/?k=bool header").headers["x-true"] == "true"
    found = shapes.call("/?k=remapped")
    assert found.headers["x-amzn-Remapped-Content-Length"] == "9"
    assert (found.headers["Content-Length"], found.text) == ("4", "fine")
    cookies = shapes.call("/?k=cookies").raw.headers.getlist("Set-Cookie")
    assert cookies == ["a=1", "b=2"]


def test_the_gateway_stops_waiting_at_the_integrations_timeout(shapes):
    started = time.perf_counter()
    found = shapes.call("/?k=sleep")
    assert time.perf_counter() - started < 5
    assert (found.status_code, found.text) == (504, '{"message": "Endpoint request timed out"}')
    assert found.headers["x-amzn-ErrorType"] == "InternalServerErrorException"


def test_an_event_over_six_megabytes_is_too_long(echo):
    found = echo.call("/x", "POST", data=b"x" * 6_400_000)
    assert (found.status_code, found.text) == (413, '{"message": "Request Too Long"}')
    assert found.headers["x-amzn-ErrorType"] == "BadRequestException"


def test_a_throttled_function_is_a_500(account, shapes):
    found = account.gateway.get_integration(
        restApiId=shapes.id, resourceId=shapes.root, httpMethod="GET"
    )
    name = found["uri"].split(":function:")[1].split("/")[0]
    account.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    throttled = shapes.call("/?k=ok")
    account.functions.delete_function_concurrency(FunctionName=name)
    assert (throttled.status_code, throttled.text) == (500, INTERNAL)
    assert shapes.call("/?k=ok").status_code == 201


# Who may invoke the function


@pytest.fixture(scope="module")
def guarded(account):
    """An API with /items and /items/{id}, and the function behind them, not yet permitted."""
    api = account.api()
    function = account.function("def handler(event, context):\n    return {'body': 'ok'}\n")
    items = api.path("items")
    api.proxy(function, items, "POST")
    api.proxy(function, api.path("{id}", items), "GET")
    api.proxy(function, api.path("any"), "ANY")
    api.deploy("v1")
    return api, function


@pytest.mark.parametrize(
    ("verb", "path", "source", "status"),
    [
        ("POST", "/items", "/*/*/*", 200),
        ("POST", "/items", "/*", 200),
        ("POST", "/items", "/v1/POST/items", 200),
        ("POST", "/items", "/v1/????/items", 200),
        ("POST", "/items", "/v1/GET/items", 500),
        ("POST", "/items", "/v2/POST/items", 500),
        ("GET", "/items/7", "/*/GET/items/*", 200),
        ("GET", "/items/7", "/*/GET/items/{id}", 200),
        ("GET", "/items/7", "/*/GET/items/8", 500),
        ("GET", "/any", "/v1/*/any", 200),
        ("GET", "/any", "/v1/GET/any", 500),
    ],
)
def test_the_functions_policy_decides_by_source(account, guarded, verb, path, source, status):
    api, function = guarded
    assert api.call(path, verb).text == INTERNAL
    account.functions.add_permission(
        FunctionName=function,
        StatementId="one",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=api.arn + source,
    )
    found = api.call(path, verb)
    account.functions.remove_permission(FunctionName=function, StatementId="one")
    assert found.status_code == status


@pytest.mark.parametrize(
    "wrong",
    [
        {"Principal": "events.amazonaws.com"},
        {"Action": "lambda:GetFunction"},
        {"SourceAccount": "111111111111"},
    ],
)
def test_another_service_action_or_account_does_not_count(account, guarded, wrong):
    api, function = guarded
    permission = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    account.functions.add_permission(
        FunctionName=function,
        StatementId="one",
        **{**permission, **wrong},
        SourceArn=api.arn + "/*",
    )
    found = api.call("/items", "POST")
    account.functions.remove_permission(FunctionName=function, StatementId="one")
    assert (found.status_code, found.text) == (500, INTERNAL)


def test_a_role_needs_trust_and_a_policy_for_this_function(account, guarded):
    api, function = guarded

    def invoke(resource):
        return {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": resource}

    roles = {
        account.role("apigateway.amazonaws.com", invoke(function)): 200,
        account.role("lambda.amazonaws.com", invoke(function)): 500,
        account.role("apigateway.amazonaws.com"): 500,
        account.role("apigateway.amazonaws.com", invoke(f"{function}x")): 500,
        "arn:aws:iam::000000000000:role/ghost": 500,
    }
    resource = api.path("role")
    place = api.proxy(function, resource, "POST")
    for role, status in roles.items():
        account.gateway.put_integration(
            **place,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=uri(function),
            credentials=role,
        )
        api.deploy("v1")
        assert (role, api.call("/role", "POST").status_code) == (role, status)


@pytest.mark.parametrize(
    "broken",
    [
        {"uri": uri("arn:aws:lambda:us-east-1:000000000000:function:ghost")},
        {"uri": uri(uri("arn:aws:lambda:us-east-1:000000000000:function:twice"))},
        {"uri": uri("${stageVariables.undefined}")},
        {"integrationHttpMethod": "GET"},
    ],
)
def test_an_integration_that_cannot_work_is_a_500(account, guarded, broken):
    api, function = guarded
    place = api.method(api.path(f"broken{abs(hash(json.dumps(broken)))}"))
    given = {"type": "AWS_PROXY", "uri": uri(function), "integrationHttpMethod": "POST", **broken}
    account.gateway.put_integration(**place, **given)
    api.deploy("v1")
    path = account.gateway.get_resource(restApiId=api.id, resourceId=place["resourceId"])["path"]
    found = api.call(path)
    assert (found.status_code, found.text) == (500, INTERNAL)


def test_a_stage_variable_names_the_function(account, guarded):
    api, function = guarded
    place = api.method(api.path("variable"))
    name = function.rpartition(":")[2]
    account.gateway.put_integration(
        **place,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=uri(function.replace(name, "${stageVariables.fn}")),
    )
    api.deploy("v1")
    change = {"op": "replace", "path": "/variables/fn", "value": name}
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=[change])
    api.may_invoke(function, "/*/GET/variable")
    assert api.call("/variable").text == "ok"


def test_an_alias_is_permitted_by_itself(account, guarded):
    api, function = guarded
    functions = account.functions
    version = functions.publish_version(FunctionName=function)["Version"]
    functions.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
    api.proxy(f"{function}:live", api.path("alias"))
    api.deploy("v1")
    api.may_invoke(function, "/*/GET/alias")
    assert api.call("/alias").status_code == 500
    functions.add_permission(
        FunctionName=function,
        Qualifier="live",
        StatementId="alias",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"{api.arn}/*",
    )
    assert api.call("/alias").text == "ok"
