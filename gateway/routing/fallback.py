"""The function asks the instances first, and answers itself if it must.

How is in functions/model/failover/. Here is what it needs: the balancer's
address, a way there, and a table in which its environments tell each other
who does not answer.
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from ..instances.hosts import Site
from ..instances.network import (
    BALANCER_PORT,
    passage,
    security_group,
)
from ..kinds import Arguments, Statement, Variables
from ..settings import Settings

# Chapter 25: failing well


def breaker_table(settings: Settings) -> list[aws.dynamodb.Table]:
    """What is known of each backend: one small item; or no table.

    An environment of a function serves one caller at a time. In its own
    memory, each would learn by its own callers' waiting what the others
    know already.
    """
    if settings.first_backend != "instances":
        return []
    table = aws.dynamodb.Table(
        "breakers",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        ttl={"attribute_name": "expires", "enabled": True},
    )
    return [table]


def first_backends(
    site: Site, breakers: list[aws.dynamodb.Table]
) -> Variables:
    """For the function: whom it asks before its own model."""
    if not breakers:
        return {}
    url = pulumi.Output.concat("http://", site.balancer.dns_name)
    told = url.apply(
        lambda known: json.dumps(
            [{"name": "instances", "url": known, "ours": True}]
        )
    )
    return {"FIRST_BACKENDS": told, "BREAKER_TABLE": breakers[0].name}


def fallback_rights(
    breakers: list[aws.dynamodb.Table],
) -> list[Statement]:
    """For the function's role: the table, and a place in the network.

    A network interface belongs to no one yet when it is asked for: AWS
    knows no narrower resource for these three.
    """
    if not breakers:
        return []
    table = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
        "Resource": breakers[0].arn,
    }
    interfaces = {
        "Effect": "Allow",
        "Action": [
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
        ],
        "Resource": "*",
    }
    return [table, interfaces]


def function_network(
    site: Site, breakers: list[aws.dynamodb.Table]
) -> Arguments:
    """For the function: a place in the network, with a door of its own.

    From there it reaches DynamoDB only through a gateway endpoint, which
    is free, and the network's, not ours: the README says how to make one.
    """
    if not breakers:
        return {}
    door = security_group("functionDoor", site.network, "The function")
    passage("functionToBalancer", door, site.doors.balancer, BALANCER_PORT)
    aws.vpc.SecurityGroupEgressRule(
        "functionToAws",
        security_group_id=door.id,
        cidr_ipv4="0.0.0.0/0",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
    )
    return {
        "vpc_config": {
            "subnet_ids": site.network.subnet_ids,
            "security_group_ids": [door.id],
        }
    }
