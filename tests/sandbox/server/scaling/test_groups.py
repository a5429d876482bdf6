"""Auto Scaling groups: what is refused, who replaces whom, and how it is told."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.farms import Farm, numbers, until


def refused(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    return str(caught.value.response["Error"]["Message"])


def template(account: Any, **data: Any) -> str:
    made = account.client("ec2").create_launch_template(
        LaunchTemplateName=f"refused{next(numbers)}",
        LaunchTemplateData={"ImageId": "ami-1", **data},
    )
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


FORMED = "You must use a valid fully-formed launch template. "


def test_a_group_that_could_launch_nothing_is_not_made(account: Any) -> None:
    asg = account.client("autoscaling")
    good, bad = template(account), template(account, InstanceType="t9.nano")
    places: dict[str, Any] = {"AvailabilityZones": ["us-east-1a"]}

    def why(id: str, version: str = "$Latest", **more: Any) -> str:
        wanted = {"LaunchTemplateId": id, "Version": version}
        request = {"MinSize": 1, "MaxSize": 1, **places, **more}
        return refused(
            asg.create_auto_scaling_group, AutoScalingGroupName="none", LaunchTemplate=wanted, **request
        )  # fmt: skip

    assert why("lt-0123456789abcdef0") == (
        f"{FORMED}The specified launch template, with template ID lt-0123456789abcdef0, does not exist."
    )
    assert "Could not find the specified version 7" in why(good, "7")
    assert why(bad) == f"{FORMED}Invalid value 't9.nano' for InstanceType."
    assert "us-east-1z" in why(good, AvailabilityZones=["us-east-1z"])
    assert why(good, AvailabilityZones=[], VPCZoneIdentifier="subnet-9") == (
        "The subnet ID 'subnet-9' does not exist"
    )
    assert "between the specified min size:1 and max size:1" in why(good, DesiredCapacity=99)
    groups = asg.describe_auto_scaling_groups(AutoScalingGroupNames=["none"])
    assert groups["AutoScalingGroups"] == []


def test_a_size_beyond_the_limits_is_refused(shared: Farm) -> None:
    asg, name = shared.client("autoscaling"), {"AutoScalingGroupName": shared.name}
    assert refused(asg.set_desired_capacity, **name, DesiredCapacity=99) == (
        "New SetDesiredCapacity value 99 is above max value 3 for the AutoScalingGroup."
    )
    assert "between the specified min size:0 and max size:3" in refused(
        asg.update_auto_scaling_group, **name, DesiredCapacity=4
    )
    assert "No managed instance found for instance ID: i-1" in refused(
        asg.set_instance_health, InstanceId="i-1", HealthStatus="Unhealthy"
    )
    with pytest.raises(ClientError, match="ResourceInUse"):
        asg.delete_auto_scaling_group(**name)
    assert shared.states() == ["healthy", "healthy"]


def test_who_is_said_to_be_unhealthy_is_replaced(shared: Farm) -> None:
    id = shared.instances[0]["InstanceId"]
    shared.client("autoscaling").set_instance_health(InstanceId=id, HealthStatus="Unhealthy")
    until(lambda: id not in shared.health() and shared.states() == ["healthy", "healthy"])
    until(lambda: id not in {each["InstanceId"] for each in shared.instances})
    launched, ended = shared.activities()[:2]
    assert ended["Description"] == f"Terminating EC2 instance: {id}"
    assert ended["Cause"].endswith("was taken out of service in response to a user health-check.")
    assert launched["Description"].startswith("Launching a new EC2 instance: i-")
    assert {ended["StatusCode"], launched["StatusCode"]} == {"Successful"}


def test_a_server_that_dies_is_replaced_because_its_balancer_says_so(shared: Farm) -> None:
    asg = shared.client("autoscaling")
    before = set(shared.health())
    os.kill(shared.call().json()["who"], signal.SIGKILL)
    (id,) = until(lambda: before - set(shared.health()), 30)
    until(lambda: id not in shared.health() and shared.states() == ["healthy", "healthy"], 30)
    (ended,) = (each for each in shared.activities() if id in each["Description"] and "Term" in each["Description"])  # fmt: skip
    assert ended["Cause"].endswith("in response to an ELB system health check failure.")
    with pytest.raises(ClientError, match="No managed instance"):
        asg.terminate_instance_in_auto_scaling_group(
            InstanceId=id, ShouldDecrementDesiredCapacity=True
        )


def test_one_can_be_taken_out_with_or_without_another_in_its_place(
    farm: Callable[..., Farm],
) -> None:
    made = farm(MinSize=1, DesiredCapacity=1)
    (first,) = made.instances
    asg = made.client("autoscaling")
    ask = {"InstanceId": first["InstanceId"], "ShouldDecrementDesiredCapacity": True}
    assert "desired Size equals min size" in refused(
        asg.terminate_instance_in_auto_scaling_group, **ask
    )
    asg.update_auto_scaling_group(AutoScalingGroupName=made.name, MinSize=0)
    answer = asg.terminate_instance_in_auto_scaling_group(**ask)["Activity"]
    assert answer["Description"] == f"Terminating EC2 instance: {first['InstanceId']}"
    assert answer["Cause"].endswith("shrinking the capacity from 1 to 0.")
    until(lambda: made.instances == [])
