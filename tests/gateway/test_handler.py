"""The Lambda function, with events as API Gateway sends them."""

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import handler
import log
import pytest
from inner import TextPiece, Usage
from model import MODEL

CONTEXT = SimpleNamespace(aws_request_id="lambda-1")
FUNCTION = Path(handler.__file__).parent


def event(method="POST", body=None, path="/model", encoded=False, headers=None):
    """The event of a proxy integration, with every key that API Gateway always sends."""
    headers = headers or {"Host": "api1.example.com", "X-Forwarded-For": "192.0.2.1"}
    return {
        "resource": path,
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

    def stream(ask):
        raise RuntimeError(f"cannot answer {ask.messages}")

    monkeypatch.setattr(MODEL, "stream", stream)


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
    assert response["headers"] == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "x-request-id": "gateway-1",
        "request-id": "gateway-1",
    }
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


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/models/My secret is 4711", "/models/{model}"),
        ("/models/", "/models"),
        ("/My secret is 4711", "(unknown)"),
        ("/chat/completions/", "/chat/completions"),
    ],
)
def test_what_a_caller_puts_into_the_path_is_not_logged(capsys, path, logged):
    _, line = call(capsys, event("GET", path=path))
    assert line["path"] == logged
    assert "4711" not in json.dumps(line)


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
        patch.setattr(MODEL, "stream", None)
        assert call(capsys, event(body='{"prompt": "Hi"}'))[0]["statusCode"] == 500
    answer = call(capsys, event(body='{"prompt": "Hi", "max_tokens": 1}'))
    assert answer[0]["statusCode"] == 200


def test_the_folder_alone_is_the_function(tmp_path):
    """It runs in an interpreter that sees only the shipped files, and keeps stdout clean."""
    folder = tmp_path / "function"
    shutil.copytree(FUNCTION, folder, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import json, sys, handler;"
        "from local import reading;"
        "from types import SimpleNamespace as Context;"
        "event = json.load(sys.stdin);"
        "print(json.dumps(handler.handler(event, Context(aws_request_id='1'))));"
        "print(reading.SYSTEM_PROMPT)"
    )
    given = event(body='{"prompt": "Hi", "max_tokens": 1}')
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
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


# Streams


CHAT = {
    "model": MODEL.name,
    "messages": [{"role": "user", "content": "Tell a long story about the sea."}],
    "max_tokens": 16,
    "stream": True,
}


def chat(**fields):
    return event(body=json.dumps({**CHAT, **fields}), path="/chat/completions")


def test_without_streaming_a_stream_is_answered_in_one_piece(capsys):
    response, line = call(capsys, chat())
    assert response["headers"]["Content-Type"] == "text/event-stream"
    events = response["body"].split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert len(events) > 16
    assert line["completion_tokens"] == 16


@pytest.mark.parametrize(
    ("variables", "streams"),
    [({"stream": "1"}, True), ({"stream": "0"}, False), ({}, False), (None, False)],
)
def test_each_call_says_whether_its_stage_takes_pieces(capsys, variables, streams):
    answer = handler.handler({**chat(max_tokens=1), "stageVariables": variables}, CONTEXT)
    assert hasattr(answer, "__next__") is streams
    if streams:
        answer.close()


@pytest.fixture
def streaming(monkeypatch):
    monkeypatch.setattr(handler, "streamed", lambda _: True)


def test_where_answers_stream_metadata_comes_first_and_the_line_last(capsys, streaming):
    pieces = handler.handler(chat(), CONTEXT)
    head = next(pieces)
    assert (head["statusCode"], head["headers"]["Content-Type"]) == (200, "text/event-stream")
    body = [*pieces]
    assert all(piece.startswith(b"data: ") for piece in body)
    assert body[-1] == b"data: [DONE]\n\n"
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["status"], line["completion_tokens"]) == (200, 16)
    assert 0 < line["first_token_milliseconds"] < line["milliseconds"]


@pytest.mark.parametrize(
    ("given", "status"), [(chat(stream=False), 200), (chat(n=2), 400), (chat(model="x"), 404)]
)
def test_where_answers_stream_all_of_that_path_do(capsys, streaming, given, status):
    head, body = handler.handler(given, CONTEXT)
    assert (head["statusCode"], head["headers"]["Content-Type"]) == (status, "application/json")
    assert json.loads(body)
    assert handler.handler(event("GET"), CONTEXT)["statusCode"] == 200


