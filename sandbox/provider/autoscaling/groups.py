"""EC2 Auto Scaling: groups."""

from __future__ import annotations

from typing import Any

from sandbox.provider.autoscaling import arguments, attached
from sandbox.provider.core.answers import (
    by,
    changed,
    find,
    first,
    given,
    named,
    prefix_of,
    same_order,
    settle,
)
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.waiting import until

# Outputs that are lists even when there is nothing in them.
KEPT = (
    "loadBalancers",
    "namePrefix",
    "targetGroupArns",
    "trafficSources",
    "vpcZoneIdentifiers",
)
BUSY = ("ScalingActivityInProgress", "ResourceInUse", "ResourceInUseFault")


# Group: its id is its name


def create_group(ctx: Context, inputs: Inputs) -> str:
    client, name = ctx.client("autoscaling"), named(inputs)
    client.create_auto_scaling_group(
        AutoScalingGroupName=name,
        **arguments.settings(inputs),
        **given(
            LifecycleHookSpecificationList=arguments.hooks(inputs) or None,
            LoadBalancerNames=inputs.get("loadBalancers") or None,
            NewInstancesProtectedFromScaleIn=inputs.get("protectFromScaleIn") or None,
            Tags=arguments.tag_requests(name, inputs.get("tags")) or None,
            TargetGroupARNs=inputs.get("targetGroupArns") or None,
            TerminationPolicies=inputs.get("terminationPolicies") or None,
            TrafficSources=arguments.sources(inputs) or None,
        ),
    )
    ctx.made(name, {"name": name, "forceDelete": True})
    attached.switch(client, name, {}, inputs)
    _wait_for_capacity(ctx, name, inputs)
    return name


