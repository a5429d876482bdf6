"""Streamed answers: bytes reach the client as they are written, and end as they do on AWS."""

import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
import requests
from botocore.exceptions import ClientError

from sandbox.urls import invoke_url
from tests.sandbox.server.watching.reading import allow_logging, lines, log_to

INTERNAL = '{"message": "Internal server error"}'
CODE = """
import os, time

def handler(event, context):
    kind = (event.get("queryStringParameters") or {}).get("k")
    if kind == "pid":
        return words([str(os.getpid())])
    if kind == "raise":
        raise ValueError("early")
    if kind == "plain":
        return {"statusCode": 200, "body": "whole"}
    if kind == "no metadata":
        return (text for text in ["x" * 20000])
    if kind == "bad metadata":
        return iter([{"statusCode": "abc"}, "x"])
    if kind == "wire":
        return iter([b'{"statusCode": 202}' + bytes(4), bytes(4) + b"by hand"])
    if kind == "many":
        os.write(1, b"native noise, no line")
        return words([f"{n}," for n in range(1000)])
    if kind == "big":
        return words(["x" * 2**20] * 12)
    if kind == "broken":
        return broken()
    if kind == "late":
        return late()
    if kind == "endless":
        return endless()
    return slow()

def words(texts):
    yield {"headers": {"Content-Type": "text/plain"}}
    yield from texts

def slow():
    yield {"statusCode": 201, "headers": {"Content-Type": "text/event-stream"},
           "cookies": ["a=1"], "multiValueHeaders": {"x-many": ["1", "2"]}}
    for number in range(4):
        yield f"data: {number}\\n\\n"
        time.sleep(0.2)

def broken():
    yield {}
    yield "first"
    raise ValueError("in the middle")

def late():
    time.sleep(1.5)
    yield {}

def endless():
    yield {}
    try:
        while True:
            yield "."
            time.sleep(0.05)
    finally:
        print("the model is free")
"""


def stream_uri(function):
    """The integration URI that streams a function's answer."""
    version = "arn:aws:apigateway:us-east-1:lambda:path/2021-11-15"
    return f"{version}/functions/{function}/response-streaming-invocations"


@pytest.fixture(scope="module")
def streams(account):
    """An API whose function streams what the query `k` asks for, and the function."""
    api = account.api()
    function = account.function(CODE, Timeout=20)
    more = {"responseTransferMode": "STREAM", "timeoutInMillis": 5000}
    api.proxy(function, uri=stream_uri(function), **more)
    short = {**more, "timeoutInMillis": 600}
    api.proxy(function, api.path("short"), uri=stream_uri(function), **short)
    api.proxy(function, api.path("buffered"))
    api.may_invoke(function)
    api.deploy("v1")
    assert api.call("/?k=pid").status_code == 200
    return api, function


@pytest.mark.quirk("stream-python")
def test_each_piece_arrives_when_it_is_written(streams):
    api, _ = streams
    started = time.perf_counter()
    arrived = []
    with api.call("/", stream=True) as answer:
        for piece in answer.iter_content(chunk_size=None):
            arrived.append((time.perf_counter() - started, piece.decode()))
    assert "".join(text for _, text in arrived) == "".join(f"data: {n}\n\n" for n in range(4))
    assert arrived[0][0] < 0.5 < arrived[-1][0]
    assert len(arrived) == 4


def test_the_metadata_is_honoured_and_not_sent(streams):
    api, _ = streams
    answer = api.call("/")
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Set-Cookie"] == "a=1"
    assert answer.headers["x-many"] == "1, 2"
    assert (answer.headers["Transfer-Encoding"], "Content-Length" in answer.headers) == (
        "chunked",
        False,
    )
    assert answer.headers["x-amzn-RequestId"] and answer.headers["X-Amzn-Trace-Id"]


def test_the_wire_format_may_be_written_by_hand(streams):
    api, _ = streams
    answer = api.call("/?k=wire")
    assert (answer.status_code, answer.text) == (202, "by hand")


def test_a_thousand_pieces_and_native_noise(streams):
    api, _ = streams
    assert api.call("/?k=many").text == "".join(f"{n}," for n in range(1000))


@pytest.mark.quirk("stream-rate")
def test_a_stream_is_as_fast_and_as_long_as_it_likes(streams):
    api, _ = streams
    started = time.perf_counter()
    assert len(api.call("/?k=big").content) == 12 * 2**20
    assert time.perf_counter() - started < 4


@pytest.mark.parametrize("kind", ["raise", "plain", "no metadata", "bad metadata"])
def test_what_fails_before_the_first_byte_is_a_502(streams, kind):
    api, _ = streams
    answer = api.call(f"/?k={kind}")
    assert (answer.status_code, answer.text) == (502, INTERNAL)


