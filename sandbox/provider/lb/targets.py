"""Elastic Load Balancing: target groups, and what is registered in them."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import (
    changed,
    find,
    first,
    given,
    known,
    named,
    prefix_of,
    settle,
    text,
    unique_name,
)
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.shapes import filled
from sandbox.provider.core.tags import tagged
from sandbox.provider.lb import attributes, health
from sandbox.provider.lb.attributes import GONE

TOKEN = "aws:lb/targetGroup:TargetGroup"

ATTRIBUTES = {
    "connectionTermination": "deregistration_delay.connection_termination.enabled",
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "lambdaMultiValueHeadersEnabled": "lambda.multi_value_headers.enabled",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "loadBalancingAnomalyMitigation": "load_balancing.algorithm.anomaly_mitigation",
    "loadBalancingCrossZoneEnabled": "load_balancing.cross_zone.enabled",
    "preserveClientIp": "preserve_client_ip.enabled",
    "proxyProtocolV2": "proxy_protocol_v2.enabled",
    "slowStart": "slow_start.duration_seconds",
}
# Which of them a group for Lambda has; and which one only groups of network load balancers have.
FOR_LAMBDA = ("lambdaMultiValueHeadersEnabled",)
FOR_NETWORK = ("connectionTermination", "preserveClientIp", "proxyProtocolV2")
HEALTH = {
    "enabled": "HealthCheckEnabled",
    "healthyThreshold": "HealthyThresholdCount",
    "interval": "HealthCheckIntervalSeconds",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "timeout": "HealthCheckTimeoutSeconds",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}
# What an attachment registers, and how it is imported.
FORM = "TARGET-GROUP-ARN,TARGET-ID,PORT"
IDENTITY = ("availabilityZone", "port", "targetGroupArn", "targetId")


# TargetGroup: its id is its ARN


def create_group(ctx: Context, inputs: Inputs) -> str:
    client, kind = ctx.client("elbv2"), inputs.get("targetType") or "instance"
    network: dict[str, Any] = {}
    if kind != "lambda":
        if not (inputs.get("port") and inputs.get("protocol") and inputs.get("vpcId")):
            raise CallError(
                f"creating ELBv2 Target Group: port, protocol and vpcId are required when "
                f"targetType is {kind}"
            )
        network = {
            "Port": inputs["port"],
            "Protocol": inputs["protocol"],
            "VpcId": inputs["vpcId"],
        }
    made = client.create_target_group(
        Name=named(inputs),
        TargetType=kind,
        **given(
            IpAddressType=inputs.get("ipAddressType"),
            ProtocolVersion=inputs.get("protocolVersion"),
        ),
        **network,
        **_health(inputs.get("healthCheck")),
        **tagged(inputs),
    )["TargetGroups"][0]
    id = made["TargetGroupArn"]
    ctx.made(id)
    wanted = attributes.changes({}, _attributes(inputs))
    client.modify_target_group_attributes(TargetGroupArn=id, Attributes=wanted)
    return id


def read_group(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("elbv2")
    call = client.describe_target_groups
    group = first(call, "TargetGroups", *GONE, TargetGroupArns=[id])
    about = find(client.describe_target_group_attributes, *GONE, TargetGroupArn=id)
    if group is None or about is None:
        return None
    told = about["Attributes"]
    known = facts.known(TOKEN)
    outputs = {
        **attributes.outputs(known, ATTRIBUTES, told),
        "arn": id,
        "arnSuffix": id.rsplit(":", 1)[-1],
        "healthCheck": _health_output(group),
        "ipAddressType": group.get("IpAddressType"),
        "loadBalancerArns": group.get("LoadBalancerArns") or [],
        "name": group["TargetGroupName"],
        "namePrefix": prefix_of(group["TargetGroupName"]),
        "protocolVersion": group.get("ProtocolVersion"),
        **health.outputs(told, last),
        "stickiness": _stickiness_output(told, last),
        "tags": attributes.tags_of(client, id),
        "targetType": group.get("TargetType"),
    }
    if group.get("TargetType") != "lambda":
        outputs |= {
            "port": group.get("Port"),
            "protocol": group.get("Protocol"),
            "vpcId": group.get("VpcId"),
        }
    return settle(outputs, keep=("loadBalancerArns", "namePrefix"))


def find_group(ctx: Context, inputs: Inputs) -> str | None:
    call, name = ctx.client("elbv2").describe_target_groups, inputs.get("name")
    found = first(call, "TargetGroups", *GONE, Names=[name]) if name else None
    return str(found["TargetGroupArn"]) if found else None


def update_group(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("elbv2")
    if new.get("healthCheck") and changed("healthCheck", old, new):
        client.modify_target_group(TargetGroupArn=id, **_health(new["healthCheck"]))
    wanted = attributes.changes(_attributes(old), _attributes(new))
    if wanted:
        client.modify_target_group_attributes(TargetGroupArn=id, Attributes=wanted)
    attributes.retag(client, id, old, new)


def delete_group(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("elbv2").delete_target_group, *GONE, TargetGroupArn=id)


def _attributes(values: Outputs) -> dict[str, str]:
    lambdas = values.get("targetType") == "lambda"
    network = str(values.get("protocol", "")) in ("TCP", "UDP", "TCP_UDP", "TLS")
    names = {
        name: api
        for name, api in ATTRIBUTES.items()
        if (name in FOR_LAMBDA) == lambdas and (network or name not in FOR_NETWORK)
    }
    found = attributes.requested(names, values)
    found |= health.attributes(values)
    if block := values.get("stickiness"):
        found["stickiness.enabled"] = text(block.get("enabled", True))
        found["stickiness.type"] = block["type"]
        seconds = text(block.get("cookieDuration", 86400))
        if block["type"] == "lb_cookie":
            found["stickiness.lb_cookie.duration_seconds"] = seconds
        elif block["type"] == "app_cookie":
            found["stickiness.app_cookie.duration_seconds"] = seconds
            found["stickiness.app_cookie.cookie_name"] = block.get("cookieName") or ""
    return found


def _stickiness_output(told: list[dict[str, str]], last: Outputs) -> Outputs | None:
    values = {each["Key"]: each.get("Value") for each in told}
    kind = values.get("stickiness.type")
    if values.get("stickiness.enabled") != "true" and not last.get("stickiness"):
        return None
    seconds = values.get(f"stickiness.{kind}.duration_seconds")
    return filled(
        {
            "cookieDuration": int(seconds) if seconds else None,
            "cookieName": values.get("stickiness.app_cookie.cookie_name"),
            "enabled": values.get("stickiness.enabled") == "true",
            "type": kind,
        }
    )


def _health(block: Outputs | None) -> dict[str, Any]:
    if not block:
        return {}
    found = {api: block[n] for n, api in HEALTH.items() if block.get(n) not in (None, "")}
    if block.get("protocol") == "TCP":
        found.pop("HealthCheckPath", None)
    elif block.get("matcher"):
        found["Matcher"] = {"HttpCode": block["matcher"]}
    return found


def _health_output(group: dict[str, Any]) -> Outputs:
    found = {name: group.get(api) for name, api in HEALTH.items()}
    return filled({**found, "matcher": (group.get("Matcher") or {}).get("HttpCode")})


# TargetGroupAttachment: what it registers is its identity


def create_attachment(ctx: Context, inputs: Inputs) -> Created:
    target = _target(inputs)
    group = inputs["targetGroupArn"]
    ctx.client("elbv2").register_targets(TargetGroupArn=group, Targets=[target])
    return Created(attachment_id(inputs), {n: inputs[n] for n in IDENTITY if n in inputs})


def read_attachment(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    arn, wanted = (known(last, n, id, FORM) for n in ("targetGroupArn", "targetId"))
    call = ctx.client("elbv2").describe_target_health
    found = find(call, *GONE, "InvalidTarget", TargetGroupArn=arn)
    for each in (found or {}).get("TargetHealthDescriptions") or ():
        target, state = each["Target"], each.get("TargetHealth") or {}
        port = last.get("port") or target.get("Port")
        ours = target["Id"] == wanted and target.get("Port") == port
        if ours and state.get("Reason") not in ("Target.NotRegistered",):
            return {n: last[n] for n in IDENTITY if n in last}
    return None


def delete_attachment(ctx: Context, id: str, last: Outputs) -> None:
    call = ctx.client("elbv2").deregister_targets
    group = last["targetGroupArn"]
    find(call, *GONE, "InvalidTarget", TargetGroupArn=group, Targets=[_target(last)])


def attachment_id(inputs: Inputs) -> str:
    """The official provider's: it names the group, and nothing else can be told from it."""
    return unique_name(f"{inputs['targetGroupArn']}-")


