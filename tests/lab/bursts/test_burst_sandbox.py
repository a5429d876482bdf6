"""The rate-limit chart on the real gateway, in a sandbox."""

import time
from contextlib import contextmanager

import boto3

from lab.bursts import burst


@contextmanager
def stage_limit(api, rate, burst):
    """Another limit of the stage than the program's, and then the program's again."""

    def put(rate, burst):
        changes = [
            {"op": "replace", "path": f"/*/*/throttling/{name}", "value": str(value)}
            for name, value in (("rateLimit", rate), ("burstLimit", burst))
        ]
        boto3.client("apigateway").update_stage(
            restApiId=api, stageName="v1", patchOperations=changes
        )

    put(rate, burst)
    try:
        yield
    finally:
        put(20, 40)


def test_the_limits_are_read_from_aws_and_foretell_what_happens(gateway):
    for _ in range(3):  # a machine that is busy sends late, and then more is answered than foretold
        calls = burst.burst(n={"blue": 40, "green": 8}, rate={"blue": 20, "green": 4})
        if abs(calls.by_lane["blue"]["answered"] - calls.predicted["blue"]["answered"]) <= 4:
            break
        time.sleep(2.5)  # until the buckets are full again
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
    lanes = {"me": {"Authorization": f"Bearer {keys['blue']}"}}
    with stage_limit(outputs["rest_api_id"], rate=1, burst=2):
        calls = burst.burst(outputs["model_url"], n=12, lanes=lanes)
    assert str(calls.burst.shared) == "2 at once, then 1 a second"
    assert calls.counts["answered"] <= 4 and calls.counts["failed"] == 0
