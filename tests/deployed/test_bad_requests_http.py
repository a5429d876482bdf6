"""A thousand generated bad requests over HTTP: the gateway refuses each, and nothing leaks."""

from __future__ import annotations

import json
import random
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import quote, urlsplit

import pytest

from gateway.chat import chat_schema
from gateway.limits import prompt_schema
from gateway.settings import Settings
from tests.gateway.bad_requests import (
    COUNT,
    GOOD,
    JSON,
    PATHS,
    SECRET,
    SEED,
    BadRequest,
    can_be_sent,
    different,
)

CALLERS = 4
# Keys that are none; KEY is a team's.
WRONG_KEYS = [
    {},
    {"Authorization": b""},
    {"Authorization": b"Bearer"},
    {"Authorization": b"Bearer wrong"},
    {"Authorization": b"Bearer KEY KEY"},
    {"Authorization": b"Bearer \xff\xfe\xed\xa0\x80"},
    {"Authorization": b"Bearer " + b"x" * 4000},
    {"Authorization": b"Basic KEY"},
    {"Authorization": b"KEY"},
    {"Authorization": b"Bearer <script>alert(1)</script>"},
    {"x-api-key": b"KEY"},
]
SHARE_OF_WRONG_KEYS = 0.2
TRACE = re.compile(r"traceback|File \\?\"|\.py\b|line \d+, in", re.IGNORECASE)
# The only way to a 401 that an authorizer has is to raise these words; Lambda logs where.
UNAUTHORIZED = re.compile(
    r'^  File "[^"]*/handler\.py", line \d+, in handler$'
    r"|Authorizer result body before parsing: "
    r'\{"errorMessage": "Unauthorized", "errorType": "Exception", "requestId": "[0-9a-f-]+", '
)

