"""Auto Scaling groups between arguments and the API."""

from __future__ import annotations

from typing import Any

from sandbox.provider.answers import changed, given
from sandbox.provider.kinds import Inputs, Outputs
from sandbox.provider.shapes import filled

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}

# Arguments that are one member of CreateAutoScalingGroup and UpdateAutoScalingGroup each.
MEMBERS = {
    "defaultCooldown": "DefaultCooldown",
    "healthCheckGracePeriod": "HealthCheckGracePeriod",
    "healthCheckType": "HealthCheckType",
    "maxSize": "MaxSize",
    "minSize": "MinSize",
}


def template(found: Outputs | None) -> Outputs | None:
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
    keys = [tag["key"] for tag in last.get("tags") or ()]
    return sorted(found, key=lambda t: keys.index(t["key"]) if t["key"] in keys else len(keys))


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
    triggers = {"launchTemplate", *(refresh.get("triggers") or ())}
    renamed = {"tag": "tags", "vpc_zone_identifier": "vpcZoneIdentifiers"}
    return any(changed(renamed.get(name, name), old, new) for name in triggers)


def settings(inputs: Inputs) -> dict[str, Any]:
    members = {api: inputs[n] for n, api in MEMBERS.items() if inputs.get(n) is not None}
    wanted = inputs.get("launchTemplate") or {}
    zones = inputs.get("availabilityZones")
    return {
        **members,
        **given(
            AvailabilityZones=zones if not inputs.get("vpcZoneIdentifiers") else None,
            DesiredCapacity=inputs.get("desiredCapacity"),
            LaunchTemplate={
                **given(
                    LaunchTemplateId=wanted.get("id"),
                    LaunchTemplateName=None if wanted.get("id") else wanted.get("name"),
                ),
                "Version": wanted.get("version") or "$Default",
            },
            VPCZoneIdentifier=",".join(inputs.get("vpcZoneIdentifiers") or ()) or None,
        ),
    }
