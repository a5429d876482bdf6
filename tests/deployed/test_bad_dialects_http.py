"""Generated bad requests of Responses and Messages over HTTP: what tests/gateway sends to the function
itself meets the whole gateway here, its checks of bodies among it."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.deployed.test_bad_requests_http import TRACE, Sent, exchange
from tests.gateway.bad_dialects import GOOD, different
from tests.gateway.bad_requests import JSON, SECRET
from tests.gateway.shapes import check_shape

AT_MOST = 250  # of the thousand that the function gets: each refusal of the gateway's is among them


@pytest.fixture(scope="module", params=list(GOOD))
def answers(request, whole):
    """The path, and what was sent there with a team's key."""
    where = urlsplit(whole.base_url)
    connection = HTTPConnection(where.hostname, where.port, timeout=60)
    headers = {"Authorization": f"Bearer {whole.keys['blue']}".encode()}
    # A path that is not there, or another method, is the gateway's own 403: the file beside has those.
    bad = [
        one
        for one in different(request.param, 1000)
        if (one.method, one.path) == ("POST", request.param)
    ]
    sent = [
        Sent(one, True, *exchange(connection, where.path, one, headers)) for one in bad[:AT_MOST]
    ]
    connection.close()
    return request.param, sent


def test_each_is_refused_in_the_dialects_shape(answers):
    path, sent = answers
    for one in sent:
        assert one.status in (400, 404, 413, 415), (one.request.body[:3000], one.body)
        assert one.headers["content-type"] == JSON
        body = json.loads(one.body)
        if not one.by_gateway:
            check_shape(path, one.status, body)
            continue
        # One shape for all paths: that of Anthropic's outside, of OpenAI's inside.
        assert set(body) == {"type", "error", "request_id"} and body["type"] == "error"
        assert set(body["error"]) == {"message", "type", "param", "code"}
        assert body["request_id"] == one.id


def test_both_the_gateway_and_the_function_refuse(answers):
    _, sent = answers
    assert {one.by_gateway for one in sent} == {True, False} and len(sent) == AT_MOST


def test_no_answer_has_a_secret_or_a_stack_trace(answers, whole):
    _, sent = answers
    for one in sent:
        text = f"{one.headers} {one.body.decode('utf-8', 'replace')}"
        assert not any(secret in text for secret in (SECRET, *whole.keys.values())), one
        assert not TRACE.search(text), one
