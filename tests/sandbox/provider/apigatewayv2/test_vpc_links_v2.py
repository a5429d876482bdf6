"""VPC links V2 against a real emulator."""

from __future__ import annotations

import pytest

from sandbox.provider.core.context import Context
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_refused,
    assert_updates,
    look_up,
)

LINK = "aws:apigatewayv2/vpcLink:VpcLink"
GROUP = "aws:ec2/securityGroup:SecurityGroup"


@pytest.fixture
def link(life: Lives, ctx: Context) -> Life:
    group = life(GROUP, name=life.name("link"))
    subnets = look_up(ctx, "aws:ec2/getSubnets:getSubnets")["ids"]
    return life(
        LINK,
        name=life.name("link"),
        securityGroupIds=[group.id],
        subnetIds=sorted(subnets, reverse=True)[:2],
        tags={"a": "1"},
    )


def test_a_link_is_available_when_it_is_made(link: Life) -> None:
    assert_complete(link)
    assert link.outputs["arn"] == f"arn:aws:apigateway:us-east-1::/vpclinks/{link.id}"
    assert_updates(
        link, [{"name": f"{link.inputs['name']}2"}, {"tags": {"b": "2"}}, {"tags": None}]
    )
    assert_found(link.ctx, LINK, link.inputs, link.id)
    link.outputs.pop("tags", None)
    # An import knows no order, and sorts.
    link.outputs["subnetIds"].sort()
    assert_imports(link, link.id)
    assert_deleted(link)


def test_a_link_into_a_subnet_that_is_not_there_is_refused(ctx: Context) -> None:
    inputs = {"name": "l", "securityGroupIds": [], "subnetIds": ["subnet-9"]}
    assert_refused(
        ctx, LINK, inputs,
        "creating API Gateway v2 VPC Link (l): operation error ApiGatewayV2: CreateVpcLink",
        400, "BadRequestException: The subnet ID 'subnet-9' does not exist",
    )  # fmt: skip
