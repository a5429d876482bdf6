"""What probes make of a target: AWS's states, reasons and thresholds. No clock, no network."""

from __future__ import annotations

import pytest

from sandbox.server.balancing import health
from sandbox.server.balancing.exchange import Exchange
from sandbox.server.balancing.health import Check, Target

CHECK = Check(interval=10, healthy=3, unhealthy=2)


def target() -> Target:
    return Target("arn", "i-1", 80, since=100.0)


def test_one_success_makes_a_new_target_healthy():
    new = target()
    assert new.health == health.REGISTERING
    new.probed(health.FAILED, CHECK, 101)
    assert new.health == health.CHECKING and new.due == 102  # a new one is asked each second
    new.probed(None, CHECK, 102)
    assert new.health == health.HEALTHY and new.due == 112


def test_a_new_target_is_judged_no_sooner_than_on_aws():
    new = target()
    for now in range(101, 120):
        new.probed(health.FAILED, CHECK, now)
        assert new.state == "initial"
    new.probed(health.TIMEOUT, CHECK, 120)
    assert new.health == health.TIMEOUT and new.due == 130


def test_a_healthy_target_fails_twice_and_comes_back_by_the_threshold():
    known = target()
    known.probed(None, CHECK, 101)
    known.probed(health.FAILED, CHECK, 111)
    assert known.state == "healthy"
    known.probed(health.mismatch(503), CHECK, 121)
    assert known.health == (
        "unhealthy",
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [503]",
    )
    known.probed(None, CHECK, 131)
    known.probed(None, CHECK, 141)
    assert known.state == "unhealthy"
    known.probed(None, CHECK, 151)
    assert known.health == health.HEALTHY


def test_draining_ends_with_the_last_request_or_the_delay():
    leaving, request = target(), Exchange(60)
    leaving.open.add(request)
    leaving.drain(200, 30)
    assert leaving.health == health.DRAINING and not leaving.drained(229)
    assert leaving.drained(230)
    leaving.open.discard(request)
    assert leaving.drained(201)
    leaving.revive(201)
    assert not leaving.draining and leaving.health == health.REGISTERING


@pytest.mark.parametrize(
    ("codes", "passing", "failing"),
    [("200", [200], [201, 404]), ("200-299", [200, 299], [300]), ("200,202", [202], [201])],
)
def test_a_matcher_has_codes_and_ranges(codes: str, passing: list[int], failing: list[int]):
    check = Check(codes=codes)
    assert all(check.passes(code) for code in passing)
    assert not any(check.passes(code) for code in failing)


def test_a_check_is_what_the_group_says():
    record = {
        "HealthCheckPort": "81", "HealthCheckPath": "/h", "Matcher": {"HttpCode": "204"},
        "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2,
        "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 4,
    }  # fmt: skip
    assert health.check_of(record) == Check("/h", 81, "204", 5, 2, 2, 4)
    assert health.check_of({"HealthCheckEnabled": True}) == Check()
    assert not health.check_of({"HealthCheckEnabled": True, "TargetType": "lambda"}).enabled
