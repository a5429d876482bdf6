"""Who may knock: what browsers say of themselves, and names that point at this machine."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
import requests

from sandbox import proof
from tests.sandbox.server.shapes import signed

PAGE = {"Origin": "http://page.example"}
# As Chromium, Firefox and Safari send them: an Origin with each POST and each fetch of another
# origin ("null" from a file or a frame in a sandbox), Sec-Fetch-Site with all else.
BROWSERS: tuple[dict[str, str], ...] = (
    PAGE,
    {"Origin": "null"},
    {**PAGE, "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"},
)
NAMES = (
    "attacker.example",
    "attacker.example:{port}",
    "127.0.0.1.nip.io:{port}",
    "127.0.0.1:1",
    "",
)


def cors(answer: requests.Response) -> list[str]:
    """The headers with which an answer lets pages read it."""
    return [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("headers", BROWSERS, ids=str)
def test_a_browsers_call_is_refused_even_when_it_is_signed(account, headers):
    url = f"{account.running.endpoint}/restapis"
    body = b'{"name": "of a page"}'
    sign = signed(account.running, "POST", url, "apigateway", body)
    answer = requests.post(url, data=body, headers={**sign, **headers}, timeout=10)
    assert answer.status_code == 403
    assert "from a browser" in answer.json()["message"]
    assert cors(answer) == []
    assert "of a page" not in json.dumps(account.gateway.get_rest_apis(limit=500), default=str)


def test_the_address_bar_is_no_page_but_nobody_either(account):
    typed = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}
    answer = requests.get(f"{account.running.endpoint}/restapis", headers=typed, timeout=10)
    assert answer.json()["message"] == "Missing Authentication Token"


@pytest.mark.parametrize("path", ["/", "/restapis", "/2015-03-31/functions", "/bucket/key"])
def test_no_page_is_promised_that_it_may_call(account, path):
    asks = {**PAGE, "Access-Control-Request-Method": "POST"}
    answer = requests.options(account.running.endpoint + path, headers=asks, timeout=10)
    assert (answer.status_code, cors(answer)) == (403, [])


def test_answers_to_programs_allow_no_page_to_read_them(account):
    for service, call in (("apigateway", "get_rest_apis"), ("iam", "list_roles")):
        found = getattr(account.client(service), call)()
        names = found["ResponseMetadata"]["HTTPHeaders"]
        assert not [name for name in names if name.startswith("access-control-")]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["/restapis", "/_aws/execute-api/abc/v1/", "/_kit/health"])
def test_a_name_that_points_at_this_machine_is_not_answered(account, name, path):
    host = name.format(port=account.running.port)
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n"
    head += f"{proof.HEADER}: {proof.of_request(account.running.token, 'GET', path)}\r\n"
    head += "Connection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", account.running.port), timeout=5) as client:
        client.sendall(head.encode())
        with client.makefile() as file:
            answer = file.read()
    assert answer.startswith("HTTP/1.1 403 ")
    assert f"call http://127.0.0.1:{account.running.port}" in answer


def test_nor_is_it_when_it_asks_for_a_socket(account):
    head = (
        "GET /_aws/execute-api/abc/v1 HTTP/1.1\r\nHost: attacker.example\r\nUpgrade: websocket\r\n"
    )
    head += "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    head += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    with socket.create_connection(("127.0.0.1", account.running.port), timeout=5) as client:
        client.sendall(head.encode())
        assert client.recv(100).startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    "host",
    ["a.iot.us-east-1.localhost:{port}", "a.appsync-realtime-api.us-east-1.localhost:{port}"],
)
def test_a_socket_leads_to_an_api_and_nowhere_else(account, host):
    """A page may ask for one whatever its origin is, and nobody would check a signature."""
    head = f"GET /mqtt HTTP/1.1\r\nHost: {host.format(port=account.running.port)}\r\n"
    head += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    head += "Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    head += "Origin: http://page.example\r\n\r\n"
    with socket.create_connection(("127.0.0.1", account.running.port), timeout=5) as client:
        client.sendall(head.encode())
        assert client.recv(100).startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "LOCALHOST:{port}", "bucket.localhost:{port}", "127.0.0.1:{port}"]
)
def test_names_of_this_machine_are_answered(account, host):
    headers = {"Host": host.format(port=account.running.port)}
    answer = requests.get(f"{account.running.endpoint}/restapis", headers=headers, timeout=10)
    assert "Missing Authentication Token" in answer.text or "NoSuchBucket" in answer.text


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/health"),
        ("GET", "/_ministack/lambda-code/000000000000/us-east-1/function1"),
        ("GET", "/_ministack/ses/messages"),
        ("GET", "/_localstack/health"),
        ("GET", "/health"),
    ],
)
def test_the_emulators_own_doors_are_closed(account, verb, path):
    for headers in ({}, PAGE, {proof.HEADER: "1.2.guess"}):
        answer = requests.request(
            verb, account.running.endpoint + path, headers=headers, timeout=10
        )
        assert (answer.status_code, cors(answer)) == (403, [])


def test_an_api_is_open_to_pages_and_answers_them_with_its_own_headers(account):
    api = account.api()
    function = account.function(
        "def handler(event, context):\n"
        "    allow = {'Access-Control-Allow-Origin': 'http://page.example'}\n"
        "    return {'statusCode': 200, 'headers': allow, 'body': event['httpMethod']}\n"
    )
    api.proxy(function, verb="ANY")
    api.mock("no CORS here", api.path("plain"))
    api.may_invoke(function)
    api.deploy("v1")
    for verb in ("GET", "POST", "OPTIONS"):
        for headers in BROWSERS:
            answer = api.call("/", verb, headers=headers)
            assert (answer.status_code, answer.text) == (200, verb)
            assert answer.headers["Access-Control-Allow-Origin"] == "http://page.example"
    assert cors(api.call("/plain", headers=PAGE)) == []


def test_a_bucket_answers_pages_by_its_own_rules(account):
    s3 = account.client("s3")
    s3.create_bucket(Bucket="for-pages")
    rule = {"AllowedOrigins": ["http://page.example"], "AllowedMethods": ["GET"]}
    s3.put_bucket_cors(Bucket="for-pages", CORSConfiguration={"CORSRules": [rule]})
    s3.put_object(Bucket="for-pages", Key="key", Body=b"hello")
    link = s3.generate_presigned_url("get_object", {"Bucket": "for-pages", "Key": "key"})
    answer = requests.get(link, headers=PAGE, timeout=10)
    assert answer.headers["Access-Control-Allow-Origin"] == "http://page.example"
    other = requests.get(link, headers={"Origin": "http://other.example"}, timeout=10)
    assert (other.status_code, cors(other)) == (200, [])


def test_a_refusal_has_the_form_that_the_clients_of_the_service_read(account: Any):
    endpoint = account.running.endpoint
    named = {"X-Amz-Target": "DynamoDB_20120810.ListTables", **PAGE}
    found = requests.post(endpoint, data=b"{}", headers=named, timeout=10)
    assert found.json()["__type"].endswith("AccessDeniedException")
    found = requests.post(endpoint, data=b"Action=ListRoles", headers=PAGE, timeout=10)
    assert (found.status_code, "AccessDenied" in found.text) == (403, True)
