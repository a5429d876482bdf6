"""Where instances live, and who may talk to whom."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

# Chapter 22: behind a load balancer

# Zones that have VPC links, by id: a zone's name is another one in each
# account. Of us-east-1, AWS leaves out use1-az3; of others, it names none.
LINKED_ZONES = {
    "us-east-1": [f"use1-az{number}" for number in (1, 2, 4, 5, 6)]
}
BALANCER_PORT, MODEL_PORT = 80, 8080


@dataclass(frozen=True)
class Network:
    """A network, and its subnets: one in each zone that has VPC links."""

    vpc_id: pulumi.Output[str]
    subnet_ids: pulumi.Output[list[str]]


@dataclass(frozen=True)
class Doors:
    """A security group for each of the three who stand in a row."""

    link: aws.ec2.SecurityGroup
    balancer: aws.ec2.SecurityGroup
    instances: aws.ec2.SecurityGroup


def network() -> Network:
    """The account's default network: its subnets are public and free.

    In a private one, instances could install nothing without a NAT
    gateway, which costs more than they do.
    """
    vpc = aws.ec2.get_vpc_output(default=True)
    region = aws.get_region_output().region
    zones = region.apply(lambda name: LINKED_ZONES.get(name, ["*"]))
    subnets = aws.ec2.get_subnets_output(
        filters=[
            {"name": "vpc-id", "values": [vpc.id]},
            {"name": "default-for-az", "values": ["true"]},
            {"name": "availability-zone-id", "values": zones},
        ]
    )
    return Network(vpc.id, subnets.ids)


def doors(network: Network) -> Doors:
    """The link may call the balancer, and the balancer the instances.

    Public addresses or not: nobody else gets through. Instances may go
    out, to AWS and to where their packages are.
    """
    link = security_group("linkDoor", network, "What the API calls from")
    balancer = security_group("balancerDoor", network, "The balancer")
    instances = security_group("instanceDoor", network, "The instances")
    passage("linkToBalancer", link, balancer, BALANCER_PORT)
    passage("balancerToInstances", balancer, instances, MODEL_PORT)
    aws.vpc.SecurityGroupEgressRule(
        "instancesToAnywhere",
        security_group_id=instances.id,
        cidr_ipv4="0.0.0.0/0",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
    )
    return Doors(link, balancer, instances)


def security_group(
    name: str, network: Network, description: str
) -> aws.ec2.SecurityGroup:
    """A security group that lets nothing through yet, in or out."""
    return aws.ec2.SecurityGroup(
        name, vpc_id=network.vpc_id, description=description
    )


def passage(
    name: str,
    caller: aws.ec2.SecurityGroup,
    called: aws.ec2.SecurityGroup,
    port: int,
) -> None:
    """Out of one group and into another, by one port."""
    by_port = {"ip_protocol": "tcp", "from_port": port, "to_port": port}
    aws.vpc.SecurityGroupEgressRule(
        f"{name}-out",
        security_group_id=caller.id,
        referenced_security_group_id=called.id,
        **by_port,
    )
    aws.vpc.SecurityGroupIngressRule(
        f"{name}-in",
        security_group_id=called.id,
        referenced_security_group_id=caller.id,
        **by_port,
    )
