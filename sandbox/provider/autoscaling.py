"""EC2 Auto Scaling: groups."""

from __future__ import annotations

import time
from typing import Any

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
from sandbox.provider.shapes import filled

BUSY = ("ScalingActivityInProgress", "ResourceInUse", "ResourceInUseFault")
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}

# Arguments that are one member of CreateAutoScalingGroup and UpdateAutoScalingGroup each.
MEMBERS = {
    "defaultCooldown": "DefaultCooldown",
    "healthCheckGracePeriod": "HealthCheckGracePeriod",
    "healthCheckType": "HealthCheckType",
    "maxSize": "MaxSize",
    "minSize": "MinSize",
}


# Group: its id is its name


def create_group(ctx: Context, inputs: Inputs) -> Created:
    client, name = ctx.client("autoscaling"), named(inputs)
    client.create_auto_scaling_group(
        AutoScalingGroupName=name,
        **_settings(inputs),
        **given(
            NewInstancesProtectedFromScaleIn=inputs.get("protectFromScaleIn") or None,
            Tags=_tags(name, inputs.get("tags")) or None,
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
    outputs = {name: group.get(api) for name, api in MEMBERS.items()}
    outputs |= {
        "arn": group["AutoScalingGroupARN"],
        "availabilityZones": same_order(zones, last.get("availabilityZones")),
        "desiredCapacity": group.get("DesiredCapacity"),
        "forceDelete": last.get("forceDelete", False),
        "launchTemplate": _template(group.get("LaunchTemplate")),
        "name": id,
        "namePrefix": prefix_of(id),
        "predictedCapacity": group.get("PredictedCapacity", 0),
        "protectFromScaleIn": group.get("NewInstancesProtectedFromScaleIn", False),
        "serviceLinkedRoleArn": group.get("ServiceLinkedRoleARN"),
        "tags": _tag_outputs(group, last),
        "targetGroupArns": same_order(
            group.get("TargetGroupARNs") or (), last.get("targetGroupArns")
        ),
        "terminationPolicies": _policies(group, last),
        "vpcZoneIdentifiers": same_order(subnets, last.get("vpcZoneIdentifiers")),
        "warmPoolSize": group.get("WarmPoolSize", 0),
    }
    return settle(outputs, keep=("namePrefix", "targetGroupArns", "vpcZoneIdentifiers"))


def update_group(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    client = ctx.client("autoscaling")
    names = (
        *MEMBERS,
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
            **_settings(new),
        )
        _check_template(ctx, id, new)
    _move_targets(client, id, old, new)
    if changed("tags", old, new):
        _retag(client, id, old, new)
    if _starts_refresh(old, new):
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


def _settings(inputs: Inputs) -> dict[str, Any]:
    settings = {api: inputs[n] for n, api in MEMBERS.items() if inputs.get(n) is not None}
    template = inputs.get("launchTemplate") or {}
    zones = inputs.get("availabilityZones")
    return {
        **settings,
        **given(
            AvailabilityZones=zones if not inputs.get("vpcZoneIdentifiers") else None,
            DesiredCapacity=inputs.get("desiredCapacity"),
            LaunchTemplate={
                **given(
                    LaunchTemplateId=template.get("id"),
                    LaunchTemplateName=None if template.get("id") else template.get("name"),
                ),
                "Version": template.get("version") or "$Default",
            },
            VPCZoneIdentifier=",".join(inputs.get("vpcZoneIdentifiers") or ()) or None,
        ),
    }


def _template(found: Outputs | None) -> Outputs | None:
    if not found:
        return None
    shown = {
        "id": found.get("LaunchTemplateId"),
        "name": found.get("LaunchTemplateName"),
        "version": found.get("Version"),
    }
    # AWS tells id and name; the emulator tells what the program gave as both.
    if shown["name"] == shown["id"]:
        shown["name" if str(shown["id"]).startswith("lt-") else "id"] = None
    return filled(shown)


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


def _policies(group: dict[str, Any], last: Outputs) -> list[str]:
    """The default policy alone is no argument."""
    found = list(group.get("TerminationPolicies") or ())
    return found if found != ["Default"] or last.get("terminationPolicies") else []


def _tags(name: str, tags: list[Outputs] | None) -> list[dict[str, Any]]:
    return [
        {
            "Key": tag["key"],
            "Value": tag["value"],
            "PropagateAtLaunch": tag["propagateAtLaunch"],
            "ResourceId": name,
            "ResourceType": "auto-scaling-group",
        }
        for tag in tags or ()
    ]


def _tag_outputs(group: dict[str, Any], last: Outputs) -> list[Outputs]:
    found = [
        {
            "key": tag["Key"],
            "propagateAtLaunch": tag.get("PropagateAtLaunch", False),
            "value": tag.get("Value", ""),
        }
        for tag in group.get("Tags") or ()
    ]
    keys = [tag["key"] for tag in last.get("tags") or ()]
    return sorted(found, key=lambda t: keys.index(t["key"]) if t["key"] in keys else len(keys))


def _retag(client: Any, name: str, old: Outputs, new: Inputs) -> None:
    before, after = _tags(name, old.get("tags")), _tags(name, new.get("tags"))
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


def _starts_refresh(old: Outputs, new: Inputs) -> bool:
    """Whether the group's instances shall be replaced: another template, or what triggers it."""
    refresh = new.get("instanceRefresh")
    if not refresh:
        return False
    triggers = {"launchTemplate", *(refresh.get("triggers") or ())}
    renamed = {"tag": "tags", "vpc_zone_identifier": "vpcZoneIdentifiers"}
    return any(changed(renamed.get(name, name), old, new) for name in triggers)


def _wait_for_capacity(ctx: Context, name: str, inputs: Inputs) -> None:
    """Wait until as many instances as wanted are in service; `0` does not wait."""
    patience = _seconds(inputs.get("waitForCapacityTimeout", "10m"))
    wanted = inputs.get("desiredCapacity", inputs["minSize"])
    if patience and wanted:
        _wait(ctx, name, lambda group: _healthy(group) >= wanted, patience)


def _healthy(group: dict[str, Any]) -> int:
    return sum(
        each.get("LifecycleState") == "InService" and each.get("HealthStatus") == "Healthy"
        for each in group.get("Instances") or ()
    )


def _wait(ctx: Context, name: str, enough: Any, patience: float) -> None:
    deadline = time.monotonic() + patience
    while (group := _describe(ctx, name)) is not None and not enough(group):
        if time.monotonic() > deadline:
            raise CallError(
                f"waiting for Auto Scaling Group ({name}) capacity satisfied: "
                f"{_healthy(group)} healthy instances after {patience:.0f} s"
            )
        ctx.wait(0.5)


def _seconds(text: str) -> float:
    """Go's form of a duration: `10m`, `1h30m`, `0`."""
    total, number = 0.0, ""
    for character in str(text):
        if character in UNITS:
            total += float(number) * UNITS[character]
            number = ""
        else:
            number += character
    return total + float(number or 0)


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
