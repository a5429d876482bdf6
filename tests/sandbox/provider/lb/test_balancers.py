"""Load balancers against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.exceptions import AwsError
from tests.sandbox.provider.lb.actions import forward
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

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
GROUP = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"


def test_a_small_balancer_has_all_outputs_and_can_be_deleted_twice(balancer: Life) -> None:
    assert_complete(balancer)
    name = balancer.outputs["name"]
    assert balancer.outputs["arnSuffix"].startswith(f"app/{name}/")
    assert balancer.outputs["dnsName"].startswith(name)
    expected = {"internal": False, "ipAddressType": "ipv4", "idleTimeout": 60, "enableHttp2": True}
    assert {name: balancer.outputs[name] for name in expected} == expected
    assert_imports(balancer, balancer.id, unknown=("subnets",))
    assert_found(balancer.ctx, balancer.token, balancer.inputs, balancer.id)
    assert_deleted(balancer)


def test_a_balancer_keeps_and_takes_every_argument(life: Lives, network: dict[str, Any]) -> None:
    groups = [life("aws:ec2/securityGroup:SecurityGroup", name=life.name(n)).id for n in "ab"]
    logs = {"bucket": "logs", "enabled": True, "prefix": "alb"}
    balancer = life(
        BALANCER,
        name=life.name("front"),
        accessLogs=logs,
        clientKeepAlive=120,
        connectionLogs=logs,
        desyncMitigationMode="strictest",
        dropInvalidHeaderFields=True,
        enableDeletionProtection=True,
        enableHttp2=False,
        enableTlsVersionAndCipherSuiteHeaders=True,
        enableWafFailOpen=True,
        enableXffClientPort=True,
        enableZonalShift=True,
        idleTimeout=300,
        internal=True,
        ipAddressType="ipv4",
        preserveHostHeader=True,
        securityGroups=groups[:1],
        subnets=network["subnets"][:2],
        tags={"team": "llm"},
        xffHeaderProcessingMode="preserve",
    )
    assert_complete(balancer)
    changes: list[dict[str, Any]] = [
        {"accessLogs": {"bucket": "other", "enabled": True}},
        {"accessLogs": None},
        {"clientKeepAlive": 3600},
        {"connectionLogs": None},
        {"desyncMitigationMode": "monitor"},
        {"dropInvalidHeaderFields": False},
        {"enableDeletionProtection": False},
        {"enableHttp2": True},
        {"enableTlsVersionAndCipherSuiteHeaders": False},
        {"enableWafFailOpen": False},
        {"enableXffClientPort": False},
        {"enableZonalShift": False},
        {"idleTimeout": 120},
        {"ipAddressType": "dualstack"},
        {"preserveHostHeader": False},
        {"securityGroups": groups},
        {"subnets": network["subnets"]},
        {"tags": {"team": "x", "new": "1"}},
        {"tags": None},
        {"xffHeaderProcessingMode": "remove"},
    ]
    assert_updates(balancer, changes)


def test_what_is_in_use_or_protected_is_not_deleted(
    life: Lives, network: dict[str, Any], group: Life
) -> None:
    balancer = life(
        BALANCER,
        name=life.name("front"),
        enableDeletionProtection=True,
        subnets=network["subnets"][:2],
    )
    listener = life(LISTENER, loadBalancerArn=balancer.id, port=80, defaultActions=[forward(group)])
    with pytest.raises(AwsError, match=r"StatusCode: 400, .*, OperationNotPermitted: .*protection"):
        balancer.delete()
    with pytest.raises(
        AwsError, match=r"StatusCode: 400, .*, ResourceInUse: Target group .* in use"
    ):
        group.delete()
    balancer.update(enableDeletionProtection=False)
    assert_deleted(balancer)
    assert listener.read() is None
    assert_deleted(group)


def test_a_network_balancer_has_addresses_and_arns_of_its_own(
    life: Lives, network: dict[str, Any]
) -> None:
    first, second = network["subnets"][:2]
    mappings: list[dict[str, Any]] = [
        {"subnetId": second, "privateIpv4Address": "172.31.16.9"},
        {"subnetId": first},
    ]
    balancer = life(
        BALANCER,
        name=life.name("net"),
        enforceSecurityGroupInboundRulesOnPrivateLinkTraffic="off",
        internal=True,
        loadBalancerType="network",
        subnetMappings=mappings,
    )
    assert_complete(balancer)
    assert balancer.outputs["arnSuffix"].startswith("net/")
    assert set(balancer.outputs["subnets"]) == {first, second}
    enforced = {"enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "on"}
    assert_updates(balancer, [{"subnetMappings": mappings[1:]}, enforced])
    targets = life(GROUP, name=life.name("tcp"), port=80, protocol="TLS", vpcId=network["vpc"])
    listener = life(
        LISTENER,
        alpnPolicy="HTTP2Preferred",
        certificateArn="arn:aws:acm:us-east-1:000000000000:certificate/c",
        defaultActions=[forward(targets)],
        loadBalancerArn=balancer.id,
        port=443,
        protocol="TLS",
    )
    assert ":listener/net/" in listener.id and listener.read() == listener.outputs
    assert_updates(listener, [{"alpnPolicy": "HTTP1Only"}, {"port": 444}])
    assert_deleted(listener)
    assert_deleted(balancer)


def test_a_taken_name_of_a_balancer_is_refused_in_the_official_words(balancer: Life) -> None:
    doing = f"creating ELBv2 Load Balancer ({balancer.outputs['name']}): operation error Elastic Load Balancing v2: CreateLoadBalancer"
    assert_refused(
        balancer.ctx, BALANCER, balancer.inputs, doing, 400, "DuplicateLoadBalancerName: "
    )