def test_a_caller_that_hangs_up_ends_the_stream_and_is_logged(capsys, streaming):
    pieces = handler.handler(chat(max_tokens=256), CONTEXT)
    for _ in range(4):
        next(pieces)
    pieces.close()
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["status"], line["aborted"]) == (200, True)
    assert 0 < line["completion_tokens"] < 20
    assert call(capsys, event(body='{"prompt": "Hi", "max_tokens": 1}'))[0]["statusCode"] == 200


def test_a_failure_in_mid_stream_is_the_last_event_and_is_logged(capsys, streaming, monkeypatch):
    def stream(ask):
        yield TextPiece("Once", Usage(1, 1))
        raise RuntimeError(f"cannot go on with {ask.messages[0].text}")

    monkeypatch.setattr(MODEL, "stream", stream)
    *_, last = handler.handler(chat(), CONTEXT)
    error = json.loads(last.removeprefix(b"data: "))["error"]
    assert (error["type"], error["code"]) == ("server_error", "internal_error")
    assert "lambda-1" in error["message"] and "sea" not in error["message"]
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["status"], line["error"]) == (200, "RuntimeError")
    assert "sea" not in json.dumps(line)


def test_a_failure_before_the_stream_is_a_500(capsys, streaming, monkeypatch):
    def stream(ask):
        raise RuntimeError

    monkeypatch.setattr(MODEL, "stream", stream)
    head, body = handler.handler(chat(), CONTEXT)
    assert head["statusCode"] == 500
    assert json.loads(body)["error"]["code"] == "internal_error"


# Metrics


def test_the_line_makes_metrics_if_it_has_a_namespace(capsys, monkeypatch):
    monkeypatch.setattr(log, "NAMESPACE", "LanguageModel/v1")
    for given in (chat(), chat(stream=False), event(body='{"prompt": "Hi", "max_tokens": 16}')):
        _, line = call(capsys, given)
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "LanguageModel/v1"
        assert directive["Dimensions"] == [["gen_ai.request.model"]]
        assert line["gen_ai.request.model"] == MODEL.name
        units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
        assert units == {
            "gen_ai.usage.input_tokens": "Count",
            "gen_ai.usage.output_tokens": "Count",
            "gen_ai.server.time_to_first_token": "Seconds",
            "gen_ai.server.request.duration": "Seconds",
        }
        assert line["gen_ai.usage.input_tokens"] == line["prompt_tokens"]
        assert line["gen_ai.usage.output_tokens"] == line["completion_tokens"]
        first = line["gen_ai.server.time_to_first_token"]
        assert 0 < first < line["gen_ai.server.request.duration"] < 60
        assert abs(line["_aws"]["Timestamp"] - time.time() * 1000) < 60_000


def test_what_never_reached_the_model_makes_no_metrics(capsys, monkeypatch):
    monkeypatch.setattr(log, "NAMESPACE", "LanguageModel/v1")
    assert "_aws" not in call(capsys, event("GET"))[1]
    assert "_aws" not in call(capsys, event(body="{}"))[1]


def test_the_line_says_which_key_called_and_never_the_key(capsys):
    given = chat()
    given["headers"]["Authorization"] = "Bearer value-of-the-key"
    given["requestContext"]["identity"] |= {"apiKeyId": "key-1", "apiKey": "value-of-the-key"}
    _, line = call(capsys, given)
    assert line["key_id"] == "key-1"
    assert "value-of-the-key" not in json.dumps(line)


@pytest.mark.parametrize(
    ("resource", "path", "parameters", "answered"),
    [
        ("/model", "/llm/model", None, "/model"),
        ("/models/{model}", "/llm/models/echo", {"model": "echo"}, "/models/echo"),
        ("/{proxy+}", "/llm/files/one", {"proxy": "files/one"}, "/files/one"),
        (None, "/model", None, "/model"),
    ],
)
def test_a_custom_domains_base_path_is_no_part_of_the_path(resource, path, parameters, answered):
    sent = {"resource": resource, "path": path, "pathParameters": parameters}
    assert handler.path_of(sent) == answered
