"""Elastic Load Balancing: load balancers; targets and listeners have modules of their own."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import (
    changed,
    find,
    first,
    given,
    in_order,
    named,
    prefix_of,
    same_order,
    settle,
    text,
)
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.shapes import filled
from sandbox.provider.core.tags import tagged
from sandbox.provider.lb import attributes
from sandbox.provider.lb.attributes import GONE

TOKEN = "aws:lb/loadBalancer:LoadBalancer"

# Arguments that are an attribute each, by what they are for.
COMMON = {
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableZonalShift": "zonal_shift.config.enabled",
}
APPLICATION = {
    "clientKeepAlive": "client_keep_alive.seconds",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableTlsVersionAndCipherSuiteHeaders": (
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled"
    ),
    "enableWafFailOpen": "waf.fail_open.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
}
NETWORK = {
    "dnsRecordClientRoutingPolicy": "dns_record.client_routing_policy",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
}
ENFORCE = "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
MAPPING = {
    "allocationId": "AllocationId",
    "ipv6Address": "IPv6Address",
    "privateIpv4Address": "PrivateIPv4Address",
    "subnetId": "SubnetId",
}
LOGS = {"accessLogs": "access_logs.s3", "connectionLogs": "connection_logs.s3"}


# LoadBalancer: its id is its ARN


def create_balancer(ctx: Context, inputs: Inputs) -> str:
    client = ctx.client("elbv2")
    made = client.create_load_balancer(
        Name=named(inputs),
        Type=inputs.get("loadBalancerType", "application"),
        **_subnets(inputs),
        **given(
            IpAddressType=inputs.get("ipAddressType"),
            Scheme="internal" if inputs.get("internal") else None,
            SecurityGroups=inputs.get("securityGroups") or None,
        ),
        **tagged(inputs),
    )["LoadBalancers"][0]
    id = made["LoadBalancerArn"]
    ctx.made(id)
    wanted = attributes.changes({}, _attributes(inputs))
    client.modify_load_balancer_attributes(LoadBalancerArn=id, Attributes=wanted)
    if inputs.get(ENFORCE):
        _set_groups(client, id, inputs)
    return id


def read_balancer(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("elbv2")
    call = client.describe_load_balancers
    balancer = first(call, "LoadBalancers", *GONE, LoadBalancerArns=[id])
    about = find(client.describe_load_balancer_attributes, *GONE, LoadBalancerArn=id)
    if balancer is None or about is None:
        return None
    known = facts.known(TOKEN)
    subnets = [zone["SubnetId"] for zone in balancer.get("AvailabilityZones") or ()]
    groups = balancer.get("SecurityGroups") or ()
    told = about["Attributes"]
    outputs = {
        **attributes.outputs(known, _names(balancer["Type"]), told),
        **{name: _logs(told, prefix) for name, prefix in LOGS.items()},
        "arn": id,
        "arnSuffix": id.split(":loadbalancer/", 1)[-1],
        "dnsName": balancer["DNSName"],
        ENFORCE: balancer.get("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"),
        "internal": balancer.get("Scheme") == "internal",
        "ipAddressType": balancer.get("IpAddressType"),
        "loadBalancerType": balancer["Type"],
        "name": balancer["LoadBalancerName"],
        "namePrefix": prefix_of(balancer["LoadBalancerName"]),
        "securityGroups": same_order(groups, last.get("securityGroups")),
        "subnetMappings": _mappings(balancer, last),
        "subnets": same_order(subnets, last.get("subnets")),
        "tags": attributes.tags_of(client, id),
        "vpcId": balancer.get("VpcId"),
        "zoneId": balancer.get("CanonicalHostedZoneId"),
    }
    return settle(outputs, keep=("namePrefix", "securityGroups", "subnets"))


def find_balancer(ctx: Context, inputs: Inputs) -> str | None:
    call, name = ctx.client("elbv2").describe_load_balancers, inputs.get("name")
    found = first(call, "LoadBalancers", *GONE, Names=[name]) if name else None
    return str(found["LoadBalancerArn"]) if found else None


def update_balancer(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("elbv2")
    wanted = attributes.changes(_attributes(old), _attributes(new))
    if wanted:
        client.modify_load_balancer_attributes(LoadBalancerArn=id, Attributes=wanted)
    grouped = new.get("securityGroups") and _other(old, new, "securityGroups")
    if grouped or (new.get(ENFORCE) and changed(ENFORCE, old, new)):
        _set_groups(client, id, new)
    placed = new.get("subnets") and _other(old, new, "subnets")
    if placed or (new.get("subnetMappings") and _bare(old) != _bare(new)):
        client.set_subnets(LoadBalancerArn=id, **_subnets(new))
    if new.get("ipAddressType") and changed("ipAddressType", old, new):
        client.set_ip_address_type(LoadBalancerArn=id, IpAddressType=new["ipAddressType"])
    attributes.retag(client, id, old, new)


def delete_balancer(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("elbv2").delete_load_balancer, *GONE, LoadBalancerArn=id)


def _set_groups(client: Any, id: str, inputs: Inputs) -> None:
    client.set_security_groups(
        LoadBalancerArn=id,
        SecurityGroups=inputs.get("securityGroups") or [],
        **given(EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic=inputs.get(ENFORCE)),
    )


def _subnets(inputs: Inputs) -> dict[str, Any]:
    """The subnets, with addresses if the program gives them."""
    mappings = inputs.get("subnetMappings")
    if not mappings:
        return {"Subnets": inputs.get("subnets") or []}
    wanted = [{api: m[n] for n, api in MAPPING.items() if m.get(n)} for m in mappings]
    return {"SubnetMappings": wanted}


def _mappings(balancer: dict[str, Any], last: Outputs) -> list[Outputs]:
    """The subnets and their addresses, in the order of the program."""
    found = []
    for zone in balancer.get("AvailabilityZones") or ():
        address = (zone.get("LoadBalancerAddresses") or [{}])[0]
        both = {"SubnetId": zone["SubnetId"], **address}
        found.append({n: both[api] for n, api in MAPPING.items() if both.get(api)})
    return in_order(found, last.get("subnetMappings"), lambda mapping: mapping.get("subnetId"))


def _bare(values: Outputs) -> list[list[tuple[str, Any]]]:
    """Mappings in one form, whatever their order."""
    found = values.get("subnetMappings") or ()
    return sorted(sorted((n, m[n]) for n in MAPPING if m.get(n)) for m in found)


def _other(old: Outputs, new: Inputs, name: str) -> bool:
    return set(old.get(name) or ()) != set(new.get(name) or ())


def _names(kind: str) -> dict[str, str]:
    return {**COMMON, **(APPLICATION if kind == "application" else NETWORK)}


def _attributes(values: Outputs) -> dict[str, str]:
    kind = values.get("loadBalancerType", "application")
    found = attributes.requested(_names(kind), values)
    for name, prefix in LOGS.items():
        block = values.get(name)
        if name == "connectionLogs" and kind != "application":
            continue
        enabled = bool(block and block.get("enabled"))
        found[f"{prefix}.enabled"] = text(enabled)
        if block and enabled:
            found[f"{prefix}.bucket"] = block["bucket"]
            found[f"{prefix}.prefix"] = block.get("prefix") or ""
    return found


def _logs(told: list[dict[str, str]], prefix: str) -> Outputs | None:
    values = {each["Key"]: each.get("Value") for each in told}
    if values.get(f"{prefix}.enabled") != "true":
        return None
    block: dict[str, Any] = {n: values.get(f"{prefix}.{n}") for n in ("bucket", "prefix")}
    return {"enabled": True, **filled(block)}


LOAD_BALANCER = resource(
    "elbv2",
    "ELBv2 Load Balancer",
    TOKEN,
    create=create_balancer,
    read=read_balancer,
    update=update_balancer,
    delete=delete_balancer,
    find=find_balancer,
    lacks=(
        # There are no outposts, no pools of addresses and no reserved capacity here.
        "customerOwnedIpv4Pool",
        "ipamPools",
        "minimumLoadBalancerCapacity",
        # The facts say of these only that they are there.
        "enablePrefixForIpv6SourceNat",
        "healthCheckLogs",
        "secondaryIpsAutoAssignedPerSubnet",
    ),
    called="name",
)
