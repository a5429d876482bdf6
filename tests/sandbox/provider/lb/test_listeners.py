"""Listeners and their rules against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.provider.lb.actions import fixed, forward
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
RULE = "aws:lb/listenerRule:ListenerRule"
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
