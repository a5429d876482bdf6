"""A target-tracking policy: its alarms, as AWS makes them, and the group that follows them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.farms import Farm, until


@pytest.mark.quirk("scaling-minutes")
def test_a_policy_follows_the_requests_of_each_target(farm: Callable[..., Farm]) -> None:
    made = farm()
    made.wait_for("healthy")
    asg, name = made.client("autoscaling"), {"AutoScalingGroupName": made.name}
    balancer = made.balancer["LoadBalancerArn"].partition(":loadbalancer/")[2]

    def put(label: str) -> Any:
        metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
        return asg.put_scaling_policy(
            **name, PolicyName="requests", PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={"PredefinedMetricSpecification": metric, "TargetValue": 60},
        )  # fmt: skip

    with pytest.raises(ClientError, match="does not route traffic"):
        put(f"{balancer}/targetgroup/other/0123456789abcdef")
    alarms = put(f"{balancer}/{made.group.rpartition(':')[2]}")["Alarms"]
    found = made.client("cloudwatch").describe_alarms(AlarmNames=[a["AlarmName"] for a in alarms])
    high, low = sorted(found["MetricAlarms"], key=lambda each: each["EvaluationPeriods"])
    # As on AWS: three minutes over the target, fifteen under nine tenths of it.
    assert (high["Period"], high["EvaluationPeriods"], high["Threshold"]) == (60, 3, 60)
    assert (low["Period"], low["EvaluationPeriods"], low["Threshold"]) == (60, 15, 54)
    assert f"TargetTracking-{made.name}-AlarmHigh-" in high["AlarmName"]
    began = time.monotonic()

    def grown() -> bool:
        made.call()  # far more than one a second
        time.sleep(0.1)
        return len(made.instances) == 3

    until(grown, 40)
    assert time.monotonic() - began < 60
    cause = next(a["Cause"] for a in made.activities() if "Launching" in a["Description"])
    assert f"a monitor alarm {high['AlarmName']} in state ALARM triggered policy requests" in cause
    asg.delete_policy(**name, PolicyName="requests")
    left = made.client("cloudwatch").describe_alarms(AlarmNames=[a["AlarmName"] for a in alarms])
    assert left["MetricAlarms"] == []
