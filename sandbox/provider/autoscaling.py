"""EC2 Auto Scaling: groups."""

from __future__ import annotations

import time
from typing import Any

from sandbox.provider import autoscaling_parts as parts
from sandbox.provider.answers import (
    changed,
    find,
    found_by,
    given,
    named,
    prefix_of,
    same_order,
    settle,
    there,
    worded,
)
from sandbox.provider.kinds import CallError, Context, Created, Inputs, Kind, Outputs

BUSY = ("ScalingActivityInProgress", "ResourceInUse", "ResourceInUseFault")


# Group: its id is its name


def create_group(ctx: Context, inputs: Inputs) -> Created:
    client, name = ctx.client("autoscaling"), named(inputs)
    client.create_auto_scaling_group(
        AutoScalingGroupName=name,
        **parts.settings(inputs),
        **given(
            NewInstancesProtectedFromScaleIn=inputs.get("protectFromScaleIn") or None,
            Tags=parts.tag_requests(name, inputs.get("tags")) or None,
            TargetGroupARNs=inputs.get("targetGroupArns") or None,
            TerminationPolicies=inputs.get("terminationPolicies") or None,
        ),
    )
    ctx.made(name, {"name": name, "forceDelete": True})
    _wait_for_capacity(ctx, name, inputs)
    return Created(name, there(read_group(ctx, name, inputs), f"Auto Scaling Group ({name})"))


