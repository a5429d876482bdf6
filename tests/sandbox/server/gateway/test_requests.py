"""What a request must hold, what a stage may do with it, and requests that are nonsense."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from sandbox import cloud
from tests.sandbox.server.shapes import document, uri
from tests.sandbox.server.watching.reading import allow_logging, execution, lines, log_to

SCHEMA = {
    "type": "object",
    "required": ["prompt"],
    "additionalProperties": False,
    "properties": {
        "prompt": {"type": "string", "maxLength": 10},
        "n": {"type": "integer", "minimum": 1},
        "kind": {"enum": ["a", "b"]},
    },
}
MISFIT = "instance type ({}) does not match any allowed primitive type (allowed: "
INVALID = '{"message": "Invalid request body"}'


@pytest.fixture(scope="module")
def validated(account):
    """An API whose POST is validated by a model, and whose GET wants parameters."""
    gateway, api = account.gateway, account.api()
    schema = json.dumps(SCHEMA)
    gateway.create_model(
        restApiId=api.id, name="Prompt", contentType="application/json", schema=schema
    )
    validators = {
        kind: gateway.create_request_validator(restApiId=api.id, name=kind, **{kind: True})["id"]
        for kind in ("validateRequestBody", "validateRequestParameters")
    }
    for verb in ("POST", "GET"):
        api.mock(
            "fine",
            api.root,
            verb,
            requestValidatorId=validators["validateRequestBody"],
            requestModels={"application/json": "Prompt"},
        )
    needed = {"querystring.q": True, "path.id": True, "header.x-one": True, "header.x-two": False}
    api.mock(
        "fine",
        api.path("{id}"),
        requestValidatorId=validators["validateRequestParameters"],
        requestParameters={f"method.request.{name}": value for name, value in needed.items()},
    )
    gateway.put_gateway_response(
        restApiId=api.id,
        responseType="BAD_REQUEST_BODY",
        responseParameters={"gatewayresponse.header.x-why": "context.error.validationErrorString"},
    )
    api.deploy("v1")
    return api


def test_missing_parameters_are_listed_headers_first(validated):
    found = validated.call("/7")
    assert (found.status_code, found.text) == (
        400,
        '{"message": "Missing required request parameters: [x-one, q]"}',
    )
    assert found.headers["x-amzn-ErrorType"] == "BadRequestException"
    blank = validated.call("/7?q=", headers={"x-one": ""})
    assert blank.json() == {"message": "Missing required request parameters: [x-one, q]"}
    assert validated.call("/7?q=1", headers={"x-one": "1"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, 'object has missing required properties (["prompt"])'),
        (
            {"prompt": "x", "z": 1, "y": 2},
            'object instance has properties which are not allowed by the schema: ["y","z"]',
        ),
        (
            {"prompt": 5},
            f'{MISFIT}["string"])'.format("integer"),
        ),
        ({"prompt": "x" * 11}, "string is too long (length: 11, maximum allowed: 10)"),
        (
            {"prompt": "x", "n": 0},
            "numeric instance is lower than the required minimum (minimum: 1)",
        ),
        ({"prompt": "x", "kind": "c"}, "instance value not found in enum"),
        (
            [1],
            f'{MISFIT}["object"])'.format("array"),
        ),
    ],
)
def test_a_body_that_fails_its_model_says_why_only_in_the_context(validated, body, why):
    found = validated.call("/", "POST", json=body)
    assert (found.status_code, found.text) == (400, INVALID)
    assert found.headers["x-why"] == f"[{why}]"


def test_no_body_or_no_json_is_invalid_and_a_type_without_a_model_passes(validated):
    assert validated.call("/", "GET").text == INVALID
    broken = validated.call("/", "POST", data="{", headers={"Content-Type": "application/json"})
    assert (broken.text, broken.headers["x-why"]) == (
        INVALID,
        "[Unknown error parsing request body]",
    )
    plain = {"Content-Type": "text/plain"}
    assert validated.call("/", "POST", data='{"statusCode": 200}', headers=plain).text == "fine"
    charset = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert validated.call("/", "POST", data="{}", headers=charset).text == INVALID


def test_a_default_model_lets_no_type_slip_past(account):
    gateway, api = account.gateway, account.api()
    gateway.create_model(
        restApiId=api.id, name="P", contentType="application/json", schema=json.dumps(SCHEMA)
    )
    validator = gateway.create_request_validator(
        restApiId=api.id, name="v", validateRequestBody=True
    )["id"]
    function = account.function("def handler(event, context):\n    return {'body': 'fine'}\n")
    place = api.method(verb="POST", requestValidatorId=validator, requestModels={"$default": "P"})
    gateway.put_integration(
        **place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri(function)
    )
    api.may_invoke(function)
    api.deploy("v1")
    for content_type in ("text/plain", "application/json", "x/y"):
        headers = {"Content-Type": content_type}
        assert api.call("/", "POST", data="{}", headers=headers).text == INVALID
        assert api.call("/", "POST", data='{"prompt": "x"}', headers=headers).text == "fine"


@pytest.mark.quirk("validation-text")
def test_why_a_prompt_is_invalid_does_not_quote_it(account, validated):
    allow_logging(account)
    account.client("logs").create_log_group(logGroupName="/kit/invalid")
    log_to(
        account,
        validated,
        "/kit/invalid",
        "$context.requestId $context.error.validationErrorString",
    )
    validated.call("/", "POST", json={"prompt": "a secret prompt", "kind": "secret"})
    (line,) = lines(account, "/kit/invalid")
    assert "too long" in line and "secret" not in line


def test_a_type_without_a_template_is_a_415_when_it_must_not_pass_through(account):
    api = account.api()
    place = api.mock("one", verb="POST")
    account.gateway.put_integration(
        **place,
        type="MOCK",
        passthroughBehavior="NEVER",
        requestTemplates={"application/json": '{"statusCode": 200}'},
    )
    account.gateway.put_integration_response(**place, statusCode="200")
    api.deploy("v1")
    assert api.call("/", "POST", json={}).status_code == 200
    found = api.call("/", "POST", data="x", headers={"Content-Type": "text/plain"})
    assert (found.status_code, found.text) == (415, '{"message": "Unsupported Media Type"}')
    assert found.headers["x-amzn-ErrorType"] == "BadRequestException"


def test_with_every_type_binary_bodies_go_in_and_out_as_bytes(account):
    api = account.api(binaryMediaTypes=["*/*"])
    function = account.function(
        "def handler(event, context):\n"
        "    assert event['isBase64Encoded'] is True\n"
        "    return {'body': event['body'], 'isBase64Encoded': True}\n"
    )
    api.proxy(function, verb="POST")
    api.may_invoke(function)
    api.deploy("v1")
    assert api.call("/", "POST", data=bytes(range(256))).content == bytes(range(256))


# What a stage does


@pytest.fixture
def canary(account):
    """An API whose stage serves `one $stageVariables.word`, and whose draft says `two`."""
    api = account.api()
    method = api.mock("one $stageVariables.word $context.isCanaryRequest")
    first = api.deploy("v1")
    change = {"op": "replace", "path": "/variables/word", "value": "stable"}
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=[change])
    api.remock(method, "two $stageVariables.word $context.isCanaryRequest")
    return api, first


def release(account, api, percent):
    """Deploy the draft to a share of the requests."""
    settings = {"percentTraffic": percent, "stageVariableOverrides": {"word": "new"}}
    made = account.gateway.create_deployment(
        restApiId=api.id, stageName="v1", canarySettings=settings
    )
    return made["id"]


def test_a_canary_gets_its_share_its_deployment_and_its_variables(account, canary):
    api, first = canary
    assert api.call().text == "one stable "
    second = release(account, api, 50)
    found = [api.call().text for _ in range(60)]
    assert set(found) == {"one stable false", "two new true"}
    assert 10 < found.count("two new true") < 50
    stage = account.gateway.get_stage(restApiId=api.id, stageName="v1")
    assert (stage["deploymentId"], stage["canarySettings"]["deploymentId"]) == (first, second)
    change = {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "0.0"}
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=[change])
    assert {api.call().text for _ in range(20)} == {"one stable false"}
    gone = {"op": "remove", "path": "/canarySettings"}
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=[gone])
    assert api.call().text == "one stable "


def test_a_canary_is_promoted_by_copying_what_it_has(account, canary):
    api, _ = canary
    second = release(account, api, 10)
    change = [
        {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"},
        {
            "op": "copy",
            "from": "/canarySettings/stageVariableOverrides",
            "path": "/variables",
        },
        {"op": "remove", "path": "/canarySettings"},
    ]
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=change)
    stage = account.gateway.get_stage(restApiId=api.id, stageName="v1")
    assert (stage["deploymentId"], "canarySettings" in stage) == (second, False)
    assert api.call().text == "two new "


def test_a_canary_has_logs_of_its_own(account, canary):
    api, _ = canary
    allow_logging(account)
    release(account, api, 100)
    account.client("logs").create_log_group(logGroupName="/kit/canary")
    log_to(account, api, "/kit/canary", "$context.requestId $context.isCanaryRequest")
    execution(account, api, "INFO")
    api.call()
    assert lines(account, "/kit/canary") == []
    assert lines(account, "/kit/canary/Canary")[0].endswith(" true")
    assert lines(account, f"API-Gateway-Execution-Logs_{api.id}/v1/Canary")


@pytest.mark.quirk("cache")
def test_the_flags_of_a_stages_cache_are_accepted_and_nothing_is_cached(account):
    api = account.api()
    api.mock("$context.requestId")
    api.deploy("v1")
    flags = {
        "/cacheClusterEnabled": "true",
        "/cacheClusterSize": "0.5",
        "/*/*/caching/enabled": "true",
        "/*/*/caching/ttlInSeconds": "60",
        "/*/*/caching/dataEncrypted": "true",
    }
    changes = [{"op": "replace", "path": path, "value": v} for path, v in flags.items()]
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=changes)
    stage = account.gateway.get_stage(restApiId=api.id, stageName="v1")
    settings = stage["methodSettings"]["*/*"]
    assert (stage["cacheClusterEnabled"], settings["cachingEnabled"]) == (True, True)
    assert settings["cacheTtlInSeconds"] == 60
    assert api.call().text != api.call().text


@pytest.mark.quirk("edge")
def test_an_edge_optimised_api_has_no_cloudfront_before_it(account):
    api = account.api()
    types = account.gateway.get_rest_api(restApiId=api.id)["endpointConfiguration"]["types"]
    api.mock("one")
    api.deploy("v1")
    assert (types, "X-Cache" in api.call().headers) == (["EDGE"], False)


@pytest.mark.quirk("url-length")
@pytest.mark.parametrize(("kind", "limit"), [("REGIONAL", 10_240), ("EDGE", 8_192)])
def test_a_url_and_headers_have_a_limit(account, kind, limit):
    api = account.api(endpointConfiguration={"types": [kind]})
    api.mock("one")
    api.deploy("v1")
    fixed = len(f"https://{api.id}.execute-api.us-east-1.amazonaws.com/v1/?a=")
    assert api.call("/?a=" + "x" * (limit - fixed)).text == "one"
    found = api.call("/?a=" + "x" * (limit - fixed + 1))
    assert (found.status_code, found.text) == (414, f"An HTTP line is larger than {limit} bytes.")
    assert "x-amzn-RequestId" not in found.headers
    assert api.call("/", headers={"x-long": "x" * 20_000}).text == "one"
    found = api.call("/", headers={"x-long": "x" * 20_500})
    assert (found.status_code, found.text) == (431, "HTTP header is larger than 20480 bytes.")


def test_a_policy_is_compared_with_an_arn_of_1600_bytes_at_most(account):
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    policy = document({**everyone, "Resource": "execute-api:/*"})
    for given, status in (({}, 200), ({"policy": policy}, 414)):
        api = account.api(**given)
        api.mock("one", api.path("{proxy+}"))
        api.deploy("v1")
        home = len(f"arn:aws:execute-api:us-east-1:000000000000:{api.id}/v1/GET/")
        assert api.call("/" + "x" * (1600 - home)).text == "one"
        found = api.call("/" + "x" * (1600 - home + 1))
        assert found.status_code == status
    assert found.text == '{"message":"Request URI Too Long"}'
    assert found.headers["x-amzn-RequestId"]


# Nonsense


def raw(account, data):
    """What the server answers to bytes: its first line."""
    url = urlsplit(account.running.endpoint)
    with socket.create_connection((url.hostname, url.port), timeout=5) as connection:
        connection.sendall(data)
        connection.settimeout(5)
        return connection.recv(65536).split(b"\r\n")[0].decode()


@pytest.mark.parametrize(
    ("target", "headers", "body"),
    [
        ("/%", "", ""),
        ("/%zz?%zz=%&&==;&a", "", ""),
        ("/%00", "", ""),
        ("/" + "a/" * 3000, "", ""),
        ("/?" + "a=1&" * 5000, "", ""),
        ("/", "Content-Type: application/json\r\n", "[" * 100_000),
        ("/", "Content-Type: application/json\r\n", '{"prompt": \ud800}'),
        ("/", "Content-Type: application/json;;;\r\nAccept: ,,,\r\n", "x"),
        ("/", "X-HTTP-Method-Override: \x80\x81\r\n", ""),
        ("/", "Authorization: AWS4-HMAC-SHA256 Credential=\r\n", ""),
        ("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x", "", ""),
        ("/", "X-Amzn-Trace-Id: Root=\xff\r\nX-Forwarded-For: ,,\r\n", ""),
        ("/", "X-Api-Key: \xe9\r\nCookie: =;=\r\n", ""),
    ],
)
def test_nonsense_gets_a_4xx_or_an_answer_and_the_next_request_is_served(
    account, validated, target, headers, body
):
    data = body.encode("utf-8", "surrogatepass")
    for verb in ("POST", "GET", "BREW"):
        head = f"{verb} /_aws/execute-api/{validated.id}/v1{target} HTTP/1.1\r\n"
        head += f"Host: 127.0.0.1:{account.running.port}\r\n"
        head += f"{headers}Content-Length: {len(data)}\r\n\r\n"
        status = int(raw(account, head.encode("latin-1") + data).split()[1])
        assert status == 200 or 400 <= status < 500
    assert validated.call("/", "POST", json={"prompt": "x"}).text == "fine"
    log = cloud.logs(account.running.home)
    assert not [line for line in log if "cannot serve" in line or "an observer failed" in line]
