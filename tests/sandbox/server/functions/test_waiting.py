"""Who gets an environment: never more than the machine holds, and nobody waits for nobody."""

import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace
from unittest.mock import Mock
from urllib.parse import urlsplit

import botocore.exceptions
import psutil
import pytest

from sandbox.server.functions import waiting
from sandbox.urls import invoke_url
from tests.sandbox.server.functions.test_worker import invoke

CORES = os.cpu_count() or 2
BIG = """
import os, time
BIG = bytearray(b'x') * (130 * 2**20)
def handler(event, context):
    time.sleep(float((event.get("queryStringParameters") or event).get("s", 0.2)))
    return {"statusCode": 200, "body": str(os.getpid())}
"""


def environments(account, function):
    """The processes of the sandbox that hold this function, whatever they do."""
    name = function.rsplit(":", 1)[1]
    found = []
    for process in psutil.Process(account.running.pid).children(recursive=True):
        with suppress(psutil.Error):
            if process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == name:
                found.append(process.pid)
    return found


@pytest.mark.quirk("big-functions")
def test_no_more_big_environments_than_cores(account):
    big = account.function(
        "import os, time\n"
        "BIG = bytearray(b'x') * (130 * 2**20)\n"
        "def handler(event, context):\n"
        "    time.sleep(0.2)\n"
        "    return os.getpid()\n",
        Timeout=20,
    )
    with ThreadPoolExecutor(8) as pool:
        pids = set(pool.map(lambda _: invoke(account, big)[0], range(8)))
    assert len(pids) <= (os.cpu_count() or 2)


@pytest.mark.quirk("account-concurrency")
def test_no_more_environments_than_the_machine_holds(account, monkeypatch):
    limit = account.functions.get_account_settings()["AccountLimit"]
    assert limit["ConcurrentExecutions"] == 1000
    busy = [SimpleNamespace(in_use=True, _start_time=None) for _ in range(waiting.ENVIRONMENTS)]
    monkeypatch.setattr(waiting.lambda_runtime, "_workers", {"0:r:other:$LATEST": busy})
    lease = waiting.acquire(lambda *_, **__: time.perf_counter())
    config = {"FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f", "Timeout": 5}
    started = time.perf_counter()
    threading.Timer(0.4, setattr, (busy[0], "in_use", False)).start()
    assert 0.35 < lease("f", config, b"") - started < 2
    busy[0].in_use = True
    # It may be waiting for itself, so it does not wait for ever; and it does not start either.
    started = time.perf_counter()
    assert lease("f", {**config, "Timeout": 0.3}, b"") == waiting.TURNED_AWAY
    assert 0.25 < time.perf_counter() - started < 2
    # An environment of older code that still answers is one, too.
    busy.pop()
    old = Mock(in_use=True, func_name="other", config=config)
    monkeypatch.setattr(waiting, "retired", {old})
    assert lease("f", {**config, "Timeout": 0.1}, b"") == waiting.TURNED_AWAY


def test_a_flood_that_waits_too_long_is_turned_away_and_starts_nothing(account):
    function = account.function(BIG, Timeout=2)
    invoke(account, function)

    def ask(_):
        try:
            return invoke(account, function, s=1.5)[0]["statusCode"]
        except botocore.exceptions.ClientError as error:
            return error.response["Error"]["Code"]

    most = 0
    with ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(ask, at) for at in range(16)]
        while not all(one.done() for one in asked):
            most = max(most, len(environments(account, function)))
            time.sleep(0.2)
    answers = [one.result() for one in asked]
    assert 0 < most <= CORES
    assert set(answers) == {200, "TooManyRequestsException"}
    assert invoke(account, function)[0]["statusCode"] == 200


def test_who_has_left_no_longer_waits_in_line(account):
    """Each waiting prompt would run for a second, and keep the two environments for twenty."""
    api = account.api()
    function = account.function(BIG, Timeout=29)
    api.proxy(function)
    api.may_invoke(function)
    api.deploy("v1")
    assert api.call("/").status_code == 200
    address = urlsplit(invoke_url(account.running.endpoint, api.id, "v1") + "/?s=1")
    lines = []
    for _ in range(40):
        line = socket.create_connection((address.hostname, address.port), timeout=10)
        head = f"GET {address.path}?{address.query} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n"
        line.sendall(head.encode())
        lines.append(line)
    time.sleep(0.5)
    for line in lines:
        line.close()
    started = time.monotonic()
    assert api.call("/?s=0").status_code == 200
    assert time.monotonic() - started < 5  # those that had begun go on to their end
    assert len(environments(account, function)) <= CORES


def test_whom_the_gateway_no_longer_answers_does_not_wait_either(account):
    api = account.api()
    function = account.function(BIG, Timeout=29)
    api.proxy(function, timeoutInMillis=300)
    api.may_invoke(function)
    api.deploy("v1")
    invoke(account, function)
    with ThreadPoolExecutor(30) as pool:
        statuses = list(pool.map(lambda _: api.call("/?s=1").status_code, range(30)))
    assert set(statuses) == {504}
    started = time.monotonic()
    assert invoke(account, function, s=0)[0]["statusCode"] == 200
    assert time.monotonic() - started < 5
