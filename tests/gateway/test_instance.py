"""The server on an instance: who asks, whatever a client claims; its path; its log; its end."""

import importlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from email.message import Message
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import budget
import handler
import pytest
import requests
from instance import ending, shipping, told
from instance.ending import Server

from tests.gateway.fake_model import FakeModel
from tests.gateway.table import Table

FUNCTION = Path(told.__file__).resolve().parents[1]


def head(**given):
    message = Message()
    for name, value in given.items():
        message[name.replace("_", "-")] = value
    return message


def test_elsewhere_a_clients_headers_say_nothing():
    assert told.context(head(x_gateway_key_id="mallory", x_gateway_asked_by="function")) == {}
    assert told.path("/v1/model", head(x_gateway_stage="v1")) == "/v1/model"


def test_on_an_instance_headers_of_the_gateway_are_the_requests_context(monkeypatch):
    monkeypatch.setattr(told, "BEHIND_BALANCER", True)
    given = head(x_gateway_key_id="k1", x_gateway_team="blue", x_gateway_request_id="r1",
                 x_gateway_asked_by="gateway")  # fmt: skip
    known = {"requestId": "r1", "identity": {"apiKeyId": "k1"}, "team": "blue", "paid": False}
    assert told.context(given) == known
    assert told.context(head(x_gateway_asked_by="function"))["paid"] is True
    for path, stage, truth in (
        ("/v1/model", "v1", "/model"),
        ("/model", "v1", "/model"),
        ("/v1x/model", "v1", "/v1x/model"),
        ("/v1/v1/model", "v1", "/v1/model"),
        ("/v1", "v1", "/v1"),
        ("//model", "", "//model"),
    ):
        assert told.path(path, head(x_gateway_stage=stage)) == truth
    for path in ("/v1/model", "//model", "/XXXX/model", "/None/model"):
        assert told.path(path, head()) == path


class Logs:
    """CloudWatch Logs, as far as lines are sent."""

    exceptions = SimpleNamespace(ResourceAlreadyExistsException=KeyError)

    def __init__(self, fails=False):
        self.sent, self.fails, self.streams = [], fails, 0

    def create_log_stream(self, logGroupName, logStreamName):
        assert (logGroupName, logStreamName) == ("group", "stream")
        self.streams += 1
        raise KeyError

    def put_log_events(self, logGroupName, logStreamName, logEvents):
        """AWS wants milliseconds since 1970, the oldest first, and 10,000 lines at most."""
        assert (logGroupName, logStreamName) == ("group", "stream") and self.streams
        times = [each["timestamp"] for each in logEvents]
        assert times == sorted(times) and 0 < len(times) <= 10_000
        assert all(abs(each / 1000 - time.time()) < 60 for each in times)
        if self.fails:
            raise TimeoutError
        self.sent += [each["message"] for each in logEvents]


def test_lines_are_printed_and_sent_and_the_last_ones_at_the_end(capsys):
    client, printed = Logs(), io.StringIO()
    lines = shipping.Shipping(client, "group", "stream", printed)
    print('{"a": 1}\n{"b": 2}', file=lines)
    lines.close()
    assert client.sent == ['{"a": 1}', '{"b": 2}'] and client.streams == 1
    assert printed.getvalue() == '{"a": 1}\n{"b": 2}\n'
    failing = shipping.Shipping(Logs(fails=True), "group", "stream", printed)
    print("lost", file=failing)
    failing.close()
    assert "1 lines not sent: TimeoutError" in capsys.readouterr().err


def test_many_lines_are_sent_in_several_calls_and_none_is_lost_at_the_end():
    client = Logs()
    lines = shipping.Shipping(client, "group", "stream", io.StringIO())
    many = [f"line {number}" for number in range(2 * shipping.AT_ONCE + 1)]
    print("\n".join(many), file=lines)
    lines.close()
    assert client.sent == many and client.streams == 1


def test_an_empty_line_is_printed_and_not_sent():
    client, printed = Logs(), io.StringIO()
    lines = shipping.Shipping(client, "group", "stream", printed)
    assert lines.write("\n  \none\n") == 8
    lines.close()
    assert client.sent == ["one"] and printed.getvalue() == "\n  \none\n"


def test_without_a_group_nothing_is_sent(monkeypatch):
    monkeypatch.delenv("LOG_GROUP", raising=False)
    assert shipping.begin("stream") is None


def test_at_its_end_a_server_gives_the_last_answer_and_hushes_who_waits(monkeypatch):
    import server

    begun = threading.Event()

    def respond(event, context):
        begun.set()
        time.sleep(0.6)
        yield {"statusCode": 200, "headers": {}}
        yield b"the last answer"

    monkeypatch.setattr(handler, "respond", respond)
    served = Server(("127.0.0.1", 0), server.Requests)
    threading.Thread(target=served.serve_forever, args=(0.01,), daemon=True).start()
    idle = socket.create_connection(served.server_address)
    answers = []
    url = f"http://127.0.0.1:{served.server_port}/model"
    caller = threading.Thread(target=lambda: answers.append(requests.get(url, timeout=10).text))
    caller.start()
    assert begun.wait(5)
    began = time.monotonic()
    served.end()
    assert 0.2 < time.monotonic() - began < 30, "it ends when the answer is given"
    caller.join(5)
    assert answers == ["the last answer"]
    idle.settimeout(5)
    assert idle.recv(10) == b""
    idle.close()
    served.server_close()


