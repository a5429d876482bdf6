"""Auto Scaling groups between arguments and the API."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import changed, given, in_order
from sandbox.provider.core.kinds import Inputs, Outputs
from sandbox.provider.core.shapes import filled

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}

# Arguments that are one member of CreateAutoScalingGroup and UpdateAutoScalingGroup each.
MEMBERS = {
    "capacityRebalance": "CapacityRebalance",
    "context": "Context",
    "defaultCooldown": "DefaultCooldown",
    "defaultInstanceWarmup": "DefaultInstanceWarmup",
    "desiredCapacityType": "DesiredCapacityType",
    "healthCheckGracePeriod": "HealthCheckGracePeriod",
    "healthCheckType": "HealthCheckType",
    "maxInstanceLifetime": "MaxInstanceLifetime",
    "maxSize": "MaxSize",
    "minSize": "MinSize",
    "placementGroup": "PlacementGroup",
    "serviceLinkedRoleArn": "ServiceLinkedRoleARN",
}
# What says in an update that such a member is not set any more.
UNSET = {
    "capacityRebalance": False,
    "context": "",
    "defaultInstanceWarmup": -1,
    "maxInstanceLifetime": 0,
    "placementGroup": "",
}
MAINTENANCE = {
    "maxHealthyPercentage": "MaxHealthyPercentage",
    "minHealthyPercentage": "MinHealthyPercentage",
}


def template(found: Outputs | None) -> Outputs | None:
    if not found:
        return None
    shown = {
        "id": found.get("LaunchTemplateId"),
        "name": found.get("LaunchTemplateName"),
        "version": found.get("Version"),
    }
    return filled(shown)


def maintenance(found: Outputs | None) -> Outputs | None:
    return {name: (found or {}).get(api) for name, api in MAINTENANCE.items()} if found else None


def hooks(inputs: Inputs) -> list[dict[str, Any]]:
    """The lifecycle hooks that a group is made with."""
    members = {
        "defaultResult": "DefaultResult",
        "heartbeatTimeout": "HeartbeatTimeout",
        "lifecycleTransition": "LifecycleTransition",
        "name": "LifecycleHookName",
        "notificationMetadata": "NotificationMetadata",
        "notificationTargetArn": "NotificationTargetARN",
        "roleArn": "RoleARN",
    }
    return [
        {api: hook[name] for name, api in members.items() if hook.get(name) not in (None, "")}
        for hook in inputs.get("initialLifecycleHooks") or ()
    ]


def sources(values: Outputs) -> list[dict[str, str]]:
    """Traffic sources as the API wants them."""
    return [
        {"Identifier": each["identifier"], **given(Type=each.get("type") or None)}
        for each in values.get("trafficSources") or ()
    ]


def unset(old: Outputs, new: Inputs) -> dict[str, Any]:
    """What an update says of the settings that a program took away."""
    found: dict[str, Any] = {
        MEMBERS[name]: nothing
        for name, nothing in UNSET.items()
        if old.get(name) and new.get(name) is None
    }
    if old.get("instanceMaintenancePolicy") and not new.get("instanceMaintenancePolicy"):
        found["InstanceMaintenancePolicy"] = dict.fromkeys(MAINTENANCE.values(), -1)
    return found


def refresh(inputs: Inputs) -> dict[str, Any]:
    """How the group's instances shall be replaced."""
    found = inputs["instanceRefresh"]
    asked = found.get("preferences") or {}
    numbers = {
        "checkpointDelay": "CheckpointDelay",
        "instanceWarmup": "InstanceWarmup",
        "maxHealthyPercentage": "MaxHealthyPercentage",
        "minHealthyPercentage": "MinHealthyPercentage",
    }
    wanted: dict[str, Any] = {
        api: int(asked[name]) for name, api in numbers.items() if asked.get(name) not in (None, "")
    }
    for name, api in (
        ("autoRollback", "AutoRollback"),
        ("checkpointPercentages", "CheckpointPercentages"),
        ("scaleInProtectedInstances", "ScaleInProtectedInstances"),
        ("skipMatching", "SkipMatching"),
        ("standbyInstances", "StandbyInstances"),
    ):
        if asked.get(name) is not None:
            wanted[api] = asked[name]
    return {"Strategy": found["strategy"], **({"Preferences": wanted} if wanted else {})}


def policies(group: dict[str, Any], last: Outputs) -> list[str]:
    """The default policy alone is no argument."""
    found = list(group.get("TerminationPolicies") or ())
    return found if found != ["Default"] or last.get("terminationPolicies") else []


def tag_requests(name: str, tags: list[Outputs] | None) -> list[dict[str, Any]]:
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


def tag_outputs(group: dict[str, Any], last: Outputs) -> list[Outputs]:
    found = [
        {
            "key": tag["Key"],
            "propagateAtLaunch": tag.get("PropagateAtLaunch", False),
            "value": tag.get("Value", ""),
        }
        for tag in group.get("Tags") or ()
    ]
    return in_order(found, last.get("tags"), lambda tag: tag["key"])


def seconds(text: str) -> float:
    """Go's form of a duration: `10m`, `1h30m`, `0`."""
    total, number = 0.0, ""
    for character in str(text):
        if character in UNITS:
            total += float(number) * UNITS[character]
            number = ""
        else:
            number += character
    return total + float(number or 0)


def healthy(group: dict[str, Any]) -> int:
    return sum(
        each.get("LifecycleState") == "InService" and each.get("HealthStatus") == "Healthy"
        for each in group.get("Instances") or ()
    )


def starts_refresh(old: Outputs, new: Inputs) -> bool:
    """Whether the group's instances shall be replaced: another template, or what triggers it."""
    refresh = new.get("instanceRefresh")
    if not refresh:
        return False
    triggers = {"launchConfiguration", *(refresh.get("triggers") or ())}
    renamed = {"tag": "tags", "vpc_zone_identifier": "vpcZoneIdentifiers"}
    return _other_template(old, new) or any(
        changed(renamed.get(name, name), old, new) for name in triggers
    )


def _other_template(old: Outputs, new: Inputs) -> bool:
    """Whether the template is another: a program gives its id or its name, and AWS tells both."""
    had, wanted = old.get("launchTemplate") or {}, new.get("launchTemplate") or {}
    return bool(had) != bool(wanted) or any(had.get(name) != wanted[name] for name in wanted)


def settings(inputs: Inputs) -> dict[str, Any]:
    members = {api: inputs[n] for n, api in MEMBERS.items() if inputs.get(n) is not None}
    wanted = inputs.get("launchTemplate") or {}
    zones = inputs.get("availabilityZones")
    return {
        **members,
        **given(
            AvailabilityZones=zones if not inputs.get("vpcZoneIdentifiers") else None,
            DesiredCapacity=inputs.get("desiredCapacity"),
            InstanceMaintenancePolicy=_policy(inputs.get("instanceMaintenancePolicy")),
            LaunchConfigurationName=inputs.get("launchConfiguration") or None,
            LaunchTemplate={
                **given(
                    LaunchTemplateId=wanted.get("id"),
                    LaunchTemplateName=None if wanted.get("id") else wanted.get("name"),
                ),
                "Version": wanted.get("version") or "$Default",
            }
            if wanted
            else None,
            VPCZoneIdentifier=",".join(inputs.get("vpcZoneIdentifiers") or ()) or None,
        ),
    }


def _policy(block: Outputs | None) -> dict[str, Any] | None:
    return {api: block[name] for name, api in MAINTENANCE.items()} if block else None
