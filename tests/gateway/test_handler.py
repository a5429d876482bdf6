"""The Lambda function, with events as API Gateway sends them."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import handler
import model
import pytest

CONTEXT = SimpleNamespace(aws_request_id="lambda-1")
FUNCTION = Path(handler.__file__).parent


def event(method="POST", body=None, path="/model", encoded=False, headers=None):
    """The event of a proxy integration, with every key that API Gateway always sends."""
    headers = headers or {"Host": "api1.example.com", "X-Forwarded-For": "192.0.2.1"}
    return {
        "resource": "/model",
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api1",
            "httpMethod": method,
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "curl"},
            "path": "/v1/model",
            "protocol": "HTTP/1.1",
            "requestId": "gateway-1",
            "resourcePath": "/model",
            "stage": "v1",
        },
        "body": body,
        "isBase64Encoded": encoded,
    }


@pytest.fixture
def broken_model(monkeypatch):
    """A model that fails, with the prompt in what it says."""

    def complete(request):
        raise RuntimeError(f"cannot read {request['messages'][1]['content']}")

    monkeypatch.setattr(model, "complete", complete)


def call(capsys, given):
    """The response and the line that was logged."""
    response = handler.handler(given, CONTEXT)
    (line,) = capsys.readouterr().out.splitlines()
    return response, json.loads(line)


def test_a_prompt_is_answered_in_the_form_that_api_gateway_takes(capsys):
    prompt = json.dumps({"prompt": "What is the capital of France?", "max_tokens": 16})
    response, _ = call(capsys, event(body=prompt))
    assert set(response) == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert response["statusCode"] == 200
    assert response["headers"] == {"Content-Type": "application/json"}
    assert json.loads(response["body"])["completion"] == "The capital of France is Paris."


def test_one_line_is_logged_and_it_does_not_hold_the_prompt(capsys):
    prompt = json.dumps({"prompt": "My secret is 4711.", "max_tokens": 2})
    _, line = call(capsys, event(body=prompt))
    assert line.pop("milliseconds") > line.pop("first_token_milliseconds") > 0
    assert line == {
        "request_id": "gateway-1",
        "lambda_request_id": "lambda-1",
        "method": "POST",
        "path": "/model",
        "status": 200,
        "prompt_tokens": 29,
        "completion_tokens": 2,
    }


def test_a_body_in_base64_is_decoded(capsys):
    body = json.dumps({"prompt": "Grüße", "max_tokens": 1}, ensure_ascii=False).encode()
    given = event(body=base64.b64encode(body).decode(), encoded=True)
    assert call(capsys, given)[0]["statusCode"] == 200


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (event("GET"), 200),
        (event("HEAD"), 200),
        (event("OPTIONS"), 204),
        (event("DELETE"), 405),
        (event("POST"), 400),
        (event("POST", body=""), 400),
        (event("POST", body="\ud800"), 400),
        (event("POST", body=base64.b64encode(b"\xff\xfe\x00").decode(), encoded=True), 400),
        (event("POST", body="x" * 10**6), 413),
        (event("GET", path="/nowhere"), 404),
    ],
    ids=range(10),
)
def test_each_answer_is_one_that_api_gateway_takes(capsys, given, status):
    response, line = call(capsys, given)
    assert response["statusCode"] == line["status"] == status
    assert isinstance(response["body"], str)
    assert all(isinstance(value, str) for value in response["headers"].values())


def test_a_refusal_keeps_its_headers(capsys):
    response, _ = call(capsys, event("DELETE"))
    assert response["headers"]["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_many_headers_and_values_are_no_fault(capsys):
    given = event("GET", headers={f"X-{number}": "v" for number in range(200)})
    given["multiValueHeaders"]["X-1"] = ["a", "b", "c"]
    assert call(capsys, given)[0]["statusCode"] == 200


def test_a_failure_is_a_500_without_details_and_is_logged(capsys, broken_model):
    response, line = call(capsys, event(body='{"prompt": "My secret is 4711."}'))
    assert response["statusCode"] == line["status"] == 500
    error = json.loads(response["body"])["error"]
    assert (error["type"], error["code"]) == ("server_error", "internal_error")
    assert "lambda-1" in error["message"]
    assert "RuntimeError" not in response["body"]
    assert line["error"] == "RuntimeError"
    assert "raise RuntimeError" in line["traceback"][-1]
    assert "4711" not in json.dumps(line)


def test_an_event_that_is_none_of_api_gateways_is_a_500_and_no_exception(capsys):
    response, line = call(capsys, {})
    assert (response["statusCode"], line["error"]) == (500, "KeyError")


def test_the_function_answers_after_a_failure(capsys, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(model, "complete", None)
        assert call(capsys, event(body='{"prompt": "Hi"}'))[0]["statusCode"] == 500
    answer = call(capsys, event(body='{"prompt": "Hi", "max_tokens": 1}'))
    assert answer[0]["statusCode"] == 200


def test_the_folder_alone_is_the_function(tmp_path):
    """It runs in an interpreter that sees only the shipped files, and keeps stdout clean."""
    for file in FUNCTION.glob("*.py"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    code = (
        "import json, sys, handler, model;"
        "from types import SimpleNamespace as Context;"
        "event = json.load(sys.stdin);"
        "print(json.dumps(handler.handler(event, Context(aws_request_id='1'))));"
        "print(model.SYSTEM_PROMPT)"
    )
    given = event(body='{"prompt": "Hi", "max_tokens": 1}')
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        input=json.dumps(given),
        env={**os.environ, "SYSTEM_PROMPT": "Be brief."},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    log, response, system_prompt = run.stdout.splitlines()
    assert json.loads(log)["status"] == json.loads(response)["statusCode"] == 200
    assert system_prompt == "Be brief."
