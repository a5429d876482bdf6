"""EC2 and Systems Manager: images and zones that exist already, and values of parameters."""

from __future__ import annotations

import re
from typing import Any

from sandbox.provider.core.answers import find, given
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError, doing
from sandbox.provider.core.kinds import Inputs, Outputs
from sandbox.provider.core.tags import tag_map
from sandbox.provider.lookups.ec2 import filters

UNFILTERED = (
    'Most Recent Image Not Filtered. "most_recent" is set to "true" and results are not filtered by '
    "owner or image ID. With this configuration, a third party may introduce a new image which will "
    "be returned by this data source. Filter by owner or image ID to avoid this possibility."
)
TEXTS = {
    "architecture": "Architecture",
    "bootMode": "BootMode",
    "creationDate": "CreationDate",
    "deprecationTime": "DeprecationTime",
    "description": "Description",
    "hypervisor": "Hypervisor",
    "imageId": "ImageId",
    "imageLocation": "ImageLocation",
    "imageOwnerAlias": "ImageOwnerAlias",
    "imageType": "ImageType",
    "imdsSupport": "ImdsSupport",
    "kernelId": "KernelId",
    "lastLaunchedTime": "LastLaunchedTime",
    "name": "Name",
    "ownerId": "OwnerId",
    "platform": "Platform",
    "platformDetails": "PlatformDetails",
    "ramdiskId": "RamdiskId",
    "rootDeviceName": "RootDeviceName",
    "rootDeviceType": "RootDeviceType",
    "sriovNetSupport": "SriovNetSupport",
    "state": "State",
    "tpmSupport": "TpmSupport",
    "usageOperation": "UsageOperation",
    "virtualizationType": "VirtualizationType",
}
DISK = {
    "delete_on_termination": "DeleteOnTermination",
    "encrypted": "Encrypted",
    "iops": "Iops",
    "snapshot_id": "SnapshotId",
    "throughput": "Throughput",
    "volume_size": "VolumeSize",
    "volume_type": "VolumeType",
}


def get_ami(ctx: Context, arguments: Inputs) -> Outputs:
    """The one image that a program describes, or the newest of them."""
    wanted = filters(arguments)
    named = {each["Name"] for each in wanted} & {"image-id", "owner-id"}
    safe = arguments.get("owners") or named or arguments.get("allowUnsafeFilter")
    if arguments.get("mostRecent") and not safe:
        raise CallError(UNFILTERED)
    with doing("reading EC2 AMIs", "ec2"):
        found = ctx.client("ec2").describe_images(
            **given(
                Filters=wanted or None,
                Owners=arguments.get("owners") or None,
                ExecutableUsers=arguments.get("executableUsers") or None,
                IncludeDeprecated=arguments.get("includeDeprecated"),
            )
        )["Images"]
    if pattern := arguments.get("nameRegex"):
        found = [each for each in found if re.search(pattern, each.get("Name") or "")]
    if not found:
        raise CallError(
            "Your query returned no results. Please change your search criteria and try again."
        )
    if len(found) > 1 and not arguments.get("mostRecent"):
        raise CallError(
            "Your query returned more than one result. Please try a more specific search criteria, "
            "or set `most_recent` attribute to true."
        )
    return _image(ctx, max(found, key=lambda each: each.get("CreationDate") or ""), arguments)


def _image(ctx: Context, image: dict[str, Any], arguments: Inputs) -> Outputs:
    reason = image.get("StateReason") or {}
    disks = image.get("BlockDeviceMappings") or []
    root: dict[str, Any] = next(
        (each for each in disks if each.get("DeviceName") == image.get("RootDeviceName")), {}
    )
    asked = ("allowUnsafeFilter", "executableUsers", "filters", "nameRegex", "owners", "uefiData")
    return {
        **{name: image.get(member) or "" for name, member in TEXTS.items()},
        **{name: arguments.get(name) for name in asked},
        "arn": f"arn:{ctx.partition}:ec2:{ctx.region}::image/{image['ImageId']}",
        "blockDeviceMappings": [_disk(each) for each in disks],
        "enaSupport": image.get("EnaSupport", False),
        "id": image["ImageId"],
        "includeDeprecated": arguments.get("includeDeprecated", False),
        "mostRecent": arguments.get("mostRecent", False),
        "productCodes": [
            {"productCodeId": each["ProductCodeId"], "productCodeType": each["ProductCodeType"]}
            for each in image.get("ProductCodes") or ()
        ],
        "public": image.get("Public", False),
        "region": ctx.region,
        "rootSnapshotId": (root.get("Ebs") or {}).get("SnapshotId") or "",
        "stateReason": {
            "code": reason.get("Code") or "UNSET",
            "message": reason.get("Message") or "UNSET",
        },
        "tags": tag_map(image.get("Tags")),
    }


