"""Whether security groups let one part reach another: read from their records, by the rule.

On this machine nothing can hold a packet back; the balancer asks here before it connects.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record


def reaches(
    sources: Iterable[str], source_blocks: Iterable[str], targets: Iterable[str], to: str, port: int
) -> bool:
    """Whether who is in `sources` reaches a port of who is in `targets`.

    Args:
        sources: the security groups of who calls.
        source_blocks: the address blocks that it calls from.
        targets: the security groups of who is called.
        to: the private address of who is called.
        port: the port there.
    """
    sources, targets, blocks = list(sources), list(targets), list(source_blocks)
    out = any(_admits(rule, targets, [f"{to}/32"], port) for rule in _rules(sources, "Egress"))
    return out and any(_admits(rule, sources, blocks, port) for rule in _rules(targets, ""))


def _rules(groups: Iterable[str], kind: str) -> list[Record]:
    known = emulator.app._get_module("ec2")._security_groups
    return [
        rule
        for group in groups
        for rule in (known.get(group) or {}).get(f"IpPermissions{kind}") or ()
    ]


def _admits(rule: Record, groups: list[str], blocks: list[str], port: int) -> bool:
    protocol = str(rule.get("IpProtocol"))
    if protocol not in ("-1", "tcp", "6"):
        return False
    if protocol != "-1" and not _within(rule, port):
        return False
    if any(pair.get("GroupId") in groups for pair in rule.get("UserIdGroupPairs") or ()):
        return True
    ranges = [each.get("CidrIp") for each in rule.get("IpRanges") or ()]
    return bool(blocks) and all(any(_covers(r, block) for r in ranges if r) for block in blocks)


def _within(rule: Record, port: int) -> bool:
    first: Any = rule.get("FromPort", 0)
    last: Any = rule.get("ToPort", 65_535)
    return int(first) <= port <= int(last)


def _covers(outer: str, inner: str) -> bool:
    try:
        wide, narrow = ipaddress.ip_network(outer, False), ipaddress.ip_network(inner, False)
    except ValueError:
        return False
    return wide.version == narrow.version and narrow.subnet_of(wide)  # type: ignore[arg-type]
