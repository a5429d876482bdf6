"""Target groups and their targets: what the emulator takes and forgets, or mixes up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.balancing import targets
from sandbox.server.balancing.targets import balancers_of, key
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.query_protocol import inside, nested
from sandbox.server.base.query_protocol import xml as tree

Params = dict[str, Any]

alb: Any = None  # the emulator's module, once it is there


# Target groups


def _group(name: str) -> Record | None:
    return next((each for each in alb._tgs.values() if each["TargetGroupName"] == name), None)


def create_group(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def create(params: Params) -> Answer:
        answer = original(params)
        group = _group(alb._p(params, "Name"))
        if answer[0] != 200 or group is None:
            return answer
        if group["TargetType"] != "lambda":
            group["IpAddressType"] = alb._p(params, "IpAddressType") or "ipv4"
        if group["Protocol"] in ("HTTP", "HTTPS") and group["TargetType"] != "lambda":
            group["ProtocolVersion"] = alb._p(params, "ProtocolVersion") or "HTTP1"
        made: Answer = alb._xml(
            200, "CreateTargetGroup", f"<TargetGroups>{alb._tg_xml(group)}</TargetGroups>"
        )
        return made

    return create


def group_xml(original: Callable[[Record], str]) -> Callable[[Record], str]:
    def shown(group: Record) -> str:
        group["LoadBalancerArns"] = balancers_of(group["TargetGroupArn"])
        more = {name: group.get(name) for name in ("IpAddressType", "ProtocolVersion")}
        return inside(original(group), more)

    return shown


def describe_groups(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def describe(params: Params) -> Answer:
        for group in alb._tgs.values():
            group["LoadBalancerArns"] = balancers_of(group["TargetGroupArn"])
        return original(params)

    return describe


def delete_group(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def delete(params: Params) -> Answer:
        arn = alb._p(params, "TargetGroupArn")
        if balancers_of(arn):
            text = f"Target group '{arn}' is currently in use by a listener or a rule"
            refused: Answer = alb._error("ResourceInUse", text)
            return refused
        return original(params)

    return delete


# Targets


def _targets(params: Params, group: str) -> list[Record]:
    """The targets of a request; what is registered is known by its id and its port."""
    own = alb._tgs[group].get("Port")
    asked = nested(params, "Targets") or []
    return [
        _target(each, own if alb._tgs[group]["TargetType"] != "lambda" else None) for each in asked
    ]


def _target(asked: Record, port: int | None) -> Record:
    found: Record = {"Id": asked["Id"]}
    if asked.get("Port") or port:
        found["Port"] = int(asked.get("Port") or port or 0)
    if asked.get("AvailabilityZone"):
        found["AvailabilityZone"] = asked["AvailabilityZone"]
    return found


def register(params: Params) -> Answer:
    group = alb._p(params, "TargetGroupArn")
    if group not in alb._tgs:
        return _no_group(group)
    asked = _targets(params, group)
    if alb._tgs[group]["TargetType"] == "instance" and (lost := _not_running(asked)):
        text = "The following targets are not in a running state and cannot be registered: "
        refused: Answer = alb._error("InvalidTarget", text + ", ".join(f"'{id}'" for id in lost))
        return refused
    known = {key(each, group): each for each in alb._targets.get(group) or ()}
    known |= {key(each, group): each for each in asked}
    alb._targets[group] = list(known.values())
    targets.of(group)
    done: Answer = alb._empty("RegisterTargets")
    return done


def _not_running(asked: list[Record]) -> list[str]:
    known = emulator.app._get_module("ec2")._instances
    states = {each["Id"]: (known.get(each["Id"]) or {}).get("State") or {} for each in asked}
    return [id for id, state in states.items() if state.get("Name") != "running"]


def deregister(params: Params) -> Answer:
    group = alb._p(params, "TargetGroupArn")
    if group not in alb._tgs:
        return _no_group(group)
    gone = {key(each, group) for each in _targets(params, group)}
    left = [each for each in alb._targets.get(group) or () if key(each, group) not in gone]
    alb._targets[group] = left
    targets.of(group)
    done: Answer = alb._empty("DeregisterTargets")
    return done


def describe_health(params: Params) -> Answer:
    group = alb._p(params, "TargetGroupArn")
    if group not in alb._tgs:
        return _no_group(group)
    registered = {(t.id, t.port): t for t in targets.of(group)}
    asked = _targets(params, group) or [{"Id": id, "Port": port} for id, port in registered]
    found = [_described(group, each) for each in asked]
    shown: Answer = alb._xml(200, "DescribeTargetHealth", tree({"TargetHealthDescriptions": found}))
    return shown


def _described(group: str, asked: Record) -> Record:
    key = targets.key(asked, group)
    record = next((t for t in alb._targets.get(group) or () if targets.key(t, group) == key), asked)
    state, reason, text = targets.described(group, asked)
    checked = str(alb._tgs[group].get("HealthCheckPort") or "traffic-port")
    own = str(key[1] or "traffic-port")
    told = {"State": state, "Reason": reason or None, "Description": text or None}
    return {
        "Target": {name: value for name, value in record.items() if value is not None},
        "HealthCheckPort": own if checked == "traffic-port" else checked,
        "TargetHealth": told,
    }


def _no_group(arn: str) -> Answer:
    refused: Answer = alb._error("TargetGroupNotFound", f"Target group '{arn}' not found")
    return refused


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global alb
    alb = module
    module._tg_xml = group_xml(module._tg_xml)
    calls = module._ACTION_MAP
    calls["CreateTargetGroup"] = create_group(calls["CreateTargetGroup"])
    calls["DeleteTargetGroup"] = delete_group(calls["DeleteTargetGroup"])
    calls["DescribeTargetGroups"] = describe_groups(calls["DescribeTargetGroups"])
    calls["RegisterTargets"] = register
    calls["DeregisterTargets"] = deregister
    calls["DescribeTargetHealth"] = describe_health
