"""EC2: rules of security groups that stand alone; the id is the rule's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import changed, find, first, given, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Kind, Outputs, resource
from sandbox.provider.core.tags import tag_map
from sandbox.provider.ec2 import tagging

GONE = ("InvalidSecurityGroupRuleId.NotFound", "InvalidGroup.NotFound")
# Where a rule's traffic comes from, or goes to: the argument, the list and the member of a
# permission, and the member of a rule.
SOURCES = {
    "cidrIpv4": ("IpRanges", "CidrIp", "CidrIpv4"),
    "cidrIpv6": ("Ipv6Ranges", "CidrIpv6", "CidrIpv6"),
    "prefixListId": ("PrefixListIds", "PrefixListId", "PrefixListId"),
    "referencedSecurityGroupId": ("UserIdGroupPairs", "GroupId", "ReferencedGroupId"),
}
CHANGING = ("description", "fromPort", "ipProtocol", "toPort", *SOURCES)
PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": "-1"}


def _protocol(value: Any) -> str:
    """A protocol as AWS tells it, which knows the common ones by name."""
    return PROTOCOLS.get(str(value).lower(), str(value).lower())


def _permission(ctx: Context, inputs: Inputs) -> dict[str, Any]:
    """The rule as the call that makes it wants it."""
    about = given(Description=inputs.get("description") or None)
    found = given(
        IpProtocol=_protocol(inputs["ipProtocol"]),
        FromPort=inputs.get("fromPort"),
        ToPort=inputs.get("toPort"),
    )
    for name, (listed, member, _) in SOURCES.items():
        if value := inputs.get(name):
            # A group of another account is written ACCOUNT/GROUP.
            account, _, group = str(value).rpartition("/")
            owner = {"UserId": account} if account and listed == "UserIdGroupPairs" else {}
            source = group if listed == "UserIdGroupPairs" else value
            found[listed] = [{member: source, **owner, **about}]
    return found


def _make(direction: str, ctx: Context, inputs: Inputs) -> str:
    call = getattr(ctx.client("ec2"), f"authorize_security_group_{direction}")
    made = call(
        GroupId=inputs["securityGroupId"],
        IpPermissions=[_permission(ctx, inputs)],
        **tagging.tagged("security-group-rule", inputs),
    )
    return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])


def read_rule(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    call = ctx.client("ec2").describe_security_group_rules
    rule = first(call, "SecurityGroupRules", *GONE, SecurityGroupRuleIds=[id])
    return _outputs(ctx, rule, last) if rule else None


def _outputs(ctx: Context, rule: dict[str, Any], last: Outputs) -> Outputs:
    id, owner = rule["SecurityGroupRuleId"], rule.get("GroupOwnerId") or ctx.account
    group = rule.get("ReferencedGroupInfo") or {}
    other = group.get("UserId") not in (None, owner)
    protocol = str(rule["IpProtocol"])
    if _protocol(last.get("ipProtocol")) == protocol:
        protocol = str(last["ipProtocol"])  # the same in the program's words
    outputs = {
        "arn": f"arn:{ctx.partition}:ec2:{ctx.region}:{owner}:security-group-rule/{id}",
        "cidrIpv4": rule.get("CidrIpv4"),
        "cidrIpv6": rule.get("CidrIpv6"),
        "description": rule.get("Description"),
        "ipProtocol": protocol,
        "prefixListId": rule.get("PrefixListId"),
        "referencedSecurityGroupId": f"{group['UserId']}/{group['GroupId']}"
        if other
        else group.get("GroupId"),
        "securityGroupId": rule["GroupId"],
        "securityGroupRuleId": id,
        "tags": tag_map(rule.get("Tags")),
    }
    for name, member in (("fromPort", "FromPort"), ("toPort", "ToPort")):
        port = rule.get(member)
        # -1 is how AWS says "all", which programs say by saying nothing.
        outputs[name] = None if port == -1 and last.get(name) is None else port
    return settle(outputs)


def update_rule(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("ec2")
    if any(changed(name, old, new) for name in CHANGING):
        rule = given(
            IpProtocol=_protocol(new["ipProtocol"]),
            FromPort=new.get("fromPort"),
            ToPort=new.get("toPort"),
            Description=new.get("description") or None,
            **{member: new.get(name) or None for name, (_, _, member) in SOURCES.items()},
        )
        client.modify_security_group_rules(
            GroupId=new["securityGroupId"],
            SecurityGroupRules=[{"SecurityGroupRuleId": id, "SecurityGroupRule": rule}],
        )
    tagging.retag(client, id, old, new)


def _remove(direction: str, ctx: Context, id: str, last: Outputs) -> None:
    call = getattr(ctx.client("ec2"), f"revoke_security_group_{direction}")
    find(call, *GONE, GroupId=last["securityGroupId"], SecurityGroupRuleIds=[id])


def _find(direction: str, ctx: Context, inputs: Inputs) -> str | None:
    """What an interrupted create made: a group has each rule once."""
    filters = [{"Name": "group-id", "Values": [inputs["securityGroupId"]]}]
    pages = ctx.client("ec2").get_paginator("describe_security_group_rules")
    names = ("fromPort", "toPort", *SOURCES)
    for page in pages.paginate(Filters=filters):
        for rule in page["SecurityGroupRules"]:
            seen = _outputs(ctx, rule, inputs)
            same = all(seen[name] == inputs.get(name) for name in names)
            same = same and seen["ipProtocol"] == str(inputs["ipProtocol"])
            if same and rule["IsEgress"] == (direction == "egress"):
                return str(rule["SecurityGroupRuleId"])
    return None


def _kind(direction: str, type: str) -> Kind:
    return resource(
        "ec2",
        "VPC Security Group Rule",
        f"aws:vpc/{type[0].lower()}{type[1:]}:{type}",
        create=lambda ctx, inputs: _make(direction, ctx, inputs),
        read=read_rule,
        update=update_rule,
        delete=lambda ctx, id, last: _remove(direction, ctx, id, last),
        find=lambda ctx, inputs: _find(direction, ctx, inputs),
    )


INGRESS_RULE = _kind("ingress", "SecurityGroupIngressRule")
EGRESS_RULE = _kind("egress", "SecurityGroupEgressRule")
