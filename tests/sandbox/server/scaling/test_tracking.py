"""A target-tracking policy: its alarms, as AWS makes them, and the group that follows them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import cloud
from tests.sandbox.server.conftest import Account
from tests.sandbox.server.farms import Farm, build, until


@pytest.fixture
def farm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Farm]:
    """A farm in a sandbox whose minutes of scaling take half a second."""
    monkeypatch.setenv("KIT_PROVIDER", "0")
    monkeypatch.setenv("KIT_SCALING_MINUTE", "0.5")
    yield build(Account(cloud.start(tmp_path)))
    cloud.stop(tmp_path)


@contextmanager
def load(farm: Farm, clients: int, pause: float) -> Iterator[None]:
    """Requests all the time: so many clients, each with a pause in seconds."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(pause):
            farm.call()

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()


@pytest.mark.quirk("scaling-minutes")
def test_a_policy_follows_the_requests_of_each_target(farm: Farm) -> None:
    farm.wait_for("healthy")
    asg, name = farm.client("autoscaling"), {"AutoScalingGroupName": farm.name}
    balancer = farm.balancer["LoadBalancerArn"].partition(":loadbalancer/")[2]

    def put(label: str) -> Any:
        metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
        return asg.put_scaling_policy(
            **name, PolicyName="requests", PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={"PredefinedMetricSpecification": metric, "TargetValue": 600},
        )  # fmt: skip

    with pytest.raises(ClientError, match="does not route traffic"):
        put(f"{balancer}/targetgroup/other/0123456789abcdef")
    alarms = put(f"{balancer}/{farm.group.rpartition(':')[2]}")["Alarms"]
    names = [each["AlarmName"] for each in alarms]
    found = farm.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    high, low = sorted(found, key=lambda each: each["EvaluationPeriods"])
    # As on AWS: three minutes over the target, fifteen under nine tenths of it.
    assert (high["Period"], high["EvaluationPeriods"], high["Threshold"]) == (60, 3, 600)
    assert (low["Period"], low["EvaluationPeriods"], low["Threshold"]) == (60, 15, 540)
    assert f"TargetTracking-{farm.name}-AlarmHigh-" in high["AlarmName"]
    with load(farm, clients=4, pause=0.01):
        farm.wait_for("healthy", "healthy", "healthy")
    cause = next(a["Cause"] for a in farm.activities() if "Launching" in a["Description"])
    assert f"a monitor alarm {high['AlarmName']} in state ALARM triggered policy requests" in cause
    assert "changing the desired capacity from 1 to 3." in cause
    with load(farm, clients=1, pause=0.12):
        until(lambda: len(farm.instances) == 1, 40)
    cause = next(a["Cause"] for a in farm.activities() if "Terminating" in a["Description"])
    assert low["AlarmName"] in cause and "shrinking the capacity from" in cause
    asg.delete_policy(**name, PolicyName="requests")
    assert farm.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"] == []
