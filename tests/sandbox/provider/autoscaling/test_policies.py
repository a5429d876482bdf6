"""Scaling policies and attachments against a real emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_updates,
    look_up,
)

GROUP = "aws:autoscaling/group:Group"
POLICY = "aws:autoscaling/policy:Policy"
ATTACHMENT = "aws:autoscaling/attachment:Attachment"
TARGETS = "aws:lb/targetGroup:TargetGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


@pytest.fixture
def group(life: Lives) -> Life:
    template = life(TEMPLATE, name=life.name("servers"), instanceType="t3.small")
    return life(
        GROUP,
        name=life.name("servers"),
        availabilityZones=["us-east-1a"],
        launchTemplate={"id": template.id, "version": "$Latest"},
        maxSize=3,
        minSize=0,
        desiredCapacity=0,
    )


@pytest.fixture
def label(life: Lives, ctx: Context) -> Iterator[str]:
    """What names a balancer and a target group that it leads to."""
    client, ec2 = ctx.client("elbv2"), ctx.client("ec2")
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    made = client.create_load_balancer(Name=life.name("b"), Subnets=subnets, Scheme="internal")
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    vpc = look_up(ctx, "aws:ec2/getVpc:getVpc", default=True)["id"]
    targets = life(TARGETS, name=life.name("t"), port=80, protocol="HTTP", vpcId=vpc)
    forward = [{"Type": "forward", "TargetGroupArn": targets.id}]
    client.create_listener(
        LoadBalancerArn=balancer, Port=80, Protocol="HTTP", DefaultActions=forward
    )
    yield f"{balancer.partition('loadbalancer/')[2]}/{targets.id.rpartition(':')[2]}"
    client.delete_load_balancer(LoadBalancerArn=balancer)


def test_a_target_tracking_policy_keeps_and_takes_every_argument(
    life: Lives, group: Life, label: str
) -> None:
    per_target: dict[str, Any] = {
        "predefinedMetricSpecification": {
            "predefinedMetricType": "ALBRequestCountPerTarget", "resourceLabel": label,
        },
        "targetValue": 20.5,
        "disableScaleIn": False,
    }  # fmt: skip
    policy = life(
        POLICY,
        name=life.name("requests"),
        autoscalingGroupName=group.id,
        policyType="TargetTrackingScaling",
        estimatedInstanceWarmup=30,
        targetTrackingConfiguration=per_target,
    )
    assert_complete(policy)
    assert policy.id == policy.inputs["name"]
    assert f"autoScalingGroupName/{group.id}:policyName/{policy.id}" in policy.outputs["arn"]
    assert_imports(policy, f"{group.id}/{policy.id}")
    own = {
        "customizedMetricSpecification": {
            "metricName": "Waiting", "namespace": "Model", "statistic": "Average",
            "metricDimensions": [{"name": "Group", "value": "g"}],
        },
        "targetValue": 2,
        "disableScaleIn": True,
    }  # fmt: skip
    assert_updates(
        policy,
        [
            {"targetTrackingConfiguration": {**per_target, "targetValue": 30}},
            {"targetTrackingConfiguration": own},
            {"estimatedInstanceWarmup": 60},
            {"enabled": False},
        ],
    )
    assert_found(policy.ctx, POLICY, policy.inputs, policy.id)
    assert_deleted(policy)
    with pytest.raises(CallError, match="expected <asg-name>/<policy-name>"):
        policy.imported("alone")


def test_simple_and_step_policies(life: Lives, group: Life) -> None:
    about = {"autoscalingGroupName": group.id, "adjustmentType": "ChangeInCapacity"}
    simple = life(POLICY, name=life.name("one"), **about, scalingAdjustment=1, cooldown=60)
    assert_complete(simple)
    assert_updates(simple, [{"scalingAdjustment": -1}, {"cooldown": None}])
    steps = [
        {"metricIntervalLowerBound": "10", "scalingAdjustment": 2},
        {"metricIntervalLowerBound": "0", "metricIntervalUpperBound": "10", "scalingAdjustment": 1},
    ]
    step = life(
        POLICY,
        name=life.name("steps"),
        **about,
        policyType="StepScaling",
        stepAdjustments=steps,
        metricAggregationType="Average",
    )
    assert_complete(step)
    assert_updates(step, [{"stepAdjustments": steps[:1]}, {"metricAggregationType": "Maximum"}])
    assert simple.read() == simple.outputs


def test_an_attachment_puts_a_group_behind_targets(life: Lives, group: Life, ctx: Context) -> None:
    vpc = look_up(ctx, "aws:ec2/getVpc:getVpc", default=True)["id"]
    targets = life(TARGETS, name=life.name("t"), port=80, protocol="HTTP", vpcId=vpc)
    attachment = life(ATTACHMENT, autoscalingGroupName=group.id, lbTargetGroupArn=targets.id)
    assert_complete(attachment)
    assert attachment.id.startswith(f"{group.id}-")
    assert attachment.kind.find
    found = attachment.kind.find(ctx, attachment.inputs)
    assert found and found.outputs["autoscalingGroupName"] == group.id
    assert_deleted(attachment)
