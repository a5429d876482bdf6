"""Auto Scaling groups against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider import autoscaling, autoscaling_parts
from sandbox.provider.kinds import AwsError, CallError, Context, kind
from tests.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_imports,
    assert_updates,
)
from tests.provider.test_calls_functions import look_up

GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


@pytest.fixture
def template(life: Lives) -> Life:
    return life(TEMPLATE, name=life.name("servers"), instanceType="t3.small")


@pytest.fixture
def group(life: Lives, template: Life) -> Life:
    return life(
        GROUP,
        name=life.name("servers"),
        availabilityZones=["us-east-1a"],
        launchTemplate={"id": template.id, "version": "$Latest"},
        maxSize=3,
        minSize=1,
    )


def test_a_small_group_has_all_outputs_and_can_be_deleted_twice(group: Life) -> None:
    assert_complete(group)
    assert group.id == group.outputs["name"]
    assert group.outputs["arn"].endswith(f":autoScalingGroupName/{group.id}")
    assert group.outputs["desiredCapacity"] == 1 and group.outputs["healthCheckType"] == "EC2"
    kept_here = ("instanceRefresh", "waitForCapacityTimeout")
    assert_imports(group, group.id, unknown=kept_here)
    assert_deleted(group)


def tag(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": value, "propagateAtLaunch": True}


def test_a_group_keeps_and_takes_every_argument(life: Lives, template: Life, ctx: Context) -> None:
    subnets = look_up(ctx, "aws:ec2/getSubnets:getSubnets")["ids"]
    group = life(
        GROUP,
        name=life.name("servers"),
        defaultCooldown=60,
        desiredCapacity=2,
        forceDelete=True,
        healthCheckGracePeriod=30,
        healthCheckType="ELB",
        instanceRefresh={"strategy": "Rolling", "triggers": ["tag"]},
        launchTemplate={"id": template.id, "version": "1"},
        maxSize=3,
        minSize=1,
        tags=[tag("Name", "model"), tag("a", "b")],
        vpcZoneIdentifiers=subnets[:2],
    )
    assert_complete(group)
    changes: list[dict[str, Any]] = [
        {"defaultCooldown": 90},
        {"desiredCapacity": 3},
        {"forceDelete": False},
        {"healthCheckGracePeriod": 60},
        {"healthCheckType": "EC2"},
        {"maxSize": 4},
        {"minSize": 2},
        {"tags": [tag("Name", "other")]},
        {"tags": None},
        {"vpcZoneIdentifiers": subnets[:1]},
    ]
    assert_updates(group, changes)
    refreshes = ctx.client("autoscaling").describe_instance_refreshes(AutoScalingGroupName=group.id)
    assert len(refreshes["InstanceRefreshes"]) == 2
    assert_deleted(group)


def test_an_update_that_the_sandbox_forgets_is_told(group: Life, template: Life) -> None:
    with pytest.raises(CallError, match=r"keeps version \$Latest .* not 1; .*target aws"):
        group.update(launchTemplate={"id": template.id, "version": "1"})


def test_target_groups_are_attached_and_detached(group: Life, ctx: Context) -> None:
    asked: list[tuple[str, list[str]]] = []
    names = ("attach_load_balancer_target_groups", "detach_load_balancer_target_groups")
    recorded = {
        name: lambda _name=name, **request: asked.append((_name, request["TargetGroupARNs"]))
        for name in names
    }
    group.ctx = Wrapped(ctx, "autoscaling", **recorded)
    group.update(targetGroupArns=["b", "a"])
    group.outputs["targetGroupArns"] = ["a", "b"]
    group.update(targetGroupArns=["b", "c"])
    assert asked == [(names[0], ["a", "b"]), (names[1], ["a"]), (names[0], ["c"])]


def test_a_group_that_stays_empty_is_told_in_the_official_words(group: Life, ctx: Context) -> None:
    def describe_auto_scaling_groups(**request: Any) -> dict[str, Any]:
        return {"AutoScalingGroups": [{"Instances": []}]}

    fake = Wrapped(ctx, "autoscaling", describe_auto_scaling_groups=describe_auto_scaling_groups)
    sizes = {"minSize": 1, "waitForCapacityTimeout": "0.1s"}
    with pytest.raises(CallError, match=r"capacity satisfied: 0 healthy instances after 0 s"):
        autoscaling._wait_for_capacity(fake, group.id, sizes)
    autoscaling._wait_for_capacity(fake, group.id, {"minSize": 1, "waitForCapacityTimeout": "0"})


@pytest.mark.parametrize(("text", "seconds"), [("10m", 600), ("1h30m", 5400), ("0", 0), ("5s", 5)])
def test_durations_are_read_as_go_writes_them(text: str, seconds: float) -> None:
    assert autoscaling_parts.seconds(text) == seconds


def test_a_taken_name_of_a_group_is_refused_in_the_official_words(group: Life) -> None:
    expected = (
        rf"^creating Auto Scaling Group \({group.id}\): operation error Auto Scaling: "
        r"CreateAutoScalingGroup, https response error StatusCode: 400, RequestID: .*, "
        r"AlreadyExists: "
    )
    with pytest.raises(AwsError, match=expected):
        kind(GROUP).create(group.ctx, group.inputs)