def import_attachment(resource_id: str) -> tuple[str, Outputs]:
    group, _, rest = resource_id.partition(",")
    target, _, port = rest.partition(",")
    if not target:
        return resource_id, {}
    known = {"targetGroupArn": group, "targetId": target}
    return resource_id, {**known, "port": int(port)} if port.isdigit() else known


def _target(values: Outputs) -> dict[str, Any]:
    port, zone = values.get("port"), values.get("availabilityZone")
    return {"Id": values["targetId"], **given(AvailabilityZone=zone, Port=port)}


TARGET_GROUP = resource(
    "elbv2",
    "ELBv2 Target Group",
    TOKEN,
    create=create_group,
    read=read_group,
    update=update_group,
    delete=delete_group,
    find=find_group,
    # The facts say of this one only that it is there.
    lacks=("targetControlPort",),
    called="name",
)

TARGET_GROUP_ATTACHMENT = resource(
    "elbv2",
    "ELBv2 Target Group Attachment",
    "aws:lb/targetGroupAttachment:TargetGroupAttachment",
    create=create_attachment,
    read=read_attachment,
    delete=delete_attachment,
    find=lambda ctx, inputs: attachment_id(inputs),
    imported=import_attachment,
    # The sandbox's load balancers do not speak QUIC.
    lacks=("quicServerId",),
)