def test_a_fault_in_mid_stream_cuts_the_body(streams):
    api, _ = streams
    answer = api.call("/?k=broken", stream=True)
    assert answer.status_code == 200
    received = b""
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        for piece in answer.iter_content(chunk_size=None):
            received += piece
    assert received == b"first"


def test_the_timeout_is_a_504_before_the_first_byte_and_cuts_after_it(streams):
    api, _ = streams
    early = api.call("/short?k=late")
    assert (early.status_code, early.text) == (504, '{"message": "Endpoint request timed out"}')
    started = time.perf_counter()
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        api.call("/short?k=endless")
    assert time.perf_counter() - started < 10  # it would go on until the function's Timeout


@pytest.mark.quirk("stream-hang-up")
def test_a_client_that_leaves_stops_the_generator(account, streams):
    api, function = streams
    with api.call("/?k=endless", stream=True) as answer:
        assert next(answer.iter_content(chunk_size=1)) == b"."
    group = f"/aws/lambda/{function.rpartition(':')[2]}"
    end = time.perf_counter() + 3
    while "the model is free" not in lines(account, group) and time.perf_counter() < end:
        time.sleep(0.05)
    assert "the model is free" in lines(account, group)
    assert api.call("/?k=pid").status_code == 200


def test_a_generator_without_a_stream_is_an_answer_that_is_no_json(streams):
    api, _ = streams
    assert api.call("/buffered?k=pid").status_code == 502


def test_a_stream_is_logged_whole_before_its_last_byte(account, streams):
    api, _ = streams
    allow_logging(account)
    account.client("logs").create_log_group(logGroupName="/kit/streams")
    text = "$context.requestId $context.status $context.responseLength $context.responseLatency"
    log_to(account, api, "/kit/streams", f"{text} $context.integration.responseTransferMode")
    answer = api.call("/")
    rid, status, length, latency, mode = lines(account, "/kit/streams")[-1].split()
    assert (rid, status) == (answer.headers["x-amzn-RequestId"], "201")
    assert (int(length), mode) == (len(answer.content), "STREAMED")
    assert int(latency) >= 600


def test_streaming_needs_only_the_permission_to_invoke(account, streams):
    _, function = streams
    api = account.api()
    right = api.path("right")
    api.proxy(function, right, uri=stream_uri(function), responseTransferMode="STREAM")
    api.deploy("v1")
    assert api.call("/right?k=pid").status_code == 500
    api.may_invoke(function)
    assert api.call("/right?k=pid").status_code == 200


def test_mode_and_address_of_a_function_have_to_agree(account, streams):
    _, function = streams
    api = account.api()
    client = account.client("apigateway")
    with pytest.raises(ClientError, match="STREAM is only supported for Lambda functions invoked"):
        api.proxy(function, api.path("one"), responseTransferMode="STREAM")
    with pytest.raises(ClientError, match="Cannot use ResponseTransferMode BUFFERED"):
        api.proxy(function, api.path("two"), uri=stream_uri(function))
    both = api.path("both")
    api.proxy(function, both, uri=stream_uri(function), responseTransferMode="STREAM")
    place = {"restApiId": api.id, "resourceId": both, "httpMethod": "GET"}
    half = [{"op": "replace", "path": "/responseTransferMode", "value": "BUFFERED"}]
    with pytest.raises(ClientError, match="Cannot use ResponseTransferMode BUFFERED"):
        client.update_integration(**place, patchOperations=half)
    assert client.get_integration(**place)["responseTransferMode"] == "STREAM"


class Slow(BaseHTTPRequestHandler):
    """A server that sends a word each 0.2 s, or breaks off."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(203)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("x-mine", "yes")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for word in ("one", "two", "three"):
            self.wfile.write(f"{len(word):x}\r\n{word}\r\n".encode())
            time.sleep(0.2)
        if self.path == "/whole":
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def slow_server():
    """The URL of a server that streams."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_an_http_proxy_streams_with_its_headers(account, slow_server):
    api = account.api()
    for part in ("whole", "broken"):
        account.gateway.put_integration(
            **api.method(api.path(part)),
            type="HTTP_PROXY",
            integrationHttpMethod="GET",
            uri=f"{slow_server}/{part}",
            responseTransferMode="STREAM",
        )
    api.deploy("v1")
    url = urlsplit(invoke_url(account.running.endpoint, api.id, "v1"))
    connection = http.client.HTTPConnection(url.netloc, timeout=5)
    connection.request("GET", f"{url.path}/whole")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["x-mine"]) == (203, "yes")
    assert answer.read1(100) == b"one"
    assert answer.read() == b"twothree"
    connection.close()
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        api.call("/broken")
