"""What a group launches: its template's data, a subnet, and what AWS refuses about them."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record
from sandbox.server.machines.instances import Wanted

_TYPES = re.compile(r'"InstanceType":\s*\{\s*"type":\s*"string",\s*"enum":\s*\[(.*?)\]', re.DOTALL)
FORMED = "You must use a valid fully-formed launch template. "


def ec2() -> Any:
    """The emulator's EC2, with the default VPC of who asks."""
    module = emulator.app._get_module("ec2")
    module._ensure_defaults_initialized()
    return module


# Templates


def record(asked: Record) -> Record | None:
    """The launch template that a request names, by its id or its name."""
    templates = ec2()._launch_templates
    id, name = asked.get("LaunchTemplateId"), asked.get("LaunchTemplateName")
    if id:
        found: Record | None = templates.get(id) or None
        return found
    return next((t for t in templates.values() if t["LaunchTemplateName"] == name), None)


def version(template: Record, found: Record) -> str:
    """The number of the version that a group asks for: `$Latest` and `$Default` are resolved."""
    member = {"$Latest": "LatestVersionNumber", "$Default": "DefaultVersionNumber"}
    which = template.get("Version") or "$Default"
    return str(found[member[which]]) if which in member else str(which)


def resolved(group: Record) -> Record:
    """The template that an instance is started from, with the number of its version."""
    template = group.get("LaunchTemplate") or {}
    found = record(template) if template else None
    return {**template, "Version": version(template, found)} if found else dict(template)


def data(template: Record) -> Record | None:
    """The data of a template's version; None when there is no such version."""
    found = record(template)
    if found is None:
        return None
    number = version(template, found)
    versions = (v for v in found["Versions"] if str(v["VersionNumber"]) == number)
    return next((v["LaunchTemplateData"] for v in versions), None)


@cache
def types() -> frozenset[str]:
    """The instance types that there are, as botocore's model of EC2 lists them."""
    spec = find_spec("botocore")
    if spec is None or not spec.origin:
        return frozenset()
    file = Path(spec.origin).parent / "data/ec2/2016-11-15/service-2.json.gz"
    with gzip.open(file, "rt", encoding="utf-8") as model:
        text = model.read()  # as a tree it would take ten times its size
    found = _TYPES.search(text)
    return frozenset(re.findall(r'"([^"]+)"', found[1]) if found else ())


def refusal(group: Record) -> str:
    """Why AWS would refuse a group like this; empty when it would not."""
    template = group.get("LaunchTemplate") or {}
    if template:
        found = record(template)
        if found is None:
            named = template.get("LaunchTemplateId")
            what = f"ID {named}" if named else f"name {template.get('LaunchTemplateName')}"
            return f"{FORMED}The specified launch template, with template {what}, does not exist."
        content = data(template)
        if content is None:
            id, number = found["LaunchTemplateId"], template.get("Version")
            return (
                f"{FORMED}Could not find the specified version {number} for the launch template "
                f"with ID {id}."
            )
        kind = content.get("InstanceType")
        if kind and kind not in types():
            return f"{FORMED}Invalid value '{kind}' for InstanceType."
    return _place_refusal(group)


def _place_refusal(group: Record) -> str:
    known = ec2()._subnets
    for subnet in subnets(group):
        if subnet not in known:
            return f"The subnet ID '{subnet}' does not exist"
    region = emulator.responses.get_region()
    zones = {each["AvailabilityZone"] for each in known.values()}
    wrong = [zone for zone in group.get("AvailabilityZones") or () if zone not in zones]
    if wrong and not subnets(group):
        return f"Invalid availability zones: [{', '.join(wrong)}] in region {region}"
    return ""


# Places


def subnets(group: Record) -> list[str]:
    """The subnets that a group names."""
    return [each for each in (group.get("VPCZoneIdentifier") or "").split(",") if each]


def zones(group: Record) -> list[str]:
    """The zones of a group: those of its subnets, where it names any."""
    known = ec2()._subnets
    named = [known[each]["AvailabilityZone"] for each in subnets(group) if each in known]
    return list(dict.fromkeys(named)) or list(group.get("AvailabilityZones") or ())


def where(group: Record) -> tuple[str, str]:
    """The subnet and the zone that have the fewest instances of a group."""
    known = ec2()._subnets
    taken = Counter(each["AvailabilityZone"] for each in group["Instances"])
    zone = min(zones(group), key=lambda each: taken[each])
    named = [each for each in subnets(group) if known[each]["AvailabilityZone"] == zone]
    there = [id for id, subnet in known.items() if subnet["AvailabilityZone"] == zone]
    default = [id for id in there if known[id].get("DefaultForAz")]
    return (named or default or there)[0], zone


def wanted(group: Record, subnet: str) -> Wanted:
    """The instance that a group launches now."""
    template = group.get("LaunchTemplate") or {}
    content = data(template) or {} if template else _configuration(group)
    cards = content.get("NetworkInterfaces") or [{}]
    groups = content.get("SecurityGroupIds") or cards[0].get("Groups") or _named(content)
    tags = {"aws:autoscaling:groupName": group["AutoScalingGroupName"]}
    for spec in content.get("TagSpecifications") or ():
        if spec["ResourceType"] == "instance":
            tags |= {each["Key"]: each["Value"] for each in spec["Tags"]}
    for tag in group.get("Tags") or ():
        if tag.get("PropagateAtLaunch"):
            tags[tag["Key"]] = tag["Value"]
    return Wanted(
        subnet=subnet,
        image=content.get("ImageId") or "ami-00000000",
        type=content.get("InstanceType") or "t3.micro",
        groups=tuple(groups),
        user_data=content.get("UserData") or "",
        profile=content.get("IamInstanceProfile"),
        key=content.get("KeyName") or "",
        tags=tuple(tags.items()),
    )


def _named(content: Record) -> list[str]:
    names = content.get("SecurityGroups") or []
    known = ec2()._security_groups.values()
    return [g["GroupId"] for g in known if g["GroupName"] in names or g["GroupId"] in names]


def _configuration(group: Record) -> Record:
    known = emulator.app._get_module("autoscaling")._launch_configs
    content = dict(known.get(group.get("LaunchConfigurationName") or "") or {})
    content["SecurityGroupIds"] = content.get("SecurityGroups") or []
    return content
