"""TestInvokeMethod: a method is tried as it is now, before it is deployed."""

import json
import re

import pytest
from botocore.exceptions import ClientError

DATE = r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4} : "
ECHO = """
import json

def handler(event, context):
    if event["body"] == "raise":
        raise ValueError("no prompt")
    return {"statusCode": 201, "headers": {"x-own": "1"}, "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def echo(account):
    """An API that is nowhere deployed, the function behind it, and the method."""
    api = account.api()
    function = account.function(ECHO)
    path = api.path("{name}", api.path("models"))
    place = api.proxy(function, path, "POST")
    api.may_invoke(function)
    return api, function, place


def told(answer):
    """The lines of a log, without their times."""
    first, *lines = answer["log"].rstrip("\n").split("\n")
    assert all(re.match(DATE, line) for line in lines)
    return first, [re.sub(DATE, "", line) for line in lines]


def test_a_method_answers_before_it_is_deployed(account, echo):
    _, _, place = echo
    answer = account.gateway.test_invoke_method(
        **place,
        pathWithQueryString="/models/distil?k=1&k=2",
        body="hello",
        headers={"x-client": "c"},
        stageVariables={"v": "1"},
    )
    assert (answer["status"], answer["headers"]["x-own"]) == (201, "1")
    assert answer["multiValueHeaders"]["x-own"] == ["1"]
    assert isinstance(answer["latency"], int)
    event = json.loads(answer["body"])
    assert event["path"] == event["requestContext"]["path"] == "/models/distil"
    assert event["headers"] == {"x-client": "c"}
    assert event["pathParameters"] == {"name": "distil"}
    assert event["multiValueQueryStringParameters"] == {"k": ["1", "2"]}
    assert (event["stageVariables"], event["body"]) == ({"v": "1"}, "hello")
    context = event["requestContext"]
    assert (context["stage"], context["domainName"], context["domainPrefix"]) == (
        "test-invoke-stage",
        "testPrefix.testDomainName",
        "testPrefix",
    )
    identity = context["identity"]
    assert (identity["apiKey"], identity["apiKeyId"], identity["sourceIp"]) == (
        "test-invoke-api-key",
        "test-invoke-api-key-id",
        "test-invoke-source-ip",
    )
    assert identity["userArn"] == "arn:aws:iam::000000000000:root"
    assert identity["userAgent"].startswith("Boto3")


def test_the_log_tells_the_execution_in_aws_shape(account, echo):
    api, function, place = echo
    answer = account.gateway.test_invoke_method(
        **place, pathWithQueryString="/models/distil?k=1", body="hello", headers={"x-client": "c"}
    )
    id = json.loads(answer["body"])["requestContext"]["requestId"]
    first, lines = told(answer)
    address = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/"
    assert first == f"Execution log for request {id}"
    assert lines[:7] == [
        f"Starting execution for request: {id}",
        "HTTP Method: POST, Resource Path: /models/distil",
        "Method request path: {name=distil}",
        "Method request query string: {k=1}",
        "Method request headers: {x-client=c}",
        "Method request body before transformations: hello",
        f"Endpoint request URI: {address}{function}/invocations",
    ]
    source = f"X-Amz-Source-Arn={api.arn}/test-invoke-stage/POST/models/{{name}}"
    assert any(source in line for line in lines)
    assert lines[-2:] == ["Successfully completed execution", "Method completed with status: 201"]


def test_a_function_that_fails_is_a_502_and_the_log_says_why(account, echo):
    answer = account.gateway.test_invoke_method(**echo[2], body="raise")
    assert (answer["status"], answer["body"]) == (502, '{"message": "Internal server error"}')
    assert answer["headers"]["x-amzn-ErrorType"] == "InternalServerErrorException"
    _, lines = told(answer)
    assert "customer function error: no prompt. Lambda request id: " in "".join(lines)
    assert lines[-1] == "Method completed with status: 502"


def test_nobody_is_asked_who_calls_and_the_stages_do_not_change(account):
    api = account.api()
    place = api.mock("one", apiKeyRequired=True)
    api.deploy("v1")
    api.remock(place, "two")
    assert account.gateway.test_invoke_method(**place)["body"] == "two"
    assert api.call().status_code == 403


def test_what_may_not_be_invoked_is_a_500(account):
    api = account.api()
    function = account.function(ECHO)
    place = api.proxy(function)
    api.may_invoke(function, "/v1/*")
    answer = account.gateway.test_invoke_method(**place)
    assert answer["status"] == 500
    assert "Invalid permissions on Lambda function" in answer["log"]


def test_a_stream_is_gathered(account):
    api = account.api()
    function = account.function(
        "def handler(event, context):\n    yield {'statusCode': 200}\n    yield 'a'\n    yield 'b'\n"
    )
    version = "arn:aws:apigateway:us-east-1:lambda:path/2021-11-15"
    address = f"{version}/functions/{function}/response-streaming-invocations"
    place = api.proxy(function, uri=address, responseTransferMode="STREAM")
    api.may_invoke(function)
    answer = account.gateway.test_invoke_method(**place)
    assert (answer["status"], answer["body"]) == (200, "ab")


def test_what_is_not_there_is_not_found(account):
    api = account.api()
    api.mock("one")
    for change, text in (
        ({"resourceId": "nothing"}, "Invalid Resource identifier specified"),
        ({"httpMethod": "PUT"}, "Invalid Method identifier specified"),
    ):
        asked = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET", **change}
        with pytest.raises(ClientError) as caught:
            account.gateway.test_invoke_method(**asked)
        error = caught.value.response["Error"]
        assert (error["Code"], error["Message"]) == ("NotFoundException", text)
