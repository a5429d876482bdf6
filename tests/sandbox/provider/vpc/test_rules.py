"""Rules of security groups that stand alone, against a real emulator."""

from __future__ import annotations

from typing import Any

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
)

GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


@pytest.fixture
def group(life: Lives) -> Life:
    return life(GROUP, name=life.name("web"))


@pytest.mark.parametrize("token", [INGRESS, EGRESS])
def test_a_rule_keeps_and_takes_every_argument(life: Lives, group: Life, token: str) -> None:
    other, third = (life(GROUP, name=life.name("app")).id for _ in range(2))
    rule = life(
        token,
        securityGroupId=group.id,
        referencedSecurityGroupId=other,
        ipProtocol="TCP",
        fromPort=80,
        toPort=80,
        description="the link",
        tags={"a": "1"},
    )
    assert_complete(rule)
    assert rule.id == rule.outputs["securityGroupRuleId"]
    assert rule.outputs["arn"].endswith(f":security-group-rule/{rule.id}")
    changes: list[dict[str, Any]] = [
        {"toPort": 90},
        {"referencedSecurityGroupId": third},
        {"description": "another"},
        {"description": None},
        {"ipProtocol": "tcp", "tags": {"b": "2"}},
        {"tags": None},
    ]
    assert_updates(rule, changes)
    assert_found(rule.ctx, token, rule.inputs, rule.id)
    assert_imports(rule, rule.id)
    assert_deleted(rule)


def test_all_protocols_have_no_ports(life: Lives, group: Life) -> None:
    rule = life(EGRESS, securityGroupId=group.id, cidrIpv4="0.0.0.0/0", ipProtocol="-1")
    assert_complete(rule)
    assert "fromPort" not in rule.outputs


def test_a_rule_that_changed_does_not_lend_its_id_to_another(life: Lives, group: Life) -> None:
    about = {"securityGroupId": group.id, "ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8"}
    first = life(INGRESS, **about, fromPort=80, toPort=80)
    first.update(fromPort=81, toPort=81)
    second = life(INGRESS, **about, fromPort=80, toPort=80)
    assert first.id != second.id
    second.delete()
    assert first.read() == first.outputs


def test_the_same_rule_is_refused_the_second_time(life: Lives, ctx: Context, group: Life) -> None:
    inputs = {
        "securityGroupId": group.id, "ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8",
        "fromPort": 80, "toPort": 80,
    }  # fmt: skip
    life(INGRESS, **inputs)
    assert_refused(
        ctx, INGRESS, inputs,
        "creating VPC Security Group Rule: operation error EC2: AuthorizeSecurityGroupIngress",
        400,
        'api error InvalidPermission.Duplicate: the specified rule "peer: 10.0.0.0/8, TCP, from port: 80, '
        'to port: 80, ALLOW" already exists',
    )  # fmt: skip
    unknown = {**inputs, "cidrIpv4": None, "referencedSecurityGroupId": "sg-0123456789abcdef1"}
    assert_refused(
        ctx, INGRESS, unknown,
        "creating VPC Security Group Rule: operation error EC2: AuthorizeSecurityGroupIngress",
        400, "api error InvalidGroup.NotFound: The security group 'sg-0123456789abcdef1' does not exist",
    )  # fmt: skip


def test_a_group_that_another_ones_rule_names_waits_for_its_end(
    life: Lives, ctx: Context, group: Life
) -> None:
    other = life(GROUP, name=life.name("other"))
    life(INGRESS, securityGroupId=group.id, referencedSecurityGroupId=other.id, ipProtocol="-1")
    client = ctx.client("ec2")
    with pytest.raises(client.exceptions.ClientError, match="has a dependent object"):
        client.delete_security_group(GroupId=other.id)
