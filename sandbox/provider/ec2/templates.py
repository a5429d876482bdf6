"""EC2: launch templates."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import (
    changed,
    find,
    named,
    prefix_of,
    settle,
    tag_changes,
    there,
    worded,
)
from sandbox.provider.core.kinds import Context, Created, Inputs, Kind, Outputs
from sandbox.provider.core.shapes import answer, request, tag_list, tag_map

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GONE = (
    "InvalidLaunchTemplateId.NotFound",
    "InvalidLaunchTemplateId.NotFoundException",
    "InvalidLaunchTemplateName.NotFoundException",
)
# What is the template's own, and not of what it launches.
OWN = (
    "defaultVersion",
    "description",
    "name",
    "namePrefix",
    "region",
    "tags",
    "updateDefaultVersion",
)
NAMES = {
    "ampSevSnp": "AmdSevSnp",
    "securityGroupNames": "SecurityGroups",
    "vpcSecurityGroupIds": "SecurityGroupIds",
}


# LaunchTemplate: its id is the template's


def create_template(ctx: Context, inputs: Inputs) -> Created:
    client = ctx.client("ec2")
    tags = tag_list(inputs.get("tags"))
    more: dict[str, Any] = {}
    if tags:
        more["TagSpecifications"] = [{"ResourceType": "launch-template", "Tags": tags}]
    if inputs.get("description"):
        more["VersionDescription"] = inputs["description"]
    made = client.create_launch_template(
        LaunchTemplateName=named(inputs), LaunchTemplateData=_data(client, inputs), **more
    )
    id = made["LaunchTemplate"]["LaunchTemplateId"]
    return Created(id, there(read_template(ctx, id, inputs), f"EC2 Launch Template ({id})"))


def read_template(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("ec2")
    found = find(client.describe_launch_templates, *GONE, LaunchTemplateIds=[id])
    if not found or not found["LaunchTemplates"]:
        return None
    template = found["LaunchTemplates"][0]
    latest = template["LatestVersionNumber"]
    version = client.describe_launch_template_versions(LaunchTemplateId=id, Versions=[str(latest)])[
        "LaunchTemplateVersions"
    ][0]
    # The emulator's templates tell only the tags that they were created with.
    tags = client.describe_tags(Filters=[{"Name": "resource-id", "Values": [id]}])["Tags"]
    known = facts.of(TEMPLATE)
    assert known
    data = {member.lower(): value for member, value in version["LaunchTemplateData"].items()}
    outputs = {
        name: answer(field, data.get(NAMES.get(name, name).lower()), NAMES)
        for name, field in known.inputs.items()
        if name not in OWN
    }
    outputs |= {
        "arn": f"arn:{ctx.partition}:ec2:{ctx.region}:{ctx.account}:launch-template/{id}",
        "defaultVersion": template["DefaultVersionNumber"],
        "description": version.get("VersionDescription"),
        "latestVersion": latest,
        "name": template["LaunchTemplateName"],
        "namePrefix": prefix_of(template["LaunchTemplateName"]),
        "tags": tag_map(tags),
        "tagSpecifications": _tag_specifications(version["LaunchTemplateData"]),
    }
    return settle(outputs, keep=("namePrefix",))


def find_template(ctx: Context, inputs: Inputs) -> Created | None:
    call = ctx.client("ec2").describe_launch_templates
    name = inputs.get("name")
    found = find(call, *GONE, LaunchTemplateNames=[name]) if name else None
    if not found or not found["LaunchTemplates"]:
        return None
    id = found["LaunchTemplates"][0]["LaunchTemplateId"]
    return Created(id, there(read_template(ctx, id, inputs), f"EC2 Launch Template ({id})"))


def update_template(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    """A changed template is a new version; the default one moves when the program says so."""
    client = ctx.client("ec2")
    latest = old["latestVersion"]
    known = facts.of(TEMPLATE)
    assert known
    apart = {*OWN} - {"description"}
    if any(changed(name, old, new) for name in known.inputs if name not in apart):
        more = {"VersionDescription": new["description"]} if new.get("description") else {}
        made = client.create_launch_template_version(
            LaunchTemplateId=id, LaunchTemplateData=_data(client, new), **more
        )
        latest = made["LaunchTemplateVersion"]["VersionNumber"]
    wanted = latest if new.get("updateDefaultVersion") else new.get("defaultVersion")
    if wanted and wanted != old.get("defaultVersion"):
        client.modify_launch_template(LaunchTemplateId=id, DefaultVersion=str(wanted))
    removed, added = tag_changes(old, new)
    if removed:
        client.delete_tags(Resources=[id], Tags=[{"Key": key} for key in removed])
    if added:
        client.create_tags(Resources=[id], Tags=tag_list(added))
    return there(read_template(ctx, id, new), f"EC2 Launch Template ({id})")


def delete_template(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("ec2").delete_launch_template, *GONE, LaunchTemplateId=id)


def _data(client: Any, inputs: Inputs) -> dict[str, Any]:
    """What the template launches, as the API wants it."""
    given = {
        NAMES.get(name, name): value
        for name, value in inputs.items()
        if name not in OWN and name != "tagSpecifications"
    }
    found: dict[str, Any] = request(client, "RequestLaunchTemplateData", given, NAMES)
    specifications = [
        {"ResourceType": each["resourceType"], "Tags": tag_list(each.get("tags"))}
        for each in inputs.get("tagSpecifications") or ()
    ]
    return {**found, **({"TagSpecifications": specifications} if specifications else {})}


def _tag_specifications(data: dict[str, Any]) -> list[Outputs]:
    return [
        {"resourceType": each["ResourceType"], "tags": tag_map(each.get("Tags"))}
        for each in data.get("TagSpecifications") or ()
    ]


KINDS = (
    worded(
        "ec2",
        "EC2 Launch Template",
        Kind(
            token=TEMPLATE,
            create=create_template,
            read=read_template,
            update=update_template,
            delete=delete_template,
            find=find_template,
            # The facts say of these only that they are there, not what is in them.
            lacks=(
                "capacityReservationSpecification",
                "instanceMarketOptions",
                "instanceRequirements",
                "licenseSpecifications",
                "networkInterfaces",
                "networkPerformanceOptions",
                "placement",
                "privateDnsNameOptions",
                "secondaryInterfaces",
            ),
        ),
        called="name",
    ),
)
