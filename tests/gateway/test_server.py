"""The function as a web server: the same answers over HTTP, streams as they come, hang-ups."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from http.server import ThreadingHTTPServer
from pathlib import Path

import pages
import pytest
import requests
import server
from model import MODEL

CHAT = {
    "model": MODEL.name,
    "messages": [{"role": "user", "content": "Tell a long story about the sea."}],
    "max_tokens": 64,
}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def address():
    """Where the server listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), server.Requests) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served.server_address
        served.shutdown()


def call(address, method, path, body=None, headers=JSON, **more):
    """A request with a connection of its own."""
    host, port = address
    text = json.dumps(body) if body else None
    url = f"http://{host}:{port}{path}"
    return requests.request(method, url, data=text, headers=headers, timeout=20, **more)


def logged(capsys, wanted=1):
    """The lines that are logged, once there are as many as wanted."""
    text, end = "", time.perf_counter() + 10
    while text.count("\n") < wanted and time.perf_counter() < end:
        text += capsys.readouterr().out
        time.sleep(0.01)
    return [json.loads(line) for line in text.splitlines()]


def test_health_says_that_the_model_is_there_and_logs_nothing(address, capsys):
    answer = call(address, "GET", "/health")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert capsys.readouterr().out == ""


def test_each_route_answers_as_in_lambda(address):
    assert call(address, "GET", "/model").json()["name"] == MODEL.name
    assert call(address, "GET", "/models?limit=1").json()["data"][0]["id"] == MODEL.name
    prompt = {"prompt": "What is the capital of France?"}
    assert call(address, "POST", "/model", prompt).json()["completion"].endswith("Paris.")
    answer = call(address, "POST", "/chat/completions", {**CHAT, "n": 2})
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/json")
    assert answer.json()["error"]["param"] == "n"
    answer = call(address, "DELETE", "/chat/completions")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, POST")


def test_answers_without_a_body_leave_the_connection_usable(address):
    connection = http.client.HTTPConnection(*address, timeout=20)
    connection.connect()
    used = connection.sock
    for method, path, status in (
        ("HEAD", "/model", 200),
        ("OPTIONS", "/model", 204),
        ("HEAD", "/nowhere", 404),
        ("GET", "/model", 200),
    ):
        connection.request(method, path)
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (status, method == "GET")
        assert connection.sock is used
    connection.close()


def test_tokens_arrive_while_they_are_written(address):
    started = time.perf_counter()
    body = {**CHAT, "stream": True}
    with call(address, "POST", "/chat/completions", body, stream=True) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        pieces = [(time.perf_counter() - started, p) for p in answer.iter_content(None)]
    assert pieces[0][1].startswith(b"data: {") and pieces[-1][1].endswith(b"data: [DONE]\n\n")
    assert pieces[0][0] < pieces[-1][0] / 2
    assert len(pieces) > 50


def test_a_client_that_hangs_up_sets_the_model_free(address, capsys):
    body = json.dumps({**CHAT, "stream": True, "max_tokens": 256}).encode()
    with socket.create_connection(address) as client:
        head = f"POST /chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        client.sendall(head.encode() + body)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
    (line,) = logged(capsys)
    assert line["aborted"] is True
    assert 0 < line["completion_tokens"] < 128
    assert call(address, "POST", "/model", {"prompt": "Hi", "max_tokens": 1}).status_code == 200


def test_a_client_of_http_1_0_gets_no_chunks(address):
    with socket.create_connection(address) as client:
        client.sendall(b"GET /models HTTP/1.0\r\n\r\n")
        head, _, body = b"".join(iter(lambda: client.recv(4096), b"")).partition(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in head
    assert json.loads(body)["object"] == "list"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Length": "65537"}, 413, "too_large"),
        ({"Content-Length": "-1"}, 411, "length_required"),
        ({"Content-Length": "many"}, 411, "length_required"),
        ({"Transfer-Encoding": "chunked"}, 411, "length_required"),
    ],
)
def test_a_body_of_no_good_size_is_refused_unread(address, headers, status, code):
    connection = http.client.HTTPConnection(*address, timeout=20)
    connection.putrequest("POST", "/model")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)["error"]["code"]) == (status, code)
    assert answer.headers["Connection"] == "close"
    connection.close()


