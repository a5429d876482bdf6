"""Auto Scaling groups against a real emulator."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.provider.autoscaling import arguments, groups
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_imports,
    assert_refused,
    assert_updates,
    look_up,
)

GROUP = "aws:autoscaling/group:Group"
TARGETS = "aws:lb/targetGroup:TargetGroup"
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
        launchTemplate=template_of(template, "$Latest"),
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
        launchTemplate=template_of(template, "1"),
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


def template_of(template: Life, version: str) -> dict[str, Any]:
    return {"id": template.id, "name": template.outputs["name"], "version": version}


def test_a_group_keeps_and_takes_what_is_rarely_set(life: Lives, template: Life) -> None:
    hook = {"name": "ready", "lifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}
    group = life(
        GROUP,
        name=life.name("servers"),
        availabilityZones=["us-east-1b"],
        capacityRebalance=True,
        context="course",
        defaultInstanceWarmup=10,
        desiredCapacityType="units",
        enabledMetrics=["GroupTotalInstances", "GroupMinSize"],
        forceDeleteWarmPool=True,
        ignoreFailedScalingActivities=True,
        initialLifecycleHooks=[{**hook, "defaultResult": "CONTINUE", "heartbeatTimeout": 60}],
        instanceMaintenancePolicy={"minHealthyPercentage": 90, "maxHealthyPercentage": 120},
        launchTemplate=template_of(template, "$Default"),
        maxInstanceLifetime=86400,
        maxSize=2,
        minSize=1,
        placementGroup="near",
        protectFromScaleIn=True,
        suspendedProcesses=["AZRebalance", "ReplaceUnhealthy"],
        terminationPolicies=["OldestInstance", "Default"],
    )
    assert_complete(group)
    hooks = group.ctx.client("autoscaling").describe_lifecycle_hooks(AutoScalingGroupName=group.id)
    assert [(h["LifecycleHookName"], h["DefaultResult"]) for h in hooks["LifecycleHooks"]] == [
        ("ready", "CONTINUE")
    ]
    role = "arn:aws:iam::000000000000:role/scaler"
    changes: list[dict[str, Any]] = [
        {"availabilityZones": ["us-east-1a", "us-east-1b"]},
        {"capacityRebalance": False},
        {"context": None},
        {"defaultInstanceWarmup": 20},
        {"defaultInstanceWarmup": None},
        {"desiredCapacityType": "vcpu"},
        {"enabledMetrics": ["GroupMinSize", "GroupMaxSize"]},
        {"enabledMetrics": None},
        {"instanceMaintenancePolicy": {"minHealthyPercentage": 50, "maxHealthyPercentage": 100}},
        {"instanceMaintenancePolicy": None},
        {"maxInstanceLifetime": None},
        {"placementGroup": None},
        {"protectFromScaleIn": False},
        {"serviceLinkedRoleArn": role},
        {"suspendedProcesses": ["ReplaceUnhealthy", "HealthCheck"]},
        {"suspendedProcesses": None},
        {"terminationPolicies": ["NewestInstance"]},
        {"terminationPolicies": None},
    ]
    assert_updates(group, changes)
    assert_deleted(group)


def instances(group: Life) -> list[dict[str, Any]]:
    """The instances of a group that are in service."""
    call = group.ctx.client("autoscaling").describe_auto_scaling_groups
    found = call(AutoScalingGroupNames=[group.id])["AutoScalingGroups"][0]["Instances"]
    return [each for each in found if each["LifecycleState"] == "InService"]


def until(what: Callable[[], Any]) -> Any:
    """What is asked for, as soon as it is true."""
    ends = time.monotonic() + 20
    while not (found := what()):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return found


def test_a_new_version_of_the_template_replaces_the_instances(group: Life, template: Life) -> None:
    before = instances(group)
    assert before[0]["LaunchTemplate"]["Version"] == "1"
    template.update(instanceType="t3.large")
    preferences = {"minHealthyPercentage": 50, "maxHealthyPercentage": 100, "skipMatching": True}
    refresh = {"strategy": "Rolling", "preferences": {**preferences, "instanceWarmup": "5"}}
    assert_updates(
        group, [{"instanceRefresh": refresh}, {"launchTemplate": template_of(template, "2")}]
    )
    done = "Successful"
    call = group.ctx.client("autoscaling").describe_instance_refreshes
    rolled = lambda: call(AutoScalingGroupName=group.id)["InstanceRefreshes"][0]["Status"] == done  # noqa: E731
    until(rolled)
    now = instances(group)
    assert [each["LaunchTemplate"]["Version"] for each in now] == ["2"]
    assert {i["InstanceId"] for i in now}.isdisjoint(i["InstanceId"] for i in before)
    (found,) = call(AutoScalingGroupName=group.id)["InstanceRefreshes"]
    assert found["Preferences"]["MinHealthyPercentage"] == 50
    assert found["Preferences"]["InstanceWarmup"] == 5 and found["Preferences"]["SkipMatching"]
    # A template that is given without its name, as programs do, is the same one.
    group.update(launchTemplate={"id": template.id, "version": "2"}, maxSize=5)
    group.update(launchTemplate={"id": template.id, "version": "2"}, maxSize=6)
    assert len(call(AutoScalingGroupName=group.id)["InstanceRefreshes"]) == 1


def test_protected_instances_stay_until_the_group_goes(group: Life) -> None:
    group.update(protectFromScaleIn=True, desiredCapacity=3)
    protected = {i["InstanceId"] for i in instances(group) if i["ProtectedFromScaleIn"]}
    assert len(protected) == 2
    group.update(desiredCapacity=2)
    until(lambda: {i["InstanceId"] for i in instances(group)} == protected)
    assert_deleted(group)


def registered(ctx: Context, arn: str) -> set[str]:
    found = ctx.client("elbv2").describe_target_health(TargetGroupArn=arn)
    return {each["Target"]["Id"] for each in found["TargetHealthDescriptions"]}


def test_instances_are_registered_in_the_target_groups_of_their_group(
    life: Lives, template: Life, ctx: Context
) -> None:
    vpc = look_up(ctx, "aws:ec2/getVpc:getVpc", default=True)["id"]
    one, two, three = (
        life(TARGETS, name=life.name("t"), port=80, protocol="HTTP", vpcId=vpc) for _ in range(3)
    )
    group = life(
        GROUP,
        name=life.name("servers"),
        availabilityZones=["us-east-1a"],
        desiredCapacity=2,
        launchTemplate=template_of(template, "1"),
        maxSize=3,
        minSize=1,
        targetGroupArns=[two.id, one.id],
    )
    assert_complete(group)
    ids = {each["InstanceId"] for each in instances(group)}
    assert len(ids) == 2 and registered(ctx, one.id) == registered(ctx, two.id) == ids
    assert_updates(group, [{"targetGroupArns": [two.id]}, {"desiredCapacity": 3}])
    assert until(lambda: registered(ctx, one.id) == set())
    assert registered(ctx, two.id) == {each["InstanceId"] for each in instances(group)}
    running = ctx.client("ec2").describe_instances(InstanceIds=list(ids))["Reservations"]
    assert len(running) == 2
    sources = [{"identifier": three.id, "type": "elbv2"}]
    assert_updates(group, [{"targetGroupArns": []}, {"trafficSources": sources}])
    assert len(registered(ctx, three.id)) == 3 and registered(ctx, two.id) == set()
    assert_updates(group, [{"loadBalancers": ["classic"]}, {"loadBalancers": []}])
    assert_deleted(group)
    assert registered(ctx, three.id) == set()


def test_a_group_waits_for_what_is_healthy_behind_its_balancer(
    life: Lives, group: Life, ctx: Context
) -> None:
    vpc = look_up(ctx, "aws:ec2/getVpc:getVpc", default=True)["id"]
    one = life(TARGETS, name=life.name("t"), port=80, protocol="HTTP", vpcId=vpc)
    group.update(targetGroupArns=[one.id])
    answers = ["healthy", "unhealthy", "initial"]

    def describe_target_health(**request: Any) -> dict[str, Any]:
        target = {"Id": instances(group)[0]["InstanceId"]}
        found = {"Target": target, "TargetHealth": {"State": answers.pop()}}
        return {"TargetHealthDescriptions": [found]}

    fake = Wrapped(ctx, "elbv2", describe_target_health=describe_target_health)
    groups._wait_for_capacity(fake, group.id, {"minSize": 1, "minElbCapacity": 1})
    assert answers == []


def test_a_group_can_be_made_from_a_launch_configuration(
    life: Lives, ctx: Context, template: Life
) -> None:
    name = life.name("old")
    client = ctx.client("autoscaling")
    client.create_launch_configuration(LaunchConfigurationName=name, ImageId="ami-1")
    group = life(
        GROUP,
        name=life.name("servers"),
        availabilityZones=["us-east-1a"],
        launchConfiguration=name,
        maxSize=1,
        minSize=1,
    )
    assert_complete(group)
    assert instances(group)[0]["LaunchConfigurationName"] == name
    group.update(launchConfiguration=None, launchTemplate=template_of(template, "1"))
    assert group.read() == group.outputs and "launchConfiguration" not in group.outputs
    client.delete_launch_configuration(LaunchConfigurationName=name)


def test_a_group_that_stays_empty_is_told_in_the_official_words(group: Life, ctx: Context) -> None:
    def describe_auto_scaling_groups(**request: Any) -> dict[str, Any]:
        return {"AutoScalingGroups": [{"Instances": []}]}

    fake = Wrapped(ctx, "autoscaling", describe_auto_scaling_groups=describe_auto_scaling_groups)
    sizes = {"minSize": 1, "waitForCapacityTimeout": "0.1s"}
    with pytest.raises(CallError, match=r"capacity satisfied: 0 healthy instances after 0 s"):
        groups._wait_for_capacity(fake, group.id, sizes)
    groups._wait_for_capacity(fake, group.id, {"minSize": 1, "waitForCapacityTimeout": "0"})


@pytest.mark.parametrize(("text", "seconds"), [("10m", 600), ("1h30m", 5400), ("0", 0), ("5s", 5)])
def test_durations_are_read_as_go_writes_them(text: str, seconds: float) -> None:
    assert arguments.seconds(text) == seconds


def test_a_taken_name_of_a_group_is_refused_in_the_official_words(group: Life) -> None:
    doing = f"creating Auto Scaling Group ({group.id}): operation error Auto Scaling: CreateAutoScalingGroup"
    assert_refused(group.ctx, GROUP, group.inputs, doing, 400, "AlreadyExists: ")