# What answers where: the methods of each path of the program.
ROUTES = {
    ("model",): {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"},
    ("models",): {"GET"},
    ("chat", "completions"): {"POST"},
}
SCHEMAS = {("model",): prompt_schema, ("chat", "completions"): chat_schema}
ROUTE_OF_ONE_MODEL = 2  # parts of /models/{model}


@dataclass(frozen=True)
class Sent:
    """A request as it was sent, and all bytes of its answer."""

    request: BadRequest
    has_key: bool
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The request's id; what API Gateway refuses before it knows the API has none."""
        return self.headers.get("x-amzn-requestid", "")

    @property
    def by_gateway(self) -> bool:
        """Whether API Gateway itself answered, not the function."""
        return "x-amzn-errortype" in self.headers


def exchange(connection, where, request, headers):
    """Send a request, byte for byte, and read its answer."""
    path = request.path if request.path.startswith("/") or not request.path else f"/{request.path}"
    connection.putrequest(request.method, where + quote(path, "/%$?&=:;,@!~*'()+[]"))
    connection.putheader("Content-Type", request.content_type)
    connection.putheader("Content-Length", str(len(request.body)))
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(request.body)
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, found, answer.read()


@pytest.fixture(scope="module")
def answers(whole):
    """All requests, sent by several callers at once, most with a team's key."""
    where = urlsplit(whole.base_url)
    chance = random.Random(SEED)
    wanted = different(can_be_sent)
    keys = [
        chance.choice(WRONG_KEYS) if chance.random() < SHARE_OF_WRONG_KEYS else None for _ in wanted
    ]

    def caller(number):
        connection = HTTPConnection(where.hostname, where.port, timeout=60)
        found = []
        for request, wrong in list(zip(wanted, keys))[number::CALLERS]:
            value = whole.keys["blue" if number % 2 else "green"].encode()
            given = {"Authorization": b"Bearer KEY"} if wrong is None else wrong
            headers = {name: text.replace(b"KEY", value) for name, text in given.items()}
            got = exchange(connection, where.path, request, headers)
            found.append(Sent(request, wrong is None, *got))
        connection.close()
        return found

    with ThreadPoolExecutor(CALLERS) as pool:
        return [one for some in pool.map(caller, range(CALLERS)) for one in some]


def reason(sent):
    """Why an answer is not what a caller should get; "" when it is."""
    if not 400 <= sent.status < 500:
        return f"status {sent.status}"
    if sent.headers.get("content-type") != JSON:
        return f"type {sent.headers.get('content-type')}"
    try:
        error = json.loads(sent.body)["error"]
    except (ValueError, KeyError, TypeError):
        return f"body {sent.body[:200]!r}"
    texts = [error.get(name) for name in ("message", "type", "code")]
    right = set(error) == {"message", "type", "param", "code"} and all(texts)
    right = right and all(isinstance(text, str) for text in (*texts, error["param"] or ""))
    return "" if right and len(sent.body) < 1000 else f"body {sent.body[:200]!r}"


def test_each_is_refused_in_openais_shape(answers):
    assert len(answers) == len({(sent.request, sent.id) for sent in answers}) == COUNT
    assert [(why, sent.request) for sent in answers if (why := reason(sent))] == []
    by_gateway, by_function = (
        {sent.status for sent in answers if sent.by_gateway is whose} for whose in (True, False)
    )
    assert by_gateway == {400, 401, 403}
    assert by_function == {400, 404, 405, 413, 415}


def test_who_has_no_key_learns_no_more_than_that(answers):
    for sent in answers:
        if not sent.has_key:
            right = 401 if routed(sent.request) else 403
            assert (sent.status, sent.by_gateway) == (right, True), sent.request


def routed(request):
    """Whether the program has the path and its method."""
    parts = tuple(part for part in request.path.split("/") if part)
    if len(parts) == ROUTE_OF_ONE_MODEL and parts[0] == "models":
        return request.method == "GET"
    return request.method in ROUTES.get(parts, ())


@cache
def validator(path):
    """What the gateway's check of the bodies for a path lets in."""
    import jsonschema  # takes seconds to load: not where tests are only counted

    return jsonschema.Draft4Validator(SCHEMAS[path](Settings()))


def comes_through(sent):
    """Whether the gateway has no reason to stop a request."""
    request = sent.request
    if not (sent.has_key and routed(request)):
        return False
    path = tuple(part for part in request.path.split("/") if part)
    if path not in SCHEMAS or request.method != "POST":
        return True
    try:
        return validator(path).is_valid(json.loads(request.body))
    except (ValueError, RecursionError):
        return False


def test_what_the_gateway_must_stop_never_reaches_the_function(whole, answers):
    lines = {
        line["requestId"]: line
        for line in map(json.loads, events(whole, whole.outputs["access_log_group"]))
    }
    for sent in answers:
        line = lines[sent.id]
        assert line["status"] == str(sent.status)
        invoked = line["lambdaRequestId"] != "-"
        assert invoked is comes_through(sent) is not sent.by_gateway, sent.request
    told = [json.loads(text) for text in events(whole, whole.outputs["log_group"], '"request_id"')]
    ids = {sent.id for sent in answers}
    handled = [line["request_id"] for line in told if line["request_id"] in ids]
    assert sorted(handled) == sorted(sent.id for sent in answers if comes_through(sent))


def events(whole, group, wanted=""):
    """The texts of a log group, all or those that have something in them, stream by stream."""
    logs = whole.client("logs")
    found = []
    for page in logs.get_paginator("describe_log_streams").paginate(logGroupName=group):
        for stream in page["logStreams"]:
            where = {"logGroupName": group, "logStreamName": stream["logStreamName"]}
            got, token = logs.get_log_events(**where, startFromHead=True), ""
            while token != got["nextForwardToken"]:  # the same again: that was the end
                found += [event["message"] for event in got["events"]]
                token = got["nextForwardToken"]
                got = logs.get_log_events(**where, startFromHead=True, nextToken=token)
    return [text for text in found if wanted in text]


def test_no_answer_has_a_secret_or_a_stack_trace(whole, answers):
    secrets = [SECRET, *whole.keys.values()]
    for sent in answers:
        text = f"{sent.headers} {sent.body.decode('utf-8', 'replace')}"
        assert not any(secret in text for secret in secrets), sent
        assert not TRACE.search(text), sent


def test_no_log_has_a_secret_or_a_stack_trace(whole, answers):
    secrets = [SECRET, *whole.keys.values()]
    groups = [
        group["logGroupName"] for group in whole.client("logs").describe_log_groups()["logGroups"]
    ]
    own = {whole.outputs[name] for name in ("access_log_group", "execution_log_group", "log_group")}
    (authorizer,) = (name for name in groups if name.startswith("authorizerLogs"))
    assert own < set(groups)
    for name in groups:
        texts = events(whole, name)
        assert len(texts) > 100, name
        assert [text for text in texts if any(secret in text for secret in secrets)] == []
        unexpected = {
            text for text in texts if TRACE.search(text) and not UNAUTHORIZED.search(text)
        }
        if name == authorizer:
            unexpected -= {"Traceback (most recent call last):"}
        assert unexpected == set(), name


# What the generator cannot say


def raw(whole, data):
    """Send these bytes, with the stage and a key in place; the answer's status, type and body."""
    where = urlsplit(whole.base_url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
        places = {"STAGE": where.path, "KEY": whole.keys["blue"], "PORT": str(where.port)}
        for name, value in places.items():
            data = data.replace(name.encode(), value.encode())
        connection.sendall(data)
        # Without its method, the body of an answer to HEAD would be waited for.
        answer = HTTPResponse(connection, method=data.partition(b" ")[0].decode("latin-1"))
        answer.begin()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Sent(NOTHING, True, answer.status, found, answer.read())


NOTHING = BadRequest("", "", "", b"")
HOST = b" HTTP/1.1\r\nHost: localhost:PORT\r\n"
KEY = HOST + b"Authorization: Bearer KEY\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST STAGE/model%b" + CHUNKED + b'5\r\n{"pro\r\n0\r\n\r\n', 400),
        (b"POST STAGE/model%bContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", 415),
        (b"GET STAGE/model%bAuthorization: Bearer wrong\r\n\r\n", 401),
        (b"POST STAGE/chat/completions%bX-HTTP-Method-Override: DELETE\r\n\r\n", 403),
        (b"POST STAGE/model%b\r\n", 400),
        (b"GET STAGE/models/%%ff%%00%%2f..?%%zz=%%ff&&=&%%00%b\r\n", 404),
        (b"GET STAGE//models//gpt-4o/%b\r\n", 404),
        (b"GET STAGE/models/gpt-4o%b" + b"x-again: \xff\r\n" * 500 + b"\r\n", 404),
    ],
    ids=[
        "chunks",
        "gzip",
        "two keys, the last wrong",
        "override",
        "nothing",
        "path",
        "slashes",
        "headers",
    ],
)
def test_odd_requests_are_refused_in_openais_shape(whole, data, status):
    sent = raw(whole, data % KEY)
    assert (sent.status, reason(sent)) == (status, "")


