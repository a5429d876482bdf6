"""EC2: the VPC and the subnets that exist already."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError, doing
from sandbox.provider.core.kinds import Inputs, Outputs
from sandbox.provider.core.tags import tag_map


def filters(arguments: Inputs, **more: Any) -> list[dict[str, Any]]:
    """The API's filters: the program's own, its tags, and those of single arguments."""
    found = [
        {"Name": each["name"], "Values": list(each["values"])}
        for each in arguments.get("filters") or ()
    ]
    found += [
        {"Name": f"tag:{key}", "Values": [value]}
        for key, value in (arguments.get("tags") or {}).items()
    ]
    return found + [
        {"Name": name.replace("_", "-"), "Values": [str(value)]}
        for name, value in more.items()
        if value not in (None, "")
    ]


def get_vpc(ctx: Context, arguments: Inputs) -> Outputs:
    """The one VPC of an id, with given properties, or the default one."""
    client, id = ctx.client("ec2"), arguments.get("id")
    default = arguments.get("default")
    wanted = filters(
        arguments,
        cidr=arguments.get("cidrBlock"),
        dhcp_options_id=arguments.get("dhcpOptionsId"),
        is_default="true" if default else None,
        state=arguments.get("state"),
    )
    with doing("reading EC2 VPC", "ec2"):
        found = client.describe_vpcs(
            **({"VpcIds": [id]} if id else {}), **({"Filters": wanted} if wanted else {})
        )["Vpcs"]
        if len(found) != 1:
            raise CallError(_not_one(len(found), "VPC"))
        vpc = found[0]
        return _vpc_result(ctx, client, vpc, arguments)


def _not_one(count: int, what: str) -> str:
    if count:
        return (
            f"multiple EC2 {what}s matched; use additional constraints to reduce matches to a "
            f"single EC2 {what}"
        )
    return f"no matching EC2 {what} found"


def _vpc_result(ctx: Context, client: Any, vpc: dict[str, Any], arguments: Inputs) -> Outputs:
    id = vpc["VpcId"]
    tables = client.describe_route_tables(
        Filters=[
            {"Name": "vpc-id", "Values": [id]},
            {"Name": "association.main", "Values": ["true"]},
        ]
    )["RouteTables"]
    v6 = (vpc.get("Ipv6CidrBlockAssociationSet") or [{}])[0]
    owner = vpc.get("OwnerId") or ctx.account
    return {
        "arn": f"arn:{ctx.partition}:ec2:{ctx.region}:{owner}:vpc/{id}",
        "cidrBlock": vpc["CidrBlock"],
        "cidrBlockAssociations": [
            {
                "associationId": each["AssociationId"],
                "cidrBlock": each["CidrBlock"],
                "state": each.get("CidrBlockState", {}).get("State", ""),
            }
            for each in vpc.get("CidrBlockAssociationSet") or ()
        ],
        "default": vpc.get("IsDefault", False),
        "dhcpOptionsId": vpc.get("DhcpOptionsId", ""),
        "enableDnsHostnames": _attribute(client, id, "enableDnsHostnames"),
        "enableDnsSupport": _attribute(client, id, "enableDnsSupport"),
        "enableNetworkAddressUsageMetrics": False,
        "filters": arguments.get("filters") or [],
        "id": id,
        "instanceTenancy": vpc.get("InstanceTenancy", "default"),
        "ipv6AssociationId": v6.get("AssociationId", ""),
        "ipv6CidrBlock": v6.get("Ipv6CidrBlock", ""),
        "ipv6CidrBlockAssociations": [],
        "mainRouteTableId": tables[0]["RouteTableId"] if tables else "",
        "ownerId": owner,
        "region": ctx.region,
        "state": vpc.get("State", ""),
        "tags": tag_map(vpc.get("Tags")),
    }


def _attribute(client: Any, id: str, name: str) -> bool:
    found = client.describe_vpc_attribute(VpcId=id, Attribute=name)
    return bool(found[name[0].upper() + name[1:]]["Value"])


def get_subnets(ctx: Context, arguments: Inputs) -> Outputs:
    """The ids of all subnets with given properties."""
    wanted = filters(arguments)
    with doing("reading EC2 Subnets", "ec2"):
        pages = ctx.client("ec2").get_paginator("describe_subnets")
        request = {"Filters": wanted} if wanted else {}
        ids = [each["SubnetId"] for page in pages.paginate(**request) for each in page["Subnets"]]
    return {
        "filters": arguments.get("filters") or [],
        "id": ctx.region,
        "ids": ids,
        "region": ctx.region,
        "tags": arguments.get("tags") or {},
    }


FUNCTIONS = {
    "aws:ec2/getSubnets:getSubnets": get_subnets,
    "aws:ec2/getVpc:getVpc": get_vpc,
}
