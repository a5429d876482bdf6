"""A thousand generated bad requests: each is refused, none is a failure, and nothing leaks."""

import base64
import json
import os
from functools import cache
from types import SimpleNamespace

import handler
import pytest
from model import MODEL

from tests.gateway.bad_requests import COUNT, GOOD, JSON, NAME, SECRET, BadRequest, different

CONTEXT = SimpleNamespace(aws_request_id="lambda-1", get_remaining_time_in_millis=lambda: 29_000)


def proxy_event(request):
    """The event of API Gateway, with the caller's secret where it would be."""
    headers = {"Authorization": f"Bearer {SECRET}", "x-api-key": SECRET}
    try:
        text, encoded = request.body.decode(), False
    except UnicodeDecodeError:
        text, encoded = base64.b64encode(request.body).decode(), True
    return {
        "httpMethod": request.method,
        "path": request.path,
        "headers": {**headers, "content-type": request.content_type},
        "requestContext": {
            "requestId": "gateway-1",
            "identity": {"apiKey": SECRET, "apiKeyId": "key-1"},
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


@cache
def events():
    """All of them; to make them takes a while: not where tests are only counted."""
    return [proxy_event(request) for request in different()]


def good_answer():
    """The status of a good request."""
    path = "/chat/completions"
    good = BadRequest("POST", path, JSON, json.dumps(GOOD[path]).encode())
    return handler.handler(proxy_event(good), CONTEXT)["statusCode"]


def test_there_are_a_thousand_of_every_kind():
    assert len(events()) == COUNT
    assert MODEL.name == NAME
    statuses = {handler.handler(event, CONTEXT)["statusCode"] for event in events()}
    assert statuses == {400, 404, 405, 413, 415}


@pytest.fixture
def model_asked():
    """How often the model itself was asked: it should not be, for any of them."""
    calls = []
    server = MODEL.llama.server

    class Watched:
        listening_address = server.listening_address

        def handle_chat_completions(self, *args):
            calls.append(args)
            return server.handle_chat_completions(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODEL.llama, "server", Watched())
        yield calls


@pytest.mark.parametrize("number", range(COUNT))
def test_a_bad_request_is_refused_in_the_one_shape_and_nothing_leaks(number, capfd, model_asked):
    response = handler.handler(events()[number], CONTEXT)
    assert 400 <= response["statusCode"] < 500
    assert response["headers"]["Content-Type"] == "application/json"
    error = json.loads(response["body"])["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert all(isinstance(error[name], str) and error[name] for name in ("message", "code"))
    assert error["param"] is None or isinstance(error["param"], str)
    assert len(response["body"]) < 1000 and response["body"].isascii()
    printed, complained = capfd.readouterr()
    line = json.loads(printed)
    assert line["status"] == response["statusCode"]
    assert len(printed) < 1500
    for text in (response["body"], str(response["headers"]), printed, complained):
        assert SECRET not in text and "Traceback" not in text and "traceback" not in text
        assert os.path.dirname(handler.__file__) not in text
    assert model_asked == []
    if number % 50 == 0:
        assert good_answer() == 200
        capfd.readouterr()


def test_the_next_good_request_works():
    assert good_answer() == 200
