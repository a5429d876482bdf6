"""Requests that no client of AWS sends: each is refused with a 4xx, and the server goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from botocore.session import get_session

from tests.sandbox.server.shapes import signed

SESSION = get_session()
BODIES = (b"{", b"[1]", b'"x"', b"\xff\xfe")


def send(account: Any, client: Any, verb: str, path: str, service: str, **more: Any) -> Any:
    """The answer to a request that is signed well, whatever is wrong with it otherwise."""
    url, body, headers = account.running.endpoint + path, more.get("data", b""), more.get("headers")
    headers = signed(account.running, verb, url, service, body, headers)
    return client.request(verb, url, data=body, headers=headers, timeout=10)


def wrong_types(shape: Any) -> bytes:
    """A body whose every member has a type that is not its own."""
    wrong: dict[str, Any] = {}
    for name, member in shape.members.items():
        if "location" not in member.serialization:
            scalar = member.type_name in ("string", "boolean", "integer", "long", "float", "double")
            wrong[member.serialization.get("name", name)] = {"a": 1} if scalar else 7
    return json.dumps(wrong).encode()


def of_rest(service: str) -> Iterator[tuple[str, str, bytes]]:
    """Each call of a REST service with each body that it cannot take."""
    model = SESSION.get_service_model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        path = re.sub(r"\{\w+\+?\}", "x", operation.http["requestUri"])
        shape = operation.input_shape
        bodies = (*BODIES, wrong_types(shape)) if shape else (b"",)
        for body in bodies if operation.http["method"] != "GET" else (b"",):
            yield operation.http["method"], path, body


@pytest.mark.parametrize("service", ["apigateway", "lambda"])
def test_each_call_of_a_rest_service_survives_nonsense(account, service):
    count = 0
    with requests.Session() as client:
        for verb, path, body in of_rest(service):
            answer = send(account, client, verb, path, service, data=body)
            assert answer.status_code < 500, (verb, path, body, answer.text)
            assert "Traceback" not in answer.text
            count += 1
    assert count > 250
    assert account.running.alive()


@pytest.mark.parametrize(
    ("service", "signs", "target"),
    [
        ("logs", "logs", "Logs_20140328"),
        ("cloudwatch", "monitoring", "GraniteServiceVersion20100801"),
    ],
)
def test_each_call_of_a_json_service_survives_nonsense(account, service, signs, target):
    model = SESSION.get_service_model(service)
    with requests.Session() as client:
        for name in model.operation_names:
            shape = model.operation_model(name).input_shape
            headers = {
                "X-Amz-Target": f"{target}.{name}",
                "Content-Type": "application/x-amz-json-1.1",
            }
            for body in (*BODIES, b"{}", *([wrong_types(shape)] if shape else [])):
                answer = send(account, client, "POST", "/", signs, data=body, headers=headers)
                assert answer.status_code < 500, (name, body, answer.text)


@pytest.mark.parametrize(("service", "signs"), [("iam", "iam"), ("cloudwatch", "monitoring")])
def test_each_call_of_a_query_service_survives_nonsense(account, service, signs):
    model = SESSION.get_service_model(service)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with requests.Session() as client:
        for name in model.operation_names:
            for rest in ("", "&=&&x=%ff", "&MaxItems=x&Period=x&Tags.member.x.Key=1"):
                body = f"Action={name}&Version=2010-05-08{rest}".encode()
                answer = send(account, client, "POST", "/", signs, data=body, headers=headers)
                assert answer.status_code < 500, (name, rest, answer.text)


@pytest.mark.parametrize(
    ("verb", "path", "body", "code"),
    [
        ("POST", "/restapis", b"{", "SerializationException"),
        ("POST", "/restapis", b'{"name": true}', "SerializationException"),
        ("POST", "/restapis", b'{"name": ["x"]}', "SerializationException"),
        ("POST", "/restapis", b"{}", "ValidationException"),
        ("PATCH", "/restapis/x", b'{"patchOperations": 5}', "SerializationException"),
        ("PATCH", "/restapis/x", b'{"patchOperations": [{"op": 1}]}', "SerializationException"),
        ("POST", "/2015-03-31/functions", b"{", "InvalidRequestContentException"),
        ("POST", "/2015-03-31/functions", b"{}", "ValidationException"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_as_aws_says_it(account, verb, path, body, code):
    service = "lambda" if "functions" in path else "apigateway"
    found = send(account, requests, verb, path, service, data=body)
    assert (found.status_code, found.headers["x-amzn-errortype"]) == (400, code)
    assert found.json()["message"]


# An alarm that could be put, as a map in CBOR.
ALARM = b"".join(
    (
        b"\xa9\x69AlarmName\x61z\x72ComparisonOperator\x74GreaterThanThreshold",
        b"\x71EvaluationPeriods\x01\x6aMetricName\x61m\x69Namespace\x61n\x66Period\x18\x3c",
        b"\x69Statistic\x63Sum\x69Threshold\x01\x6eActionsEnabled\xf4",
    )
)


def put_alarm(account: Any, body: bytes) -> requests.Response:
    """What CloudWatch answers to an alarm in CBOR."""
    path = "/service/GraniteServiceVersion20100801/operation/PutMetricAlarm"
    headers = {
        "Content-Type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
    }
    return send(account, requests, "POST", path, "monitoring", data=body, headers=headers)


def test_an_alarm_in_cbor(account):
    assert put_alarm(account, ALARM).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xa1",
        b"\xbf\x61",
        b"\x9f" * 5000,
        b"\x5b" + b"\xff" * 8,
        b"\xff",
        ALARM + b"\x00",  # more than a value
        ALARM.replace(b"\x61z", b"\x41z"),  # bytes for a name
        ALARM.replace(b"\x6eActionsEnabled", b"\x4eActionsEnabled"),  # bytes for a key
        ALARM.replace(b"\x61z", b"\xc1\x61z"),  # a moment that is a text
        ALARM.replace(b"\x61z", b"\x61\xff"),  # no text in UTF-8
    ],
)
def test_cbor_that_is_none(account, body):
    found = put_alarm(account, body)
    assert found.status_code == 400
    assert found.headers["smithy-protocol"] == "rpc-v2-cbor"
