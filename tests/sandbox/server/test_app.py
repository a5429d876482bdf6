"""The server as a whole: it answers anything, serves on, and knows its emulator."""

import socket

import psutil
import pytest
import requests
from botocore.exceptions import ClientError

from sandbox import cloud


@pytest.mark.parametrize(
    ("verb", "path", "body", "headers"),
    [
        ("POST", "/restapis", b"{", {}),
        ("POST", "/restapis", b"[1]", {}),
        ("PATCH", "/restapis/nothing", b"\xff\xfe", {}),
        ("PATCH", "/usageplans/nothing", b'{"patchOperations": 5}', {}),
        ("POST", "/", b"Action=CreateRole&RoleName=%ff", {}),
        ("POST", "/", b"not json", {"X-Amz-Target": "Logs_20140328.CreateLogGroup"}),
        ("GET", "/_aws/execute-api/", b"", {}),
        ("GET", "/_aws/execute-api/nothing/v1/x", b"", {}),
        ("GET", "/_aws/execute-api/%00/v1?%ff=%fe", b"", {}),
        ("GET", "/_kit/nothing", b"", {}),
        ("POST", "/2015-03-31/functions", b"null", {}),
    ],
)
def test_it_survives_what_is_malformed(account, verb, path, body, headers):
    url = account.running.endpoint + path
    found = requests.request(verb, url, data=body, headers=headers, timeout=10)
    assert "Traceback" not in found.text
    assert account.running.alive()


def test_a_service_that_it_lacks_is_refused_at_once_and_costs_nothing(account):
    server = psutil.Process(account.running.pid)
    before, worked = server.memory_info().rss, server.cpu_times().user
    asked = [
        lambda: account.client("sagemaker").list_models(),
        lambda: account.client("redshift").describe_clusters(),
        lambda: account.client("synthetics").describe_canaries(),
    ]
    for ask in asked:
        with pytest.raises(ClientError) as caught:
            ask()
        error = caught.value.response["Error"]
        assert error["Code"] == "NotInTheSandbox"
        assert error["Message"].startswith("The sandbox has no such service: ")
    assert server.cpu_times().user - worked < 1  # however busy the machine is
    assert server.memory_info().rss - before < 40 * 2**20  # of 350, for every model of AWS


def test_it_survives_what_is_not_http(account):
    with socket.create_connection(("127.0.0.1", account.running.port)) as client:
        client.sendall(b"\x16\x03\x01 this is no request\r\n\r\n")
        client.settimeout(5)
        client.recv(200)
    assert account.running.alive()


def test_a_client_that_goes_away_harms_nobody(account):
    api = account.api()
    function = account.function(
        "import time\ndef handler(event, context):\n    time.sleep(0.3)\n    return {}\n"
    )
    api.proxy(function)
    api.may_invoke(function)
    api.deploy("v1")
    request = f"GET /_aws/execute-api/{api.id}/v1/ HTTP/1.1\r\n"
    request += f"Host: 127.0.0.1:{account.running.port}\r\n\r\n"
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", account.running.port)) as client:
            client.sendall(request.encode())
    assert api.call().status_code == 200


def test_many_clients_are_all_answered(account):
    from concurrent.futures import ThreadPoolExecutor

    api = account.api()
    api.mock("one")
    function = account.function("def handler(event, context):\n    return {'body': 'two'}\n")
    api.proxy(function, api.path("two"))
    api.may_invoke(function)
    api.deploy("v1")
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(lambda n: api.call("/two" if n % 4 == 0 else "/").text, range(400)))
    assert found == ["two" if n % 4 == 0 else "one" for n in range(400)]


def test_nothing_raised_in_the_server_and_what_functions_say_is_not_in_its_log(account):
    function = account.function(
        "def handler(event, context):\n    print('said')\n    raise ValueError('of its own')\n"
    )
    account.functions.invoke(FunctionName=function, LogType="Tail")
    log = cloud.logs(account.running.home)
    assert not [line for line in log if "said" in line or "of its own" in line]
    assert not [line for line in log if "Traceback" in line]


def test_another_emulator_is_refused_with_the_fix(monkeypatch):
    from sandbox.server.base import emulator

    emulator.check()
    monkeypatch.setattr(emulator, "VERSION", "9.9.9")
    monkeypatch.setitem(emulator.NAMES, emulator.app, "app no_such_name")
    with pytest.raises(emulator.WrongEmulator) as caught:
        emulator.check()
    assert str(caught.value) == (
        "The sandbox builds on the insides of ministack 9.9.9, but 1.5.33 is installed, "
        "which lacks ministack.app.no_such_name. Fix: pip install ministack==9.9.9"
    )
