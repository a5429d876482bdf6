"""WAF: web ACLs, and what they stand before."""

from __future__ import annotations

import time

from sandbox.provider.core.answers import find, named, prefix_of, settle, tag_changes, there, worded
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs
from sandbox.provider.core.shapes import tag_list, tag_map
from sandbox.provider.wafv2 import settings

GONE = "WAFNonexistentItemException"
BUSY = ("WAFAssociatedItemException", "WAFUnavailableEntityException")
PATIENCE = 60.0  # seconds that a resource may need until WAF sees it, or lets it go


# WebAcl: its id is the ACL's; it is imported as ID/NAME/SCOPE


def create_acl(ctx: Context, inputs: Inputs) -> Created:
    client, name, tags = ctx.client("wafv2"), named(inputs), tag_list(inputs.get("tags"))
    made = client.create_web_acl(
        Name=name,
        Scope=inputs["scope"],
        **settings.settings(client, inputs),
        **({"Tags": tags} if tags else {}),
    )["Summary"]
    known = {**inputs, "name": name}
    label = f"WAFv2 WebACL ({made['Id']})"
    return Created(made["Id"], there(read_acl(ctx, made["Id"], known), label))


def read_acl(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("wafv2")
    if not (last.get("name") and last.get("scope")):
        raise CallError(f"unexpected format of ID ({id}), expected ID/NAME/SCOPE")
    found = find(client.get_web_acl, GONE, **_where(id, last))
    if found is None:
        return None
    acl = found["WebACL"]
    tags = client.list_tags_for_resource(ResourceARN=acl["ARN"])["TagInfoForResource"]
    outputs = {
        **settings.outputs(acl, last),
        "applicationIntegrationUrl": found.get("ApplicationIntegrationURL") or "",
        "arn": acl["ARN"],
        "capacity": acl.get("Capacity", 0),
        "lockToken": found["LockToken"],
        "name": acl["Name"],
        "namePrefix": prefix_of(acl["Name"]),
        "scope": last["scope"],
        "tags": tag_map(tags.get("TagList")),
    }
    return settle(outputs, keep=("applicationIntegrationUrl", "namePrefix"))


def find_acl(ctx: Context, inputs: Inputs) -> Created | None:
    found = ctx.client("wafv2").list_web_acls(Scope=inputs["scope"])["WebACLs"]
    ours = [each["Id"] for each in found if each["Name"] == inputs.get("name")]
    if not ours:
        return None
    return Created(ours[0], there(read_acl(ctx, ours[0], inputs), f"WAFv2 WebACL ({ours[0]})"))


def update_acl(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    client = ctx.client("wafv2")
    if any(old.get(name) != new.get(name) for name in settings.CHANGEABLE):
        # The lock is the one of this moment: somebody else may have changed the ACL since.
        token = client.get_web_acl(**_where(id, old))["LockToken"]
        client.update_web_acl(**_where(id, old), LockToken=token, **settings.settings(client, new))
    removed, added = tag_changes(old, new)
    if removed:
        client.untag_resource(ResourceARN=old["arn"], TagKeys=removed)
    if added:
        client.tag_resource(ResourceARN=old["arn"], Tags=tag_list(added))
    known = {**new, "name": old["name"]}
    return there(read_acl(ctx, id, known), f"WAFv2 WebACL ({id})")


def delete_acl(ctx: Context, id: str, last: Outputs) -> None:
    client, deadline = ctx.client("wafv2"), time.monotonic() + PATIENCE
    while found := find(client.get_web_acl, GONE, **_where(id, last)):
        request = {**_where(id, last), "LockToken": found["LockToken"]}
        if time.monotonic() > deadline:
            client.delete_web_acl(**request)
            return
        # An association that was deleted a moment ago may still be seen.
        if find(client.delete_web_acl, GONE, *BUSY, **request) is None:
            ctx.wait(0.5)


def import_acl(resource_id: str) -> tuple[str, Outputs]:
    parts = resource_id.split("/")
    if len(parts) != 3:
        raise CallError(f"unexpected format of ID ({resource_id}), expected ID/NAME/SCOPE")
    return parts[0], {"name": parts[1], "scope": parts[2]}


def _where(id: str, values: Outputs) -> dict[str, str]:
    return {"Id": id, "Name": values["name"], "Scope": values["scope"]}


# WebAclAssociation: its id is ACL-ARN,RESOURCE-ARN


def create_association(ctx: Context, inputs: Inputs) -> Created:
    acl, resource = inputs["webAclArn"], inputs["resourceArn"]
    client, deadline = ctx.client("wafv2"), time.monotonic() + PATIENCE
    # A stage or a balancer made a moment ago may not be seen yet.
    while (
        find(
            client.associate_web_acl,
            "WAFUnavailableEntityException",
            WebACLArn=acl,
            ResourceArn=resource,
        )
        is None
    ):
        if time.monotonic() > deadline:
            client.associate_web_acl(WebACLArn=acl, ResourceArn=resource)
            break
        ctx.wait(0.5)
    return Created(f"{acl},{resource}", {"resourceArn": resource, "webAclArn": acl})


def read_association(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    acl, resource = _split(id)
    call = ctx.client("wafv2").get_web_acl_for_resource
    found = find(call, GONE, ResourceArn=resource)
    if not found or (found.get("WebACL") or {}).get("ARN") != acl:
        return None
    return {"resourceArn": resource, "webAclArn": acl}


def find_association(ctx: Context, inputs: Inputs) -> Created | None:
    id = f"{inputs['webAclArn']},{inputs['resourceArn']}"
    found = read_association(ctx, id, inputs)
    return Created(id, found) if found else None


def delete_association(ctx: Context, id: str, last: Outputs) -> None:
    resource = _split(id)[1]
    find(ctx.client("wafv2").disassociate_web_acl, GONE, ResourceArn=resource)


def _split(id: str) -> tuple[str, str]:
    acl, _, resource = id.partition(",")
    if not (acl and resource):
        raise CallError(f"unexpected format of ID ({id}), expected WEB-ACL-ARN,RESOURCE-ARN")
    return acl, resource


KINDS = (
    worded(
        "wafv2",
        "WAFv2 WebACL",
        Kind(
            token=settings.ACL,
            create=create_acl,
            read=read_acl,
            update=update_acl,
            delete=delete_acl,
            find=find_acl,
            imported=import_acl,
            # The facts say of this one only that it is there, not what is in it.
            lacks=("monetizationConfig",),
        ),
        called="name",
    ),
    worded(
        "wafv2",
        "WAFv2 WebACL Association",
        Kind(
            token="aws:wafv2/webAclAssociation:WebAclAssociation",
            create=create_association,
            read=read_association,
            delete=delete_association,
            find=find_association,
        ),
    ),
)
