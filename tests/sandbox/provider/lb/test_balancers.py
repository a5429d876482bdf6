"""Load balancers, target groups, listeners and rules against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
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
from tests.sandbox.provider.lookups.test_lookups import look_up

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
GROUP = "aws:lb/targetGroup:TargetGroup"
ATTACHMENT = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
LISTENER = "aws:lb/listener:Listener"
RULE = "aws:lb/listenerRule:ListenerRule"


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
    assert [each["TargetHealth"]["State"] for each in found] == ["unused", "healthy"]
    assert found[0]["TargetHealth"]["Reason"] == "Target.NotRegistered"
    assert found[1]["Target"] == {"Id": "10.1.2.3", "Port": 8080, "AvailabilityZone": "all"}


def fixed(code: str, body: str = "no") -> dict[str, Any]:
    response = {"contentType": "text/plain", "messageBody": body, "statusCode": code}
    return {"type": "fixed-response", "order": 1, "fixedResponse": response}


def forward(group: Life) -> dict[str, Any]:
    return {"type": "forward", "order": 1, "targetGroupArn": group.id}


REDIRECT = {
    "type": "redirect",
    "order": 1,
    "redirect": {
        "host": "example.com",
        "path": "/#{path}",
        "port": "443",
        "protocol": "HTTPS",
        "query": "#{query}",
        "statusCode": "HTTP_302",
    },
}
LOGIN = {
    "type": "authenticate-oidc",
    "order": 1,
    "authenticateOidc": {
        "authorizationEndpoint": "https://id.example.com/auth",
        "clientId": "c",
        "clientSecret": "s",
        "issuer": "https://id.example.com",
        "onUnauthenticatedRequest": "deny",
        "scope": "openid",
        "sessionCookieName": "C",
        "sessionTimeout": 60,
        "tokenEndpoint": "https://id.example.com/token",
        "userInfoEndpoint": "https://id.example.com/me",
    },
}


@pytest.fixture
def listener(life: Lives, balancer: Life) -> Life:
    return life(LISTENER, loadBalancerArn=balancer.id, port=80, defaultActions=[fixed("403")])


def test_a_listener_keeps_takes_and_imports_every_argument(
    life: Lives, balancer: Life, group: Life, listener: Life
) -> None:
    assert_complete(listener)
    assert listener.outputs["protocol"] == "HTTP"
    assert_imports(listener, listener.id)
    changes: list[dict[str, Any]] = [
        {"port": 81},
        {"defaultActions": [forward(group)]},
        {"defaultActions": [REDIRECT]},
        {"defaultActions": [LOGIN, {**fixed("200"), "order": 2}]},
        {"tags": {"team": "llm"}},
        {"tags": None},
        {"routingHttpResponseServerEnabled": False},
        {"routingHttpResponseAccessControlAllowOriginHeaderValue": "https://example.com"},
        {"routingHttpResponseXFrameOptionsHeaderValue": "DENY"},
    ]
    assert_updates(listener, changes)
    assert_found(listener.ctx, listener.token, listener.inputs, listener.id)
    assert_deleted(listener)


def test_a_target_group_knows_its_balancer(life: Lives, balancer: Life, group: Life) -> None:
    life(LISTENER, loadBalancerArn=balancer.id, port=80, defaultActions=[forward(group)])
    now = group.read()
    assert now and now["loadBalancerArns"] == [balancer.id]


@pytest.fixture
def canary(life: Lives) -> Life:
    return life(GROUP, name=life.name("canary"), targetType="lambda")


def weighted(*groups: tuple[Life, int], **stickiness: Any) -> dict[str, Any]:
    block: dict[str, Any] = {"targetGroups": [{"arn": g.id, "weight": w} for g, w in groups]}
    if stickiness:
        block["stickiness"] = stickiness
    return {"type": "forward", "order": 1, "forward": block}


def test_weights_of_target_groups_are_kept_and_taken(
    life: Lives, balancer: Life, group: Life, canary: Life
) -> None:
    action = weighted((group, 9), (canary, 1), enabled=True, duration=60)
    listener = life(LISTENER, loadBalancerArn=balancer.id, port=80, defaultActions=[action])
    assert_complete(listener)
    for each in (group, canary):
        now = each.read()
        assert now and now["loadBalancerArns"] == [balancer.id]
    changes: list[dict[str, Any]] = [
        {"defaultActions": [weighted((canary, 5), (group, 0))]},
        {"defaultActions": [weighted((canary, 1))]},
        {"defaultActions": [{"type": "forward", "order": 1, "targetGroupArn": canary.id}]},
        {"defaultActions": [weighted((group, 3), (canary, 3), enabled=False, duration=90)]},
    ]
    assert_updates(listener, changes)
    assert_deleted(listener)
    now = canary.read()
    assert (now and "loadBalancerArns" not in now) or now["loadBalancerArns"] == []


def test_a_rule_keeps_takes_and_imports_every_argument(
    life: Lives, group: Life, canary: Life, listener: Life
) -> None:
    path = {"pathPattern": {"values": ["/v2/*", "/v1/*"]}}
    rule = life(
        RULE, listenerArn=listener.id, priority=10, actions=[forward(group)], conditions=[path]
    )
    assert_complete(rule)
    assert_imports(rule, rule.id, unknown=("conditions",))
    changes: list[dict[str, Any]] = [
        {"priority": 20},
        {"actions": [fixed("200", "hello")]},
        {"actions": [REDIRECT]},
        {"conditions": [{"pathPattern": {"values": ["/x"]}}]},
        {"conditions": [path, {"hostHeader": {"values": ["a.example.com"]}}]},
        {"conditions": [{"httpHeader": {"httpHeaderName": "X-Key", "values": ["secret"]}}]},
        {"conditions": [{"httpRequestMethod": {"values": ["GET", "POST"]}}]},
        {"conditions": [{"sourceIp": {"values": ["10.0.0.0/8"]}}]},
        {"conditions": [{"queryStrings": [{"key": "v", "value": "2*"}, {"value": "beta"}]}]},
        {"conditions": [{"queryStrings": [{"key": "v", "value": "3"}]}]},
        {"conditions": [{"pathPattern": {"regexValues": ["^/v[12]/"]}}]},
        {"conditions": [{"hostHeader": {"regexValues": ["^(a|b)\\."]}}]},
        {"conditions": [{"httpHeader": {"httpHeaderName": "X-Key", "regexValues": ["^s"]}}]},
        {"actions": [weighted((group, 1), (canary, 2))]},
        {"tags": {"team": "llm"}},
        {"tags": None},
    ]
    assert_updates(rule, changes)
    assert_found(rule.ctx, rule.token, rule.inputs, rule.id)
    next_one = life(RULE, listenerArn=listener.id, actions=[fixed("404")], conditions=[path])
    assert next_one.outputs["priority"] == 21
    assert_deleted(rule)


def test_a_rule_of_no_listener_is_refused_in_the_official_words(life: Lives, group: Life) -> None:
    nope = group.id.replace(":targetgroup/", ":listener/app/nope/")
    path = {"pathPattern": {"values": ["/"]}}
    inputs = {"listenerArn": nope, "priority": 1, "actions": [fixed("404")], "conditions": [path]}
    doing = "creating ELBv2 Listener Rule: operation error Elastic Load Balancing v2: CreateRule"
    assert_refused(life.ctx, RULE, inputs, doing, 400, "ListenerNotFound: ")
