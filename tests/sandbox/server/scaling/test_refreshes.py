"""Instance refreshes: as many at a time as health allows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.farms import Farm, until


def test_with_room_for_it_a_refresh_launches_before_it_ends(farm: Callable[..., Farm]) -> None:
    made = farm()
    made.wait_for("healthy")
    (old,) = made.instances
    asg, name = made.client("autoscaling"), {"AutoScalingGroupName": made.name}
    preferences = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200, "InstanceWarmup": 0}
    asg.start_instance_refresh(**name, Preferences=preferences)
    least = 1

    def over() -> bool:
        nonlocal least
        least = min(least, made.states().count("healthy"))
        (found,) = asg.describe_instance_refreshes(**name)["InstanceRefreshes"]
        return bool(found["Status"] == "Successful")

    until(over, 40)
    assert least == 1 and old["InstanceId"] not in made.health()
    until(lambda: len(made.instances) == 1)


def test_a_refresh_replaces_one_after_the_other(farm: Callable[..., Farm]) -> None:
    made = farm(DesiredCapacity=2)
    made.wait_for("healthy", "healthy")
    asg, name = made.client("autoscaling"), {"AutoScalingGroupName": made.name}
    before = {each["InstanceId"] for each in made.instances}
    made.client("ec2").create_launch_template_version(
        LaunchTemplateId=made.template, SourceVersion="1",
        LaunchTemplateData={"InstanceType": "t4g.micro"},
    )  # fmt: skip
    preferences = {"MinHealthyPercentage": 50, "InstanceWarmup": 0}
    started = asg.start_instance_refresh(**name, Preferences=preferences)["InstanceRefreshId"]
    with pytest.raises(ClientError, match="InstanceRefreshInProgress"):
        asg.start_instance_refresh(**name)
    least = 2

    def over() -> bool:
        nonlocal least
        least = min(least, made.states().count("healthy"))
        (found,) = asg.describe_instance_refreshes(**name)["InstanceRefreshes"]
        assert found["InstanceRefreshId"] == started
        return bool(found["Status"] == "Successful" and found["PercentageComplete"] == 100)

    until(over, 40)
    assert least == 1
    now = [each for each in made.instances if each["LifecycleState"] == "InService"]
    assert len(now) == 2 and not before & {each["InstanceId"] for each in now}
    assert {made.record(each["InstanceId"])["InstanceType"] for each in now} == {"t4g.micro"}
