"""Load balancers: what the emulator takes and forgets, or mixes up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.query_protocol import inside, nested
from sandbox.server.base.query_protocol import xml as tree

Params = dict[str, Any]

alb: Any = None  # the emulator's module, once it is there


def _balancer(name: str) -> Record | None:
    return next((each for each in alb._lbs.values() if each["LoadBalancerName"] == name), None)


def create_balancer(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def create(params: Params) -> Answer:
        if refused := _places_refusal(params, alb._p(params, "Type") or "application"):
            return refused
        answer = original(params)
        balancer = _balancer(alb._p(params, "Name"))
        if answer[0] != 200 or balancer is None:
            return answer
        if balancer["Scheme"] == "internal":
            balancer["DNSName"] = f"internal-{balancer['DNSName']}"
        _keep_mappings(balancer, params)
        _set_network(balancer)
        if balancer["Type"] != "application":
            old = balancer["LoadBalancerArn"]
            prefix = "net" if balancer["Type"] == "network" else "gwy"
            balancer["LoadBalancerArn"] = old.replace(
                ":loadbalancer/app/", f":loadbalancer/{prefix}/"
            )
            for store in (alb._lbs, alb._tags, alb._lb_attrs):
                store[balancer["LoadBalancerArn"]] = store.pop(old)
        made: Answer = alb._xml(
            200, "CreateLoadBalancer", f"<LoadBalancers>{alb._lb_xml(balancer)}</LoadBalancers>"
        )
        return made

    return create


def _places_refusal(params: Params, kind: str) -> Answer | None:
    """What AWS answers to subnets that there are not, or too few; None when they will do."""
    module = emulator.app._get_module("ec2")
    module._ensure_defaults_initialized()
    known = module._subnets
    mappings = nested(params, "SubnetMappings") or []
    asked = alb._parse_member_list(params, "Subnets") or [each["SubnetId"] for each in mappings]
    zones = [known[each]["AvailabilityZone"] for each in asked if each in known]
    refused: Answer | None = None
    if lost := [each for each in asked if each not in known]:
        refused = alb._error("SubnetNotFound", f"The subnet ID '{lost[0]}' does not exist")
    elif len(set(zones)) < len(zones):
        text = (
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        )
        refused = alb._error("InvalidConfigurationRequest", text)
    elif kind == "application" and len(zones) < 2:
        text = "At least two subnets in two different Availability Zones must be specified"
        refused = alb._error("ValidationError", text)
    return refused


def _set_network(balancer: Record) -> None:
    """The VPC of its subnets, and that one's default security group where none is named."""
    known = emulator.app._get_module("ec2")._subnets
    vpcs = [known[each]["VpcId"] for each in balancer["Subnets"] if each in known]
    if vpcs:
        balancer["VpcId"] = vpcs[0]


def delete_balancer(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    """Its listeners and rules go with a load balancer, unless it is protected."""

    def delete(params: Params) -> Answer:
        arn = alb._p(params, "LoadBalancerArn")
        if alb._lb_attr(arn, "deletion_protection.enabled", "false") == "true":
            text = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            refused: Answer = alb._error("OperationNotPermitted", text)
            return refused
        for listener in list(alb._listeners.values()):
            if listener["LoadBalancerArn"] == arn:
                alb._delete_listener({"ListenerArn": listener["ListenerArn"]})
        return original(params)

    return delete


def _keep_mappings(balancer: Record, params: Params) -> None:
    mappings = nested(params, "SubnetMappings") or []
    subnets = alb._parse_member_list(params, "Subnets")
    if mappings:
        balancer["SubnetMappings"] = {each["SubnetId"]: each for each in mappings}
        balancer["Subnets"] = [each["SubnetId"] for each in mappings]
    elif subnets:
        balancer.pop("SubnetMappings", None)


def set_subnets(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def change(params: Params) -> Answer:
        balancer = alb._lbs.get(alb._p(params, "LoadBalancerArn"))
        if balancer is not None:
            if refused := _places_refusal(params, balancer["Type"]):
                return refused
            _keep_mappings(balancer, params)
        return original(params)

    return change


def set_groups(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def change(params: Params) -> Answer:
        balancer = alb._lbs.get(alb._p(params, "LoadBalancerArn"))
        enforced = alb._p(params, "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")
        if balancer is not None and enforced:
            balancer["Enforced"] = enforced
        return original(params)

    return change


ADDRESSES = {
    "AllocationId": "AllocationId",
    "IPv6Address": "IPv6Address",
    "PrivateIPv4Address": "PrivateIPv4Address",
}


def balancer_xml(original: Callable[[Record], str]) -> Callable[[Record], str]:
    def shown(balancer: Record) -> str:
        text, mappings = original(balancer), balancer.get("SubnetMappings") or {}
        for subnet, mapping in mappings.items():
            address = {api: mapping[name] for name, api in ADDRESSES.items() if mapping.get(name)}
            if address:
                empty = f"<SubnetId>{subnet}</SubnetId><LoadBalancerAddresses/>"
                told = tree({"SubnetId": subnet, "LoadBalancerAddresses": [address]})
                text = text.replace(empty, told)
        enforced = balancer.get("Enforced")
        name = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
        return inside(text, {name: enforced}) if enforced else text

    return shown


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global alb
    alb = module
    module._lb_xml = balancer_xml(module._lb_xml)
    calls = module._ACTION_MAP
    calls["CreateLoadBalancer"] = create_balancer(calls["CreateLoadBalancer"])
    calls["DeleteLoadBalancer"] = delete_balancer(calls["DeleteLoadBalancer"])
    calls["SetSecurityGroups"] = set_groups(calls["SetSecurityGroups"])
    calls["SetSubnets"] = set_subnets(calls["SetSubnets"])