def read_group(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    group = _describe(ctx, id)
    if group is None or group.get("Status") == "Delete in progress":
        return None
    subnets = [each for each in (group.get("VPCZoneIdentifier") or "").split(",") if each]
    zones = group.get("AvailabilityZones") or ()
    outputs = {name: group.get(api) for name, api in arguments.MEMBERS.items()}
    outputs |= attached.outputs(group, last)
    outputs |= {
        "arn": group["AutoScalingGroupARN"],
        "availabilityZones": same_order(zones, last.get("availabilityZones")),
        "desiredCapacity": group.get("DesiredCapacity"),
        "forceDelete": last.get("forceDelete", False),
        "instanceMaintenancePolicy": arguments.maintenance(group.get("InstanceMaintenancePolicy")),
        "launchConfiguration": group.get("LaunchConfigurationName"),
        "launchTemplate": arguments.template(group.get("LaunchTemplate")),
        "name": id,
        "namePrefix": prefix_of(id),
        "predictedCapacity": group.get("PredictedCapacity", 0),
        "protectFromScaleIn": group.get("NewInstancesProtectedFromScaleIn", False),
        "serviceLinkedRoleArn": group.get("ServiceLinkedRoleARN"),
        "tags": arguments.tag_outputs(group, last),
        "terminationPolicies": arguments.policies(group, last),
        "vpcZoneIdentifiers": same_order(subnets, last.get("vpcZoneIdentifiers")),
        "warmPoolSize": group.get("WarmPoolSize", 0),
    }
    return settle(outputs, keep=KEPT)


def update_group(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("autoscaling")
    names = (
        *arguments.MEMBERS,
        "availabilityZones",
        "desiredCapacity",
        "instanceMaintenancePolicy",
        "launchConfiguration",
        "launchTemplate",
        "protectFromScaleIn",
        "terminationPolicies",
        "vpcZoneIdentifiers",
    )
    known = {*new, *arguments.UNSET, "instanceMaintenancePolicy", "terminationPolicies"}
    if any(name in known and changed(name, old, new) for name in names):
        client.update_auto_scaling_group(
            AutoScalingGroupName=id,
            NewInstancesProtectedFromScaleIn=bool(new.get("protectFromScaleIn")),
            TerminationPolicies=new.get("terminationPolicies") or ["Default"],
            **{**arguments.unset(old, new), **arguments.settings(new)},
        )
    attached.move(client, id, old, new)
    attached.switch(client, id, old, new)
    if changed("tags", old, new):
        _retag(client, id, old, new)
    if arguments.starts_refresh(old, new):
        _start_refresh(ctx, id, arguments.refresh(new))
    sizes = ("desiredCapacity", "minSize", "maxSize")
    if any(name in new and changed(name, old, new) for name in sizes):
        _wait_for_capacity(ctx, id, new)


def _start_refresh(ctx: Context, name: str, request: dict[str, Any]) -> None:
    """Start an instance refresh in place of one that is on its way."""
    client, group = ctx.client("autoscaling"), {"AutoScalingGroupName": name}
    running = "InstanceRefreshInProgress"
    while find(client.start_instance_refresh, running, **group, **request) is None:
        find(client.cancel_instance_refresh, "ActiveInstanceRefreshNotFound", **group)
        ctx.wait(0.5)


def delete_group(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("autoscaling")
    if _describe(ctx, id) is None:
        return
    if not last.get("forceDelete"):
        # An empty group can be deleted without force.
        sizes = {"MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}
        client.update_auto_scaling_group(AutoScalingGroupName=id, **sizes)
        _unprotect(ctx, id)
        _wait(ctx, id, lambda group: not group.get("Instances"), 600.0)
    request = {"AutoScalingGroupName": id, "ForceDelete": bool(last.get("forceDelete"))}
    while _describe(ctx, id) is not None:
        if find(client.delete_auto_scaling_group, *BUSY, "ValidationError", **request) is None:
            ctx.wait(0.5)


def _describe(ctx: Context, name: str) -> dict[str, Any] | None:
    call = ctx.client("autoscaling").describe_auto_scaling_groups
    group: dict[str, Any] | None = first(call, "AutoScalingGroups", AutoScalingGroupNames=[name])
    return group


def _unprotect(ctx: Context, name: str) -> None:
    """Protected instances would keep the group from becoming empty."""
    instances = (_describe(ctx, name) or {}).get("Instances") or ()
    ids = [each["InstanceId"] for each in instances if each.get("ProtectedFromScaleIn")]
    for start in range(0, len(ids), 50):  # as many as the API takes in one call
        ctx.client("autoscaling").set_instance_protection(
            AutoScalingGroupName=name,
            InstanceIds=ids[start : start + 50],
            ProtectedFromScaleIn=False,
        )


def _retag(client: Any, name: str, old: Outputs, new: Inputs) -> None:
    before, after = (
        arguments.tag_requests(name, old.get("tags")),
        arguments.tag_requests(name, new.get("tags")),
    )
    kept = {tag["Key"] for tag in after}
    gone = [tag for tag in before if tag["Key"] not in kept]
    if gone:
        client.delete_tags(Tags=gone)
    if after:
        client.create_or_update_tags(Tags=after)


def _wait_for_capacity(ctx: Context, name: str, inputs: Inputs) -> None:
    """Wait until as many instances as wanted are in service; `0` does not wait."""
    patience = arguments.seconds(inputs.get("waitForCapacityTimeout", "10m"))
    wanted: int = inputs["desiredCapacity"] if "desiredCapacity" in inputs else inputs["minSize"]
    # With load balancers: how many have to be healthy there. One number goes before the other.
    behind = int(inputs.get("waitForElbCapacity") or inputs.get("minElbCapacity") or 0)

    def enough(group: dict[str, Any]) -> bool:
        ready = arguments.healthy(group) >= wanted
        return ready and (not behind or attached.healthy(ctx, group) >= behind)

    if patience and (wanted or behind):
        _wait(ctx, name, enough, patience)


def _wait(ctx: Context, name: str, enough: Any, patience: float) -> None:
    def reached() -> bool:
        group = _describe(ctx, name)
        return group is None or bool(enough(group))

    if not until(ctx, reached, patience):
        raise CallError(
            f"waiting for Auto Scaling Group ({name}) capacity satisfied: "
            f"{arguments.healthy(_describe(ctx, name) or {})} healthy instances after {patience:.0f} s"
        )


GROUP = resource(
    "autoscaling",
    "Auto Scaling Group",
    "aws:autoscaling/group:Group",
    create=create_group,
    read=read_group,
    update=update_group,
    delete=delete_group,
    find=by("name"),
    lacks=(
        # The facts say of these only that they are there, not what is in them.
        "availabilityZoneDistribution",
        "capacityReservationSpecification",
        "instanceLifecyclePolicy",
        "instanceRefresh.preferences.alarmSpecification",
        "mixedInstancesPolicy",
        "warmPool",
    ),
    called="name",
)
