"""Links into a VPC against a real emulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from tests.sandbox.provider.gateway import seen
from tests.sandbox.provider.lifecycle import (
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_updates,
    created,
)

VPC_LINK = "aws:apigateway/vpcLink:VpcLink"
NLB = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/{}/l/0123456789abcdef"


@pytest.fixture
def balancer(life: Lives, ctx: Context) -> Iterator[str]:
    """A network load balancer's ARN."""
    client = ctx.client("elbv2")
    made = client.create_load_balancer(
        Name=life.name("net"), Type="network", Subnets=["subnet-00000001"]
    )
    arn = str(made["LoadBalancers"][0]["LoadBalancerArn"])
    yield arn
    client.delete_load_balancer(LoadBalancerArn=arn)


def test_a_vpc_link_lives(life: Lives, ctx: Context, balancer: str) -> None:
    inputs = {"description": "to the model", "tags": {"team": "llm"}}
    link = life(VPC_LINK, name=life.name("link"), targetArn=balancer, **inputs)
    assert_complete(link)
    assert link.outputs["arn"] == f"arn:aws:apigateway:us-east-1::/vpclinks/{link.id}"
    assert_imports(link, link.id)
    assert seen(ctx, "get_vpc_link", vpcLinkId=link.id)["status"] == "AVAILABLE"
    assert_found(ctx, VPC_LINK, {"name": link.outputs["name"]}, link.id)
    assert_updates(
        link,
        [
            {"description": "another"},
            {"description": None},
            {"name": life.name("renamed")},
            {"tags": {"team": "x", "new": "1"}},
            {"tags": None},
        ],
    )
    assert_deleted(link)


def test_a_small_vpc_link_has_all_outputs(life: Lives, balancer: str) -> None:
    link = life(VPC_LINK, name=life.name("link"), targetArn=balancer)
    assert_complete(link)
    assert_deleted(link)


def test_a_vpc_link_to_another_kind_of_load_balancer_fails_and_leaves_nothing(
    life: Lives, ctx: Context
) -> None:
    name = life.name("link")
    told = (
        rf"^creating API Gateway VPC Link \({name}\): "
        r"waiting for completion: FAILED: NLB ARN is malformed$"
    )
    with pytest.raises(CallError, match=told):
        created(VPC_LINK, ctx, {"name": name, "targetArn": NLB.format("app")})
    links = seen(ctx, "get_vpc_links").get("items") or []
    assert name not in {link["name"] for link in links}
