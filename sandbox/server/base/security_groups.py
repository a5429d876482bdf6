"""Whether security groups let a connection through, decided from their rules.

Nothing else could: on loopback, every port of a laptop is open to all of its processes.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record

ALL = "-1"
TCP = ("tcp", "6", ALL)


def connects(
    source: list[str], source_ip: str, target: list[str], target_ip: str, port: int
) -> bool:
    """Whether a TCP connection from something in the source's groups reaches a port.

    Args:
        source: the ids of the groups of what connects; none for what is in no group.
        source_ip: its address.
        target: the ids of the groups of what listens; what is in no group admits all.
        target_ip: its address.
        port: the TCP port.

    Of a group that is not there, nothing is known: it lets all through.
    """
    leaves = _allowed(source, "IpPermissionsEgress", target, target_ip, port)
    return leaves and _allowed(target, "IpPermissions", source, source_ip, port)


def _allowed(groups: list[str], which: str, others: list[str], address: str, port: int) -> bool:
    known = [_groups().get(id) for id in groups]
    if not known or None in known:
        return True
    return any(
        _lets(rule, others, address, port) for group in known for rule in _rules(group, which)
    )


def _rules(group: Record, which: str) -> list[Record]:
    rules: list[Record] = list(group.get(which) or ())
    if group.get("GroupName") == "default" and which == "IpPermissions":
        # On AWS a VPC's own group admits what is in it, which the emulator forgets.
        rules.append({"IpProtocol": ALL, "UserIdGroupPairs": [{"GroupId": group["GroupId"]}]})
    return rules


def _lets(rule: Record, others: list[str], address: str, port: int) -> bool:
    protocol = str(rule.get("IpProtocol"))
    if protocol not in TCP or (protocol != ALL and not _covers(rule, port)):
        return False
    if any(pair.get("GroupId") in others for pair in rule.get("UserIdGroupPairs") or ()):
        return True
    return any(_within(address, each.get("CidrIp") or "") for each in rule.get("IpRanges") or ())


def _covers(rule: Record, port: int) -> bool:
    return int(rule.get("FromPort", port)) <= port <= int(rule.get("ToPort", port))


def _within(address: str, cidr: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False


def _groups() -> Any:
    return emulator.app._get_module("ec2")._security_groups


def of_vpc(subnets: Iterable[str]) -> list[str]:
    """The default group of the VPC that subnets are in: of what is made without a group."""
    ec2 = emulator.app._get_module("ec2")
    vpcs = [ec2._subnets[id]["VpcId"] for id in subnets if id in ec2._subnets]
    vpc = ec2._vpcs.get(vpcs[0]) if vpcs else None
    return [vpc["DefaultSecurityGroupId"]] if vpc and vpc.get("DefaultSecurityGroupId") else []


def address_in(subnets: Iterable[str], name: str) -> str:
    """A private address in one of these subnets, always the same for a name: of a network interface."""
    ec2 = emulator.app._get_module("ec2")
    known = [ec2._subnets[id] for id in subnets if id in ec2._subnets]
    if not known:
        return "172.31.0.4"
    network = ipaddress.ip_network(known[0]["CidrBlock"])
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    # AWS keeps the first four addresses and the last one of every subnet.
    return str(network[4 + digest % max(1, network.num_addresses - 5)])