def read_group(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    group = _describe(ctx, id)
    if group is None or group.get("Status") == "Delete in progress":
        return None
    subnets = [each for each in (group.get("VPCZoneIdentifier") or "").split(",") if each]
    zones = group.get("AvailabilityZones") or ()
    outputs = {name: group.get(api) for name, api in parts.MEMBERS.items()}
    outputs |= {
        "arn": group["AutoScalingGroupARN"],
        "availabilityZones": same_order(zones, last.get("availabilityZones")),
        "desiredCapacity": group.get("DesiredCapacity"),
        "forceDelete": last.get("forceDelete", False),
        "launchTemplate": parts.template(group.get("LaunchTemplate")),
        "name": id,
        "namePrefix": prefix_of(id),
        "predictedCapacity": group.get("PredictedCapacity", 0),
        "protectFromScaleIn": group.get("NewInstancesProtectedFromScaleIn", False),
        "serviceLinkedRoleArn": group.get("ServiceLinkedRoleARN"),
        "tags": parts.tag_outputs(group, last),
        "targetGroupArns": same_order(
            group.get("TargetGroupARNs") or (), last.get("targetGroupArns")
        ),
        "terminationPolicies": parts.policies(group, last),
        "vpcZoneIdentifiers": same_order(subnets, last.get("vpcZoneIdentifiers")),
        "warmPoolSize": group.get("WarmPoolSize", 0),
    }
    return settle(outputs, keep=("namePrefix", "targetGroupArns", "vpcZoneIdentifiers"))


def update_group(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    client = ctx.client("autoscaling")
    names = (
        *parts.MEMBERS,
        "availabilityZones",
        "desiredCapacity",
        "launchTemplate",
        "protectFromScaleIn",
        "terminationPolicies",
        "vpcZoneIdentifiers",
    )
    if any(name in new and changed(name, old, new) for name in names):
        client.update_auto_scaling_group(
            AutoScalingGroupName=id,
            NewInstancesProtectedFromScaleIn=bool(new.get("protectFromScaleIn")),
            TerminationPolicies=new.get("terminationPolicies") or ["Default"],
            **parts.settings(new),
        )
        _check_template(ctx, id, new)
    _move_targets(client, id, old, new)
    if changed("tags", old, new):
        _retag(client, id, old, new)
    if parts.starts_refresh(old, new):
        refresh = new["instanceRefresh"]
        client.start_instance_refresh(AutoScalingGroupName=id, Strategy=refresh["strategy"])
    sizes = ("desiredCapacity", "minSize", "maxSize")
    if any(name in new and changed(name, old, new) for name in sizes):
        _wait_for_capacity(ctx, id, new)
    return there(read_group(ctx, id, new), f"Auto Scaling Group ({id})")


def delete_group(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("autoscaling")
    if _describe(ctx, id) is None:
        return
    if not last.get("forceDelete"):
        # An empty group can be deleted without force.
        sizes = {"MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}
        client.update_auto_scaling_group(AutoScalingGroupName=id, **sizes)
        _wait(ctx, id, lambda group: not group.get("Instances"), 600.0)
    request = {"AutoScalingGroupName": id, "ForceDelete": bool(last.get("forceDelete"))}
    while _describe(ctx, id) is not None:
        if find(client.delete_auto_scaling_group, *BUSY, "ValidationError", **request) is None:
            ctx.wait(0.5)


def _describe(ctx: Context, name: str) -> dict[str, Any] | None:
    call = ctx.client("autoscaling").describe_auto_scaling_groups
    groups = call(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return dict(groups[0]) if groups else None


def _check_template(ctx: Context, name: str, new: Inputs) -> None:
    """Tell when an update left the old template in place, as the emulator does."""
    wanted = (new.get("launchTemplate") or {}).get("version")
    found = (_describe(ctx, name) or {}).get("LaunchTemplate") or {}
    if wanted and found and found.get("Version") != wanted:
        raise CallError(
            f"updating Auto Scaling Group ({name}): the sandbox keeps version "
            f"{found.get('Version')} of the launch template, not {wanted}; delete the group and "
            "make it again, or use the target aws"
        )


def _retag(client: Any, name: str, old: Outputs, new: Inputs) -> None:
    before, after = (
        parts.tag_requests(name, old.get("tags")),
        parts.tag_requests(name, new.get("tags")),
    )
    kept = {tag["Key"] for tag in after}
    gone = [tag for tag in before if tag["Key"] not in kept]
    if gone:
        client.delete_tags(Tags=gone)
    if after:
        client.create_or_update_tags(Tags=after)


def _move_targets(client: Any, name: str, old: Outputs, new: Inputs) -> None:
    if "targetGroupArns" not in new:
        return
    before, after = (set(values.get("targetGroupArns") or ()) for values in (old, new))
    for call, arns in (
        (client.detach_load_balancer_target_groups, before - after),
        (client.attach_load_balancer_target_groups, after - before),
    ):
        if arns:
            call(AutoScalingGroupName=name, TargetGroupARNs=sorted(arns))


def _wait_for_capacity(ctx: Context, name: str, inputs: Inputs) -> None:
    """Wait until as many instances as wanted are in service; `0` does not wait."""
    patience = parts.seconds(inputs.get("waitForCapacityTimeout", "10m"))
    wanted = inputs.get("desiredCapacity", inputs["minSize"])
    if patience and wanted:
        _wait(ctx, name, lambda group: parts.healthy(group) >= wanted, patience)


def _wait(ctx: Context, name: str, enough: Any, patience: float) -> None:
    deadline = time.monotonic() + patience
    while (group := _describe(ctx, name)) is not None and not enough(group):
        if time.monotonic() > deadline:
            raise CallError(
                f"waiting for Auto Scaling Group ({name}) capacity satisfied: "
                f"{parts.healthy(group)} healthy instances after {patience:.0f} s"
            )
        ctx.wait(0.5)


KINDS = (
    worded(
        "autoscaling",
        "Auto Scaling Group",
        Kind(
            token="aws:autoscaling/group:Group",
            create=create_group,
            read=read_group,
            update=update_group,
            delete=delete_group,
            find=found_by("name", read_group),
            lacks=(
                "availabilityZoneDistribution",
                "capacityRebalance",
                "capacityReservationSpecification",
                "context",
                "defaultInstanceWarmup",
                "desiredCapacityType",
                "enabledMetrics",
                "forceDeleteWarmPool",
                "ignoreFailedScalingActivities",
                "initialLifecycleHooks",
                "instanceLifecyclePolicy",
                "instanceMaintenancePolicy",
                "instanceRefresh.preferences",
                "launchConfiguration",
                "loadBalancers",
                "maxInstanceLifetime",
                "metricsGranularity",
                "minElbCapacity",
                "mixedInstancesPolicy",
                "placementGroup",
                # The emulator keeps these two only from the group's creation on.
                "protectFromScaleIn",
                "serviceLinkedRoleArn",
                "suspendedProcesses",
                # The emulator takes them, forgets them, and registers no instance.
                "targetGroupArns",
                "terminationPolicies",
                "trafficSources",
                "waitForElbCapacity",
                "warmPool",
            ),
        ),
        called="name",
    ),
)
