"""What the functions answer, with a stand-in for the model and without AWS."""

import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

FUNCTIONS = Path(__file__).resolve().parent.parent / "functions"
KEY = "k" * 40


def load(monkeypatch, folder):
    """A function's handler, as Lambda finds it: its folder is the whole world."""
    monkeypatch.syspath_prepend(str(FUNCTIONS / folder))
    for file in (FUNCTIONS / folder).rglob("*.py"):
        place = file.relative_to(FUNCTIONS / folder).with_suffix("")
        name = ".".join(place.parts).removesuffix(".__init__")
        monkeypatch.delitem(sys.modules, name, raising=False)
    if folder == "model":
        monkeypatch.setitem(sys.modules, "model", stand_in())
    path = FUNCTIONS / folder / "handler.py"
    spec = importlib.util.spec_from_file_location(f"{folder}_handler", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler


def stand_in():
    """A model that says what it was asked, or calls the tool that it must call."""
    inner = importlib.import_module("inner")
    usage = inner.Usage(prompt_tokens=2, completion_tokens=1)

    def stream(ask):
        if ask.choice == "required":
            yield inner.CallPiece("call_1", ask.tools[0].name, usage)
            yield inner.ArgumentsPiece("{}", usage)
        else:
            yield inner.TextPiece(ask.messages[-1].text, usage)
        yield inner.EndPiece("stop", usage)

    model = ModuleType("model")
    limits = inner.Limits(prompt_tokens=1500, answer_tokens=256)
    model.MODEL = SimpleNamespace(name="echo", limits=limits, frames=("<|im_end|>",), stream=stream)
    return model


@pytest.fixture
def call(monkeypatch):
    """Send an event of API Gateway's proxy integration; status and body."""
    handler = load(monkeypatch, "model")

    def send(method, path, body=None):
        event = {
            "httpMethod": method,
            "path": path,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(body) if body is not None else None,
            "isBase64Encoded": False,
            "requestContext": {"requestId": "test"},
        }
        answer = handler(event, SimpleNamespace(aws_request_id="lambda"))
        return answer["statusCode"], json.loads(answer["body"])

    return send


def test_a_prompt_is_answered(call):
    status, answer = call("POST", "/model", {"prompt": "Say hello."})
    assert (status, answer["completion"], answer["model"]) == (
        200,
        "Say hello.",
        "echo",
    )


def test_a_conversation_is_answered_as_openai_would(call):
    hello = {
        "model": "echo",
        "messages": [{"role": "user", "content": "Hello."}],
    }
    status, answer = call("POST", "/chat/completions", hello)
    assert status == 200
    assert answer["choices"][0]["message"]["content"] == "Hello."
    assert answer["usage"]["total_tokens"] == 3


def test_a_tool_is_called_if_it_must_be(call):
    weather = {"name": "weather", "parameters": {"type": "object", "properties": {}}}
    hello = {
        "model": "echo",
        "messages": [{"role": "user", "content": "Hello."}],
        "tools": [{"type": "function", "function": weather}],
        "tool_choice": "required",
    }
    status, answer = call("POST", "/chat/completions", hello)
    assert (status, answer["choices"][0]["finish_reason"]) == (200, "tool_calls")
    (called,) = answer["choices"][0]["message"]["tool_calls"]
    assert called["function"] == {"name": "weather", "arguments": "{}"}


def test_a_response_is_answered_as_openai_would(call):
    status, answer = call("POST", "/responses", {"model": "echo", "input": "Hello."})
    assert (status, answer["status"]) == (200, "completed")
    assert answer["output"][0]["content"][0]["text"] == "Hello."


def test_a_message_is_answered_and_refused_as_anthropic_would(call):
    hello = {
        "model": "echo",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "Hello."}],
    }
    status, answer = call("POST", "/messages", hello)
    assert (status, answer["stop_reason"]) == (200, "end_turn")
    assert answer["content"][0]["text"] == "Hello."
    status, answer = call("POST", "/messages", {**hello, "model": "claude"})
    assert (status, answer["type"]) == (404, "error")
    assert answer["error"]["type"] == "not_found_error"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/model", {}, 400),
        ("POST", "/model", {"prompt": 1}, 400),
        ("POST", "/model", {"prompt": "x", "max_tokens": 0}, 400),
        ("DELETE", "/model", None, 405),
        ("GET", "/nothing", None, 404),
        (
            "POST",
            "/chat/completions",
            {"model": "echo", "messages": []},
            400,
        ),
        ("POST", "/responses", {"model": "echo"}, 400),
        ("POST", "/embeddings", {"model": "echo", "input": "x"}, 404),
    ],
)
def test_what_is_wrong_is_refused_in_one_shape(call, method, path, body, status):
    got, answer = call(method, path, body)
    assert got == status
    assert set(answer["error"]) == {"message", "type", "param", "code"}


@pytest.fixture
def authorizer(monkeypatch):
    """The function that knows one team's key."""
    monkeypatch.setenv(
        "KEYS",
        json.dumps({hashlib.sha256(KEY.encode()).hexdigest(): "blue"}),
    )
    return load(monkeypatch, "authorizer")


def asked(authorizer, header):
    method = "arn:aws:execute-api:us-east-1:123456789012:api1/v1/POST/model"
    return authorizer({"headers": {"Authorization": header}, "methodArn": method}, None)


def test_a_key_lets_in_its_team_on_the_whole_stage(authorizer):
    answer = asked(authorizer, f"Bearer {KEY}")
    assert (answer["context"], answer["usageIdentifierKey"]) == (
        {"team": "blue"},
        KEY,
    )
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"].endswith(":api1/v1/*")


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer guess", KEY, f"Basic {KEY}"])
def test_anything_else_is_refused(authorizer, header):
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        asked(authorizer, header)
