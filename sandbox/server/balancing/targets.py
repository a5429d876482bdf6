"""The targets of all target groups as they are now: registered, draining, and where they answer."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sandbox.server.balancing import health
from sandbox.server.balancing.health import Target
from sandbox.server.balancing.listeners import groups_of
from sandbox.server.base import emulator, security_groups
from sandbox.server.base.emulator import Record
from sandbox.server.machines import fleet, instances

Key = tuple[str, int | None]

alb: Any = None  # the emulator's module, once it is there

_known: dict[str, dict[Key, Target]] = {}  # by the group's ARN


@dataclass(frozen=True)
class Place:
    """Where a target answers on this machine; `silent` when nothing that is sent arrives."""

    host: str = ""
    port: int = 0
    silent: bool = False


def key(record: Record, group: str) -> Key:
    """What a target is known by: its id and its port."""
    return record["Id"], record.get("Port") or alb._tgs[group].get("Port")


def of(group: str) -> list[Target]:
    """The targets of a group that is given by its ARN, those that drain too."""
    now, known = time.monotonic(), _known.setdefault(group, {})
    record = alb._tgs.get(group)
    wanted = {key(each, group): each for each in alb._targets.get(group) or ()} if record else {}
    for each, found in wanted.items():
        target = known.get(each)
        if target is None:
            zone = found.get("AvailabilityZone") or zone_of(found["Id"])
            known[each] = Target(group, each[0], int(each[1] or 0), now, zone)
        elif target.draining:
            target.revive(now)
    for each in [each for each in known if each not in wanted]:
        _leave(known, each, now, record is not None)
    if record is None:
        _known.pop(group, None)
    return list(known.values())


def _leave(known: dict[Key, Target], each: Key, now: float, wait: bool) -> None:
    target = known[each]
    if not target.draining:
        target.drain(now, delay(target.group) if wait else 0.0)
    if target.drained(now):
        for exchange in list(target.open):
            exchange.cut()
        del known[each]


def find(group: str, id: str, port: int | None) -> Target | None:
    """A target by its id and its port."""
    of(group)
    return _known.get(group, {}).get((id, port))


def attribute(group: str, name: str, default: str) -> str:
    """An attribute of a target group."""
    for each in alb._tg_attrs.get(group) or ():
        if each["Key"] == name:
            return str(each["Value"])
    return default


def delay(group: str) -> float:
    """The seconds that a target of a group may take for its last requests."""
    return float(attribute(group, "deregistration_delay.timeout_seconds", "300"))


def balancers_of(group: str) -> list[str]:
    """The load balancers whose listeners and rules forward to a target group."""
    found = []
    for rule in alb._rules.values():
        listener = alb._listeners.get(rule.get("ListenerArn"))
        if listener and group in groups_of(rule.get("Actions") or []):
            found.append(listener["LoadBalancerArn"])
    return list(dict.fromkeys(found))


def zone_of(id: str) -> str:
    """The zone of an instance; "" of what is none."""
    record = instances.find(id) or {}
    return str((record.get("Placement") or {}).get("AvailabilityZone") or "")


def _instance_state(id: str) -> str:
    record = instances.find(id) or {}
    return str((record.get("State") or {}).get("Name") or "")


def place(target: Target, port: int, balancer: str) -> Place:
    """Where a port of a target answers, for a balancer that is given by its ARN."""
    machine = fleet.find(target.id) or fleet.at_private_address(target.id)
    if machine is None:
        with suppress(ValueError):
            address = ipaddress.ip_address(target.id)
            if address.is_loopback:
                return Place(target.id, port)
            return Place(silent=True)  # nobody but this machine is ever called
        return Place("127.0.0.1", 0)
    record = instances.find(machine.id) or {}
    groups = [each["GroupId"] for each in record.get("SecurityGroups") or ()]
    front = alb._lbs.get(balancer)
    if front is not None and not _admitted(front, groups, machine.address.private, port):
        return Place(silent=True)
    return Place(*machine.at(port))


def _admitted(balancer: Record, groups: list[str], to: str, port: int) -> bool:
    own = list(balancer.get("SecurityGroups") or ())
    if not own and balancer["Type"] == "application":
        own = security_groups.of_vpc(balancer["Subnets"])
    there = security_groups.address_in(balancer["Subnets"], balancer["LoadBalancerArn"])
    return security_groups.connects(own, there, groups, to, port)


def described(group: str, record: Record) -> health.Health:
    """The health of a target as it is told: a record of who asks, with `Id` and perhaps `Port`."""
    target = find(group, *key(record, group))
    if target is None:
        return health.NOT_REGISTERED
    if target.draining:
        return target.health
    state = _instance_state(target.id)
    if state not in ("", "pending", "running"):
        return "unused", "Target.InvalidState", f"Target is in the {state} state"
    if not balancers_of(group):
        return health.NOT_IN_USE
    if not health.check_of(alb._tgs[group]).enabled:
        return health.DISABLED
    return target.health


def _reset(original: Callable[[], None]) -> Callable[[], None]:
    def reset() -> None:
        _known.clear()
        original()

    return reset


def install(module: Any) -> None:
    """Look into the emulator's records from now on."""
    global alb
    alb = module
    module.reset = _reset(module.reset)
    emulator.app._get_module("ec2")
