"""The log viewer on the real gateway, in a sandbox."""

import os
import time

import boto3
import pytest
import requests

from lab.logs import logs
from lab.logs.events import ACCESS, EXECUTION, FUNCTION
from lab.logs.reading import Reader, refused
from lab.logs.state import DENIED, MISSING, READ

PROMPT = "What is the meaning of gravity?"


def test_one_request_is_followed_from_the_gateway_to_the_report_line(gateway):
    outputs, keys = gateway
    headers = {"Authorization": f"Bearer {keys['green']}"}
    body = {"prompt": PROMPT, "max_tokens": 4}
    answer = requests.post(outputs["model_url"], json=body, headers=headers, timeout=60)
    while answer.status_code == 429:  # a burst of another test has used the limit
        time.sleep(1)
        answer = requests.post(outputs["model_url"], json=body, headers=headers, timeout=60)
    view = logs.logs(answer.headers["x-amzn-RequestId"])
    sources = [line.source for line in view.lines]
    assert sources == sorted(sources, key=(ACCESS, EXECUTION, FUNCTION).index)
    assert {source: sources.count(source) for source in (ACCESS, FUNCTION)} == {
        ACCESS: 1,
        FUNCTION: 4,
    }
    first = [line.text.split()[0] for line in view.lines if line.source == FUNCTION]
    assert [first[0], *first[2:]] == ["START", "END", "REPORT"]
    assert len(view.reports) == 1 and view.reports[0].memory == 1769
    assert "status: 200" in view.text() and "team: green" in view.text()
    for form in (view.text(), str(view.html()), str(view.state())):
        assert PROMPT not in form and keys["green"] not in form


def test_a_call_that_was_refused_never_reached_the_function(gateway):
    outputs, _ = gateway
    answer = requests.get(outputs["model_url"], timeout=30)
    assert answer.status_code == 401
    view = logs.logs(answer.headers["x-amzn-RequestId"])
    assert {line.source for line in view.lines} == {ACCESS, EXECUTION}
    assert "the gateway refused it" in view.text() and view.logs.state == "done"


def test_what_a_function_prints_of_its_event_is_covered(gateway):
    outputs, keys = gateway
    client = boto3.client("logs")
    place = {"logGroupName": outputs["log_group"], "logStreamName": "a learner's own"}
    client.create_log_stream(**place)
    event = {"headers": {"Authorization": keys["blue"]}, "body": PROMPT, "path": "/v1/model"}
    now = int(time.time() * 1000)
    lines = [f"[ERROR] event {event}", "<script>alert(1)</script>"]
    client.put_log_events(**place, logEvents=[{"timestamp": now, "message": m} for m in lines])
    view = logs.logs(group="function", grep="error", level="error")
    assert "/v1/model" in view.text() and "2 values covered" in view.text()
    assert keys["blue"] not in view.text() and PROMPT not in view.text()
    assert "<script>" not in logs.logs(group="function", grep="alert").html()


def test_following_shows_what_comes_and_ends_in_time(gateway):
    began = time.monotonic()
    view = logs.logs(group="access", follow=1.5)
    assert 1.4 < time.monotonic() - began < 6 and view.logs.state == "done"
    times = [line.time for line in view.logs.lines]
    assert times == sorted(times) and len(times) == view.logs.sources[0].lines


def test_a_group_that_is_not_there_is_told_apart_from_one_that_is_forbidden(gateway):
    requests.get(gateway[0]["model_url"], timeout=30)  # a group that nobody has called has no lines
    view = logs.logs(group=["access", "/no/such/group"])
    assert [source.state for source in view.logs.sources] == [READ, MISSING]
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    iam = boto3.client("iam")
    iam.create_user(UserName="nobody")
    made = iam.create_access_key(UserName="nobody")["AccessKey"]
    client = boto3.client(
        "logs",
        endpoint_url=endpoint,
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
    )
    with pytest.raises(client.exceptions.ClientError) as raised:
        Reader(client).new(view.logs.sources[0], "5m")
    assert refused(view.logs.sources[0], raised.value)[0] == DENIED