def _disk(mapping: dict[str, Any]) -> Outputs:
    def text(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value or "")

    ebs = mapping.get("Ebs") or {}
    return {
        "deviceName": mapping.get("DeviceName") or "",
        "ebs": {name: text(ebs.get(member)) for name, member in DISK.items()} if ebs else {},
        "noDevice": mapping.get("NoDevice") or "",
        "virtualName": mapping.get("VirtualName") or "",
    }


def get_parameter(ctx: Context, arguments: Inputs) -> Outputs:
    """A parameter's value; of AWS's own public ones, too."""
    name, decrypt = arguments["name"], arguments.get("withDecryption", True)
    with doing(f"reading SSM Parameter ({name})", "ssm"):
        call = ctx.client("ssm").get_parameter
        answer = find(call, "ParameterNotFound", Name=name, WithDecryption=decrypt)
    if answer is None:
        raise CallError(f"reading SSM Parameter ({name}): couldn't find resource")
    found = answer["Parameter"]
    secret = found["Type"] == "SecureString"
    return {
        "arn": found["ARN"],
        "id": found["Name"],
        "insecureValue": None if secret else found["Value"],
        "name": found["Name"],
        "region": ctx.region,
        "type": found["Type"],
        "value": found["Value"],
        "version": found["Version"],
        "withDecryption": decrypt,
    }


def _zones(ctx: Context, arguments: Inputs) -> list[dict[str, Any]]:
    wanted = filters(arguments, state=arguments.get("state"))
    every = arguments.get("allAvailabilityZones")
    with doing("reading EC2 Availability Zones", "ec2"):
        found = ctx.client("ec2").describe_availability_zones(
            **given(AllAvailabilityZones=every, Filters=wanted or None)
        )["AvailabilityZones"]
    return sorted(found, key=lambda zone: zone["ZoneName"])


def get_zones(ctx: Context, arguments: Inputs) -> Outputs:
    """The names and ids of a Region's zones."""
    names, ids = arguments.get("excludeNames") or (), arguments.get("excludeZoneIds") or ()
    zones = [
        zone
        for zone in _zones(ctx, arguments)
        if zone["ZoneName"] not in names and zone["ZoneId"] not in ids
    ]
    asked = ("allAvailabilityZones", "excludeNames", "excludeZoneIds", "filters", "state")
    return {
        **{name: arguments.get(name) for name in asked},
        "groupNames": sorted({zone.get("GroupName") or "" for zone in zones}),
        "id": ctx.region,
        "names": [zone["ZoneName"] for zone in zones],
        "region": ctx.region,
        "zoneIds": [zone["ZoneId"] for zone in zones],
    }


def get_zone(ctx: Context, arguments: Inputs) -> Outputs:
    """The one zone of a name, an id, or with given properties."""
    name, id = arguments.get("name"), arguments.get("zoneId")
    zones = [
        zone
        for zone in _zones(ctx, arguments)
        if name in (None, zone["ZoneName"]) and id in (None, zone["ZoneId"])
    ]
    if len(zones) != 1:
        raise CallError(
            "multiple EC2 Availability Zones matched; use additional constraints to reduce matches "
            "to a single EC2 Availability Zone"
            if zones
            else "no matching EC2 Availability Zone found"
        )
    zone = zones[0]
    full = zone["ZoneName"]
    return {
        "allAvailabilityZones": arguments.get("allAvailabilityZones"),
        "filters": arguments.get("filters"),
        "groupLongName": zone.get("GroupLongName") or "",
        "groupName": zone.get("GroupName") or "",
        "id": full,
        "name": full,
        "nameSuffix": full.removeprefix(zone.get("RegionName") or ctx.region),
        "networkBorderGroup": zone.get("NetworkBorderGroup") or "",
        "optInStatus": zone.get("OptInStatus") or "",
        "parentZoneId": zone.get("ParentZoneId") or "",
        "parentZoneName": zone.get("ParentZoneName") or "",
        "region": ctx.region,
        "state": zone["State"],
        "zoneId": zone["ZoneId"],
        "zoneType": zone.get("ZoneType") or "",
    }


FUNCTIONS = {
    "aws:ec2/getAmi:getAmi": get_ami,
    "aws:index/getAvailabilityZone:getAvailabilityZone": get_zone,
    "aws:index/getAvailabilityZones:getAvailabilityZones": get_zones,
    "aws:ssm/getParameter:getParameter": get_parameter,
}
