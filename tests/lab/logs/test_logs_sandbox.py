"""The rate-limit chart and the log viewer on the real gateway, in a sandbox."""

import os
import time

import boto3
import pytest
import requests

from lab.bursts import burst
from lab.logs import logs
from lab.logs.events import ACCESS, EXECUTION, FUNCTION
from lab.logs.reading import Reader, refused
from lab.logs.state import DENIED, MISSING, READ
from lab.session import session
from sandbox import cloud
from tests.lab.session.stacks import load_sdk

PROMPT = "What is the meaning of gravity?"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """Chapter 09's gateway, deployed: teams, limits, logs; its outputs and the teams' keys."""
    load_sdk()
    before = dict(os.environ)
    home = tmp_path_factory.mktemp("kit")
    os.environ["KIT_HOME"] = str(home)
    for name in ("KIT_STACK", "KIT_TARGET"):
        os.environ.pop(name, None)
    own, session.own_names = session.own_names, dict
    try:
        session.open_session(9)
        session.up()
        outputs = session.outputs()
        yield outputs, outputs["team_keys"].reveal()
    finally:
        cloud.stop(home)
        session.own_names, session._session = own, None
        os.environ.clear()
        os.environ.update(before)


def test_the_limits_are_read_from_aws_and_foretell_what_happens(gateway):
    calls = burst.burst(n={"blue": 40, "green": 8}, rate={"blue": 20, "green": 4})
    limits = {lane.name: str(lane.limit) for lane in calls.burst.lanes}
    assert limits == dict.fromkeys(("blue", "green"), "10 at once, then 5 a second")
    assert str(calls.burst.shared) == "40 at once, then 20 a second"
    measured, foretold = calls.by_lane, calls.predicted
    assert measured["green"] == {"answered": 8, "limited": 0, "failed": 0}, "no concern of green's"
    assert abs(measured["blue"]["answered"] - foretold["blue"]["answered"]) <= 4
    refused = [row for row in calls.rows if row.status == 429]
    assert refused and all(row.retry_after == 1 and row.request_id for row in refused)
    _, keys = gateway
    shown = calls.text() + str(calls.html()) + str(calls.state())
    assert not any(key in shown for key in keys.values())


def test_with_back_off_all_calls_are_answered(gateway):
    time.sleep(2.5)  # the bucket fills: this is about what one burst does
    calls = burst.burst(n=14, lanes="green", backoff=True)
    answered = {row.number for row in calls.rows if row.verdict == "answered"}
    assert answered == set(range(1, 15))


def test_a_limit_that_was_set_by_hand_is_foretold_too(gateway):
    outputs, keys = gateway
    place = {"restApiId": outputs["rest_api_id"], "stageName": "v1"}
    paths = {"rateLimit": "1", "burstLimit": "2"}
    changes = [
        {"op": "replace", "path": f"/*/*/throttling/{name}", "value": value}
        for name, value in paths.items()
    ]
    boto3.client("apigateway").update_stage(**place, patchOperations=changes)
    lanes = {"me": {"Authorization": f"Bearer {keys['blue']}"}}
    calls = burst.burst(outputs["model_url"], n=12, lanes=lanes)
    assert str(calls.burst.shared) == "2 at once, then 1 a second"
    assert calls.counts["answered"] <= 4 and calls.counts["failed"] == 0


def test_one_request_is_followed_from_the_gateway_to_the_report_line(gateway):
    outputs, keys = gateway
    headers = {"Authorization": f"Bearer {keys['green']}"}
    body = {"prompt": PROMPT, "max_tokens": 4}
    answer = requests.post(outputs["model_url"], json=body, headers=headers, timeout=60)
    while answer.status_code == 429:  # the tests before have used the limit
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
