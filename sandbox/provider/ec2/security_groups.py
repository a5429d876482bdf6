"""EC2: security groups; the id is the group's."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import changed, find, first, named, prefix_of, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.shapes import filled
from sandbox.provider.core.tags import tag_map
from sandbox.provider.core.waiting import accepted
from sandbox.provider.ec2 import tagging

GONE = "InvalidGroup.NotFound"
IN_USE = ("DependencyViolation", "InvalidGroup.InUse")
PATIENCE = 15.0  # seconds that a group may stay in use after its users were deleted
EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}

# Sources of a rule: the argument, the API's list, and the member of its items.
SOURCES = {
    "cidrBlocks": ("IpRanges", "CidrIp"),
    "ipv6CidrBlocks": ("Ipv6Ranges", "CidrIpv6"),
    "prefixListIds": ("PrefixListIds", "PrefixListId"),
    "securityGroups": ("UserIdGroupPairs", "GroupId"),
}


def create_group(ctx: Context, inputs: Inputs) -> str:
    client, name = ctx.client("ec2"), named(inputs)
    request: dict[str, Any] = {"GroupName": name, "Description": inputs["description"]}
    if inputs.get("vpcId"):
        request["VpcId"] = inputs["vpcId"]
    request |= tagging.tagged("security-group", inputs)
    id = client.create_security_group(**request)["GroupId"]
    ctx.made(id)
    # AWS lets everything out of a new group; the program shall say so if it wants that.
    find(
        client.revoke_security_group_egress,
        "InvalidPermission.NotFound",
        GroupId=id,
        IpPermissions=[EVERYTHING],
    )
    _bring(client, id, {}, inputs)
    return id


def read_group(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    call = ctx.client("ec2").describe_security_groups
    group = first(call, "SecurityGroups", GONE, GroupIds=[id])
    if group is None:
        return None
    owner = group["OwnerId"]
    outputs = {
        "arn": f"arn:{ctx.partition}:ec2:{ctx.region}:{owner}:security-group/{id}",
        "description": group["Description"],
        "egress": rules(group, "IpPermissionsEgress", last.get("egress")),
        "ingress": rules(group, "IpPermissions", last.get("ingress")),
        "name": group["GroupName"],
        "namePrefix": prefix_of(group["GroupName"]),
        "ownerId": owner,
        "revokeRulesOnDelete": last.get("revokeRulesOnDelete", False),
        "tags": tag_map(group.get("Tags")),
        "vpcId": group.get("VpcId"),
    }
    return settle(outputs, keep=("egress", "ingress", "namePrefix"))


def find_group(ctx: Context, inputs: Inputs) -> str | None:
    if not inputs.get("name"):
        return None
    wanted = {"group-name": inputs["name"], "vpc-id": inputs.get("vpcId")}
    filters = [{"Name": name, "Values": [value]} for name, value in wanted.items() if value]
    groups = ctx.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
    return str(groups[0]["GroupId"]) if len(groups) == 1 else None


def update_group(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("ec2")
    _bring(client, id, old, new)
    tagging.retag(client, id, old, new)


def delete_group(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("ec2")
    if last.get("revokeRulesOnDelete") and (found := read_group(ctx, id, last)):
        _bring(client, id, found, {"ingress": [], "egress": []})
    # What used the group may need a moment to be gone.
    request = {"call": client.delete_security_group, "early": IN_USE, "patience": PATIENCE}
    find(accepted, GONE, ctx=ctx, GroupId=id, **request)


def _bring(client: Any, id: str, old: Outputs, new: Inputs) -> None:
    """Take away the rules that the program no longer has, then make the new ones."""
    for name in ("ingress", "egress"):
        if name not in new or not changed(name, old, new):
            continue
        before = [_expanded(id, rule) for rule in old.get(name) or ()]
        after = [_expanded(id, rule) for rule in new[name]]
        gone = [rule for rule in before if rule not in after]
        come = [rule for rule in after if rule not in before]
        if gone:
            revoke = getattr(client, f"revoke_security_group_{name}")
            find(revoke, "InvalidPermission.NotFound", GroupId=id, IpPermissions=gone)
        if come:
            getattr(client, f"authorize_security_group_{name}")(GroupId=id, IpPermissions=come)


# Rules between arguments and the API, which keeps one entry for a protocol and its ports


def _expanded(id: str, rule: Outputs) -> dict[str, Any]:
    """A rule as the API wants it."""
    protocol = {"all": "-1"}.get(str(rule["protocol"]).lower(), str(rule["protocol"]).lower())
    found: dict[str, Any] = {"IpProtocol": protocol}
    if protocol != "-1":
        found.update(FromPort=rule["fromPort"], ToPort=rule["toPort"])
    about = {"Description": rule["description"]} if rule.get("description") else {}
    for argument, (api, member) in SOURCES.items():
        values = [*(rule.get(argument) or ())]
        if argument == "securityGroups" and rule.get("self"):
            values.append(id)
        if values:
            found[api] = [{member: value, **about} for value in values]
    return found


def rules(group: dict[str, Any], which: str, asked: list[Outputs] | None) -> list[Outputs]:
    """A group's rules, grouped as the program groups them where AWS still has what it says."""
    left = [single for entry in group.get(which) or () for single in _singles(group, entry)]
    found = []
    for rule in asked or ():
        wanted = [s for e in [_expanded(group["GroupId"], rule)] for s in _singles(group, e)]
        if wanted and all(single in left for single in wanted):
            found.append(_complete(rule))
            left = [single for single in left if single not in wanted]
    return found + [_complete(rule) for rule in _merged(left)]


def _singles(group: dict[str, Any], entry: dict[str, Any]) -> list[Outputs]:
    """An entry of the API as rules of one source each."""
    base = {
        "fromPort": entry.get("FromPort", 0) if entry["IpProtocol"] != "-1" else 0,
        "protocol": entry["IpProtocol"],
        "toPort": entry.get("ToPort", 0) if entry["IpProtocol"] != "-1" else 0,
    }
    found = []
    for argument, (api, member) in SOURCES.items():
        for source in entry.get(api) or ():
            about = source.get("Description") or ""
            if source[member] == group["GroupId"]:
                found.append({**base, "description": about, "self": True})
            else:
                found.append({**base, "description": about, argument: [source[member]]})
    return found


def _merged(singles: list[Outputs]) -> list[Outputs]:
    """Rules of one source each, those that differ in nothing else put together."""
    merged: dict[tuple[Any, ...], Outputs] = {}
    for single in singles:
        key = tuple(single[name] for name in ("protocol", "fromPort", "toPort", "description"))
        rule = merged.setdefault(key, {**dict(zip(_KEY, key, strict=True))})
        for argument in SOURCES:
            if argument in single:
                rule.setdefault(argument, []).extend(single[argument])
        if single.get("self"):
            rule["self"] = True
    return list(merged.values())


_KEY = ("protocol", "fromPort", "toPort", "description")


def _complete(rule: Outputs) -> Outputs:
    return {"self": False, **filled(rule), "fromPort": rule["fromPort"], "toPort": rule["toPort"]}


SECURITY_GROUP = resource(
    "ec2",
    "Security Group",
    "aws:ec2/securityGroup:SecurityGroup",
    create=create_group,
    read=read_group,
    update=update_group,
    delete=delete_group,
    find=find_group,
    called="name",
)