def test_an_answer_that_does_not_end_is_waited_for_a_minute_and_no_longer(monkeypatch):
    assert ending.LONGEST == 60.0  # systemd kills after 90: TimeoutStopSec
    monkeypatch.setattr(ending, "LONGEST", 0.2)
    served = Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    threading.Thread(target=served.serve_forever, args=(0.01,), daemon=True).start()
    one, other = socket.socketpair()
    served.working(one, True)
    began = time.monotonic()
    served.end()
    assert 0.2 <= time.monotonic() - began < 30
    for each in (one, other):
        each.close()
    served.server_close()


def test_a_connection_that_is_over_is_not_waited_for(monkeypatch):
    served = Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    threading.Thread(target=served.serve_forever, args=(0.01,), daemon=True).start()
    one, other = socket.socketpair()
    served.working(one, True)
    served.shutdown_request(one)
    began = time.monotonic()
    served.end()
    assert time.monotonic() - began < 30
    other.close()
    served.server_close()


def test_started_with_a_file_of_variables_it_answers_and_ends_when_told(tmp_path):
    """As a unit starts it: start.py beside variables.json, and then SIGTERM."""
    for file in FUNCTION.rglob("*.py"):
        copy = tmp_path / file.relative_to(FUNCTION)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(file.read_bytes())
    variables = {"BEHIND_BALANCER": "1", "POOL": "blue", "SYSTEM_PROMPT": "Be brief."}
    (tmp_path / "variables.json").write_text(json.dumps(variables))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "AWS_LWA_PORT": str(port), "HOST": "127.0.0.1"}
    with subprocess.Popen([sys.executable, "start.py"], cwd=tmp_path, env=env) as process:
        answer, end = None, time.time() + 30
        while answer is None and time.time() < end:
            try:
                answer = requests.get(f"http://127.0.0.1:{port}/v1/model", timeout=5,
                                      headers={"x-gateway-stage": "v1"})  # fmt: skip
            except requests.ConnectionError:
                time.sleep(0.1)
        assert answer is not None and answer.status_code == 200
        assert answer.headers["x-served-by"] == f"blue/127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.fixture
def function(monkeypatch):
    """The handler with a model of its own; what others need is handed in."""
    model = FakeModel("Hel", "lo")
    monkeypatch.setattr(handler, "MODEL", model)
    return model


def event(**about):
    return {
        "httpMethod": "POST",
        "path": "/model",
        "headers": {"Content-Type": "application/json"},
        "requestContext": {"requestId": "r1", **about},
        "body": json.dumps({"prompt": "Hi"}),
        "isBase64Encoded": False,
    }


CONTEXT = SimpleNamespace(aws_request_id="l1", get_remaining_time_in_millis=lambda: 20_000)


def test_the_function_stands_in_for_a_backend_that_is_dead_and_pays_once(
    function, monkeypatch, capsys
):
    monkeypatch.setenv(
        "FIRST_BACKENDS", json.dumps([{"name": "dead", "url": "http://127.0.0.1:1"}])
    )
    order = importlib.import_module("failover.order")
    monkeypatch.setattr(handler, "ORDER", order.from_environment(function))
    table = Table()
    monkeypatch.setattr(handler, "BUDGET", budget.Budget(table, "budgets", 1000))
    answer = handler.handler(event(identity={"apiKeyId": "k1"}), CONTEXT)
    assert (answer["statusCode"], json.loads(answer["body"])["completion"]) == (200, "Hello")
    assert answer["headers"]["x-served-by"] == "function"
    (item,) = table.items.values()
    assert item["taken"]["N"] == "5"
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["tried"], line["served_by"]) == (["dead 503"], "function")


def test_what_the_function_has_paid_for_an_instance_does_not_charge(function, monkeypatch):
    table = Table()
    monkeypatch.setattr(handler, "BUDGET", budget.Budget(table, "budgets", 1000))
    assert handler.handler(event(paid=True), CONTEXT)["statusCode"] == 200
    assert table.items == {}


@pytest.mark.parametrize(
    ("variables", "pools", "named"),
    [
        ({"pool": "stable"}, {"candidate": 100}, "stable"),
        (None, {"stable": 0, "candidate": 100}, "candidate"),
        (None, None, None),
    ],
)
def test_a_pool_is_named_by_the_stage_or_drawn_where_the_adapter_tells_no_stage_variables(
    function, monkeypatch, variables, pools, named
):
    monkeypatch.setenv(
        "FIRST_BACKENDS", json.dumps([{"name": "a", "url": "http://127.0.0.1:1", "ours": True}])
    )
    if pools:
        monkeypatch.setenv("POOLS", json.dumps(pools))
    order = importlib.import_module("failover.order")
    told = []

    class Order(order.Order):
        def chain(self, deadline, who):
            told.append(who.get("x-gateway-pool"))
            return super().chain(deadline, who)

    made = order.from_environment(function)
    monkeypatch.setattr(handler, "ORDER", Order(made.first, made.model, made.pools))
    answer = handler.handler({**event(), "stageVariables": variables}, CONTEXT)
    assert (answer["statusCode"], told) == (200, [named])