# What is refused before anybody knows which API is meant: not in the API's words.
TEXT = "text; charset=utf-8"


@pytest.mark.parametrize(
    ("data", "status", "content_type", "body"),
    [
        (
            b"POST STAGE/model%bContent-Length: 10485761\r\n\r\n%b" % (KEY, b"x" * 10_485_761),
            413,
            TEXT,
            b"HTTP content length exceeded 10485760 bytes.",
        ),
        (
            b"GET STAGE/%b%b\r\n" % (b"x" * 11_000, KEY),
            414,
            TEXT,
            b"An HTTP line is larger than 10240 bytes.",
        ),
        (
            b"GET STAGE/model%bx-long: %b\r\n\r\n" % (KEY, b"x" * 21_000),
            431,
            TEXT,
            b"HTTP header is larger than 20480 bytes.",
        ),
        (b"GET STAGEx/model%b\r\n" % KEY, 403, JSON, b'{"message":"Forbidden"}'),
        (b"HEAD STAGE/model%b\r\n" % HOST, 401, JSON, b""),
        (b"GET STAGE/a path with blanks%b\r\n" % KEY, 400, None, b""),
        (b"\xff\xfe\r\n\r\n", 400, None, b""),
    ],
    ids=["413", "414", "431", "no such stage", "HEAD", "blanks", "no HTTP"],
)
def test_these_alone_are_refused_in_another_shape(whole, data, status, content_type, body):
    sent = raw(whole, data)
    assert (sent.status, sent.headers.get("content-type"), sent.body) == (
        status,
        content_type,
        body,
    )


# Last: it holds after all of the above.


@pytest.mark.parametrize("kind", GOOD)
def test_the_next_good_request_works(whole, answers, kind):
    path = PATHS.get(kind, kind)
    assert whole.post(path, GOOD[kind]).status_code == 200
