"""Target groups and what is registered in them, against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_imports,
    assert_updates,
)

GROUP = "aws:lb/targetGroup:TargetGroup"
ATTACHMENT = "aws:lb/targetGroupAttachment:TargetGroupAttachment"


def test_a_small_target_group_lives(group: Life) -> None:
    assert_complete(group)
    assert group.outputs["arnSuffix"].startswith("targetgroup/")
    assert group.outputs["deregistrationDelay"] == 300 and "stickiness" not in group.outputs
    assert group.outputs["healthCheck"]["matcher"] == "200"
    assert_imports(group, group.id)
    assert_deleted(group)


HEALTH = {
    "enabled": True,
    "healthyThreshold": 2,
    "interval": 10,
    "matcher": "200-299",
    "path": "/health",
    "port": "8081",
    "protocol": "HTTP",
    "timeout": 4,
    "unhealthyThreshold": 4,
}
COUNTS = {"minimumHealthyTargetsCount": "2"}
OFF = {"minimumHealthyTargetsPercentage": "off"}
HEALTHY = {
    "dnsFailover": {**COUNTS, "minimumHealthyTargetsPercentage": "50"},
    "unhealthyStateRouting": {"minimumHealthyTargetsCount": 3, **OFF},
}


def test_a_target_group_keeps_and_takes_every_argument(
    life: Lives, network: dict[str, Any]
) -> None:
    group = life(
        GROUP,
        name=life.name("servers"),
        deregistrationDelay=15,
        healthCheck=HEALTH,
        ipAddressType="ipv6",
        loadBalancingAlgorithmType="least_outstanding_requests",
        loadBalancingAnomalyMitigation="off",
        loadBalancingCrossZoneEnabled="true",
        port=8080,
        protocol="HTTP",
        protocolVersion="GRPC",
        slowStart=30,
        stickiness={"type": "lb_cookie", "enabled": True, "cookieDuration": 60},
        tags={"team": "llm"},
        targetType="instance",
        vpcId=network["vpc"],
    )
    assert_complete(group)
    assert_imports(group, group.id)
    cookie = {"type": "app_cookie", "enabled": True, "cookieDuration": 90, "cookieName": "MODEL"}
    changes: list[dict[str, Any]] = [
        {"deregistrationDelay": 20},
        {"healthCheck": {**HEALTH, "interval": 20, "path": "/ready", "matcher": "200"}},
        {"loadBalancingAlgorithmType": "round_robin"},
        {"loadBalancingAnomalyMitigation": "on"},
        {"loadBalancingCrossZoneEnabled": "use_load_balancer_configuration"},
        {"slowStart": 0},
        {"stickiness": cookie},
        {"stickiness": {**cookie, "enabled": False}},
        {"targetGroupHealth": HEALTHY},
        {"targetGroupHealth": {**HEALTHY, "dnsFailover": {**COUNTS, **OFF}}},
        {"targetGroupHealth": None},
        {"tags": {"team": "x"}},
        {"tags": None},
    ]
    assert_updates(group, changes)
    assert_deleted(group)


def test_a_small_target_group_speaks_http_1_over_ipv4(group: Life) -> None:
    assert group.outputs["ipAddressType"] == "ipv4"
    assert group.outputs["protocolVersion"] == "HTTP1"


def test_a_network_group_keeps_what_becomes_of_failing_targets(
    life: Lives, network: dict[str, Any]
) -> None:
    failover = {"onDeregistration": "rebalance", "onUnhealthy": "rebalance"}
    state = {"enableUnhealthyConnectionTermination": False, "unhealthyDrainingInterval": 30}
    group = life(
        GROUP,
        name=life.name("servers"),
        port=80,
        protocol="TCP",
        targetFailovers=[failover],
        targetHealthStates=[state],
        vpcId=network["vpc"],
    )
    assert group.outputs["targetFailovers"] == [failover]
    assert "protocolVersion" not in group.outputs
    quiet = {"onDeregistration": "no_rebalance", "onUnhealthy": "no_rebalance"}
    ended = {"enableUnhealthyConnectionTermination": True, "unhealthyDrainingInterval": 0}
    assert_updates(group, [{"targetFailovers": [quiet]}, {"targetHealthStates": [ended]}])
    assert_deleted(group)


def test_a_target_group_for_lambda_has_no_network(life: Lives) -> None:
    group = life(
        GROUP, name=life.name("fn"), targetType="lambda", lambdaMultiValueHeadersEnabled=True
    )
    assert "port" not in group.outputs and "vpcId" not in group.outputs
    assert_updates(group, [{"lambdaMultiValueHeadersEnabled": False}])
    with pytest.raises(CallError, match="port, protocol and vpcId are required when targetType"):
        kind(GROUP).create(life.ctx, {"name": "x", "targetType": "ip"})


def test_a_target_is_registered_and_deregistered(life: Lives, group: Life) -> None:
    target = life(ATTACHMENT, targetGroupArn=group.id, targetId="127.0.0.1", port=8090)
    assert_complete(target)
    other = life(ATTACHMENT, targetGroupArn=group.id, targetId="127.0.0.2", port=8091)
    imported = f"{group.id},127.0.0.1,8090"
    assert target.imported(imported)[1] == {n: target.inputs[n] for n in target.inputs}
    assert target.kind.find and target.kind.find(target.ctx, target.inputs)
    assert_deleted(target)
    assert other.read() == other.outputs
    group.delete()
    assert other.read() is None
    other.delete()


def test_a_target_is_its_id_and_its_port(life: Lives, group: Life) -> None:
    both = [
        life(ATTACHMENT, targetGroupArn=group.id, targetId="10.1.2.3", port=port)
        for port in (8090, 8091)
    ]
    own = life(ATTACHMENT, targetGroupArn=group.id, targetId="10.1.2.3", availabilityZone="all")
    assert_complete(own)
    assert [each.read() for each in both] == [each.outputs for each in both]
    assert_deleted(both[0])
    assert both[1].read() == both[1].outputs and own.read() == own.outputs
    found = group.ctx.client("elbv2").describe_target_health(
        TargetGroupArn=group.id, Targets=[{"Id": "10.1.2.3", "Port": 8090}, {"Id": "10.1.2.3"}]
    )["TargetHealthDescriptions"]
    assert [each["TargetHealth"]["Reason"] for each in found] == [
        "Target.NotRegistered",
        "Target.NotInUse",
    ]
    assert found[1]["Target"] == {"Id": "10.1.2.3", "Port": 8080, "AvailabilityZone": "all"}