def test_the_adapter_says_who_calls_and_until_when(address, monkeypatch, capsys):
    monkeypatch.setattr(server, "BEHIND_ADAPTER", True)
    about = {"requestId": "gateway-1", "stage": "v1", "identity": {"apiKeyId": "key-1"}}
    told = {"request_id": "lambda-1", "deadline": int(time.time() * 1000) + 29_000}
    headers = {
        **JSON,
        "x-amzn-request-context": json.dumps(about),
        "x-amzn-lambda-context": json.dumps(told),
    }
    assert call(address, "GET", "/model", headers=headers).status_code == 200
    (line,) = logged(capsys)
    names = ("request_id", "lambda_request_id", "key_id")
    assert [line[name] for name in names] == ["gateway-1", "lambda-1", "key-1"]
    left = server.Context(told).get_remaining_time_in_millis()
    assert 28_000 < left <= 29_000


def test_nobody_else_can_say_who_calls(address, capsys):
    headers = {**JSON, "x-amzn-request-context": '{"identity": {"apiKeyId": "key-1"}}'}
    assert call(address, "GET", "/model", headers=headers).status_code == 200
    (line,) = logged(capsys)
    assert "key_id" not in line


def test_the_adapter_s_script_starts_it(tmp_path):
    folder = Path(server.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(folder, tmp_path, ignore=ignored, dirs_exist_ok=True)
    assert b"\r" not in (tmp_path / "run.sh").read_bytes()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "AWS_LWA_PORT": str(port), "PATH": search}
    started = subprocess.Popen(["sh", "run.sh"], cwd=tmp_path, env=environment)
    try:
        end = time.perf_counter() + 30
        while time.perf_counter() < end:
            try:
                assert call(("127.0.0.1", port), "GET", "/health").status_code == 200
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        assert call(("127.0.0.1", port), "GET", "/models").json()["object"] == "list"
    finally:
        started.kill()
        started.wait()


def raw(address, request):
    """What a request gets that no client would send: status, headers, the error's code."""
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(request)
        answer = http.client.HTTPResponse(client)
        answer.begin()
        return answer.status, answer.headers, json.load(answer)["error"]["code"]


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"POST /model HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", 413, "too_large"),
        (b"POST /model HTTP/1.1\r\nContent-Length: many\r\n\r\n", 411, "length_required"),
        (b"BREW /model HTTP/1.1\r\n\r\n", 501, "not_http"),
        (b"GET /model HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n", 431, "not_http"),
    ],
    ids=["413", "411", "501", "431"],
)
def test_what_the_server_itself_refuses_is_in_our_shape_too(address, request_bytes, status, code):
    got, headers, told = raw(address, request_bytes)
    assert (got, told) == (status, code)
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "application/json"


def test_every_answer_is_never_kept_and_names_the_page_that_may_read_it(address, monkeypatch):
    monkeypatch.setattr(pages, "ORIGINS", frozenset(["https://page.example"]))
    asks = {**JSON, "Origin": "https://page.example"}
    for path in ("/health", "/model", "/models", "/nowhere"):
        answer = call(address, "GET", path, headers=asks)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        allowed = answer.headers.get("Access-Control-Allow-Origin")
        assert allowed == (None if path == "/health" else "https://page.example")
    head = b"POST /model HTTP/1.1\r\nOrigin: https://page.example\r\nContent-Length: -1\r\n\r\n"
    _, headers, _ = raw(address, head)
    assert headers["Access-Control-Allow-Origin"] == "https://page.example"
