"""EC2: security groups and their rules, where the emulator's differ from AWS's.

A rule's id is its own and stays; the same rule is not taken twice; a change replaces all of a rule;
a group that something uses cannot be deleted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.server.base import emulator, vpc_links
from sandbox.server.base.emulator import Answer, Record

Params = dict[str, Any]
Call = Callable[[Params], Answer]

ec2: Any = None  # the emulator's module, once it is there
DIRECTIONS = {"Ingress": "IpPermissions", "Egress": "IpPermissionsEgress"}
SOURCES = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "PrefixListIds": "PrefixListId",
    "UserIdGroupPairs": "GroupId",
}


def rule_id(group: str, egress: bool, rule: Record) -> str:
    """A rule's id; the emulator makes it of what is in the rule, so a changed rule's comes again."""
    found: str = rule.setdefault("SecurityGroupRuleId", f"sgr-0{os.urandom(8).hex()}")
    return found


def authorize(original: Call, direction: str) -> Call:
    """Refuse a rule that is there already."""

    def call(params: Params) -> Answer:
        group = ec2._security_groups.get(ec2._p(params, "GroupId"))
        if group is None:
            return _unknown(ec2._p(params, "GroupId"))
        for rule in ec2._parse_ip_permissions(params, "IpPermissions"):
            for pair in rule.get("UserIdGroupPairs") or ():
                if pair.get("GroupId") and pair["GroupId"] not in ec2._security_groups:
                    return _unknown(pair["GroupId"])
            if any(ec2._rules_match(rule, each) for each in group[DIRECTIONS[direction]]):
                text = f'the specified rule "{_described(rule)}" already exists'
                return _refused("InvalidPermission.Duplicate", text)
        return original(params)

    return call


def _refused(code: str, text: str) -> Answer:
    refused: Answer = ec2._error(code, text.replace('"', "&quot;"), 400)
    return refused


def _unknown(group: str) -> Answer:
    return _refused("InvalidGroup.NotFound", f"The security group '{group}' does not exist")


def _described(rule: Record) -> str:
    peer = next(
        (each[member] for name, member in SOURCES.items() for each in rule.get(name) or ()), ""
    )
    protocol = str(rule.get("IpProtocol")).upper()
    if protocol == "-1":
        return f"peer: {peer}, ALL, ALLOW"
    ports = f"from port: {rule.get('FromPort')}, to port: {rule.get('ToPort')}"
    return f"peer: {peer}, {protocol}, {ports}, ALLOW"


def modify(original: Call) -> Call:
    """The rule becomes what the call says: what it leaves out is gone.

    The emulator looks for a group under another name than the API has, and keeps a description.
    """

    def call(params: Params) -> Answer:
        params, number = dict(params), 1
        while ec2._p(params, f"SecurityGroupRule.{number}.SecurityGroupRuleId"):
            place = f"SecurityGroupRule.{number}.SecurityGroupRule"
            params.setdefault(f"{place}.Description", [""])
            if group := ec2._p(params, f"{place}.ReferencedGroupId"):
                if group not in ec2._security_groups:
                    return _unknown(group)
                params[f"{place}.ReferencedGroupInfo.GroupId"] = [group]
            number += 1
        return original(params)

    return call


def delete(original: Call) -> Call:
    """Refuse to delete a group that something uses."""

    def call(params: Params) -> Answer:
        id = ec2._p(params, "GroupId")
        if any(id == used for used in _used(id)):
            text = f"resource {id} has a dependent object"
            return _refused("DependencyViolation", text)
        return original(params)

    return call


def _used(id: str) -> Iterator[str]:
    """The groups that anything but the group itself uses: interfaces, and rules of other groups."""
    for balancer in emulator.app._get_module("alb")._lbs.values():
        yield from balancer["SecurityGroups"]
    for link in vpc_links.second.values():
        yield from link["securityGroupIds"]
    for group in ec2._security_groups.values():
        for direction in DIRECTIONS.values():
            for rule in group[direction] if group["GroupId"] != id else ():
                yield from (each.get("GroupId") for each in rule.get("UserIdGroupPairs") or ())


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global ec2
    ec2 = module
    module._sg_rule_id = rule_id
    calls = module._ACTION_MAP
    for direction in DIRECTIONS:
        name = f"AuthorizeSecurityGroup{direction}"
        calls[name] = authorize(calls[name], direction)
    calls["ModifySecurityGroupRules"] = modify(calls["ModifySecurityGroupRules"])
    calls["DeleteSecurityGroup"] = delete(calls["DeleteSecurityGroup"])
