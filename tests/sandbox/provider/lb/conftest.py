"""What the tests of this folder begin with."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.context import Context
from tests.sandbox.provider.lb.actions import fixed
from tests.sandbox.provider.lifecycle import Life, Lives, look_up

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
GROUP = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"


@pytest.fixture
def network(ctx: Context) -> dict[str, Any]:
    """The default VPC and its subnets."""
    vpc = look_up(ctx, "aws:ec2/getVpc:getVpc", default=True)
    filters = [{"name": "vpc-id", "values": [vpc["id"]]}]
    subnets = look_up(ctx, "aws:ec2/getSubnets:getSubnets", filters=filters)["ids"]
    return {"vpc": vpc["id"], "subnets": subnets}


@pytest.fixture
def balancer(life: Lives, network: dict[str, Any]) -> Life:
    return life(BALANCER, name=life.name("front"), subnets=network["subnets"][:2])


@pytest.fixture
def group(life: Lives, network: dict[str, Any]) -> Life:
    return life(
        GROUP,
        name=life.name("servers"),
        port=8080,
        protocol="HTTP",
        targetType="ip",
        vpcId=network["vpc"],
    )


@pytest.fixture
def listener(life: Lives, balancer: Life) -> Life:
    return life(LISTENER, loadBalancerArn=balancer.id, port=80, defaultActions=[fixed("403")])
