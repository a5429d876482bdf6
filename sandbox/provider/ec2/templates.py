"""EC2: launch templates; the id is the template's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import (
    changed,
    find,
    first,
    named,
    prefix_of,
    settle,
)
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.shapes import answers, request
from sandbox.provider.core.tags import tag_list, tag_map
from sandbox.provider.ec2 import tagging

TOKEN = "aws:ec2/launchTemplate:LaunchTemplate"
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


def create_template(ctx: Context, inputs: Inputs) -> str:
    client = ctx.client("ec2")
    more = tagging.tagged("launch-template", inputs)
    if inputs.get("description"):
        more["VersionDescription"] = inputs["description"]
    made = client.create_launch_template(
        LaunchTemplateName=named(inputs), LaunchTemplateData=_data(client, inputs), **more
    )
    id = made["LaunchTemplate"]["LaunchTemplateId"]
    return id


def read_template(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("ec2")
    call = client.describe_launch_templates
    template = first(call, "LaunchTemplates", *GONE, LaunchTemplateIds=[id])
    if template is None:
        return None
    latest = template["LatestVersionNumber"]
    version = client.describe_launch_template_versions(LaunchTemplateId=id, Versions=[str(latest)])[
        "LaunchTemplateVersions"
    ][0]
    # The emulator's templates tell only the tags that they were created with.
    tags = client.describe_tags(Filters=[{"Name": "resource-id", "Values": [id]}])["Tags"]
    known = facts.known(TOKEN)
    fields = {name: field for name, field in known.inputs.items() if name not in OWN}
    outputs = answers(fields, version["LaunchTemplateData"], NAMES, NAMES)
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


def find_template(ctx: Context, inputs: Inputs) -> str | None:
    call = ctx.client("ec2").describe_launch_templates
    name = inputs.get("name")
    found = first(call, "LaunchTemplates", *GONE, LaunchTemplateNames=[name]) if name else None
    return str(found["LaunchTemplateId"]) if found else None


def update_template(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    """A changed template is a new version; the default one moves when the program says so."""
    client = ctx.client("ec2")
    latest = old["latestVersion"]
    known = facts.known(TOKEN)
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
    tagging.retag(client, id, old, new)


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


LAUNCH_TEMPLATE = resource(
    "ec2",
    "EC2 Launch Template",
    TOKEN,
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
    called="name",
)
