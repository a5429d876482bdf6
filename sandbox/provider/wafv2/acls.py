"""WAF: web ACLs; the id is the ACL's, an import's ID/NAME/SCOPE."""

from __future__ import annotations

from sandbox.provider.core.answers import find, known, named, parts_of, prefix_of, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.core.tags import retag, tag_map, tagged
from sandbox.provider.core.waiting import accepted
from sandbox.provider.wafv2 import arguments

GONE = "WAFNonexistentItemException"
FORM = "ID/NAME/SCOPE"
BUSY = ("WAFAssociatedItemException", "WAFUnavailableEntityException")
PATIENCE = 60.0  # seconds that WAF may need to let a resource go


def create_acl(ctx: Context, inputs: Inputs) -> str | Created:
    client, name = ctx.client("wafv2"), named(inputs)
    made = client.create_web_acl(
        Name=name,
        Scope=inputs["scope"],
        **arguments.settings(client, inputs),
        **tagged(inputs),
    )["Summary"]
    # Reading needs the name, which is no argument when it was made of a prefix.
    found = read_acl(ctx, made["Id"], {**inputs, "name": name})
    return Created(made["Id"], found) if found else str(made["Id"])


def read_acl(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("wafv2")
    found = find(client.get_web_acl, GONE, **_where(id, last))
    if found is None:
        return None
    acl = found["WebACL"]
    tags = client.list_tags_for_resource(ResourceARN=acl["ARN"])["TagInfoForResource"]
    outputs = {
        **arguments.outputs(acl, last),
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


def find_acl(ctx: Context, inputs: Inputs) -> str | None:
    found = ctx.client("wafv2").list_web_acls(Scope=inputs["scope"])["WebACLs"]
    ours = [each["Id"] for each in found if each["Name"] == inputs.get("name")]
    return str(ours[0]) if ours else None


def update_acl(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs | None:
    client = ctx.client("wafv2")
    if any(old.get(name) != new.get(name) for name in arguments.CHANGEABLE):
        # The lock is the one of this moment: somebody else may have changed the ACL since.
        token = client.get_web_acl(**_where(id, old))["LockToken"]
        client.update_web_acl(**_where(id, old), LockToken=token, **arguments.settings(client, new))
    retag(client.tag_resource, client.untag_resource, old, new, ResourceARN=old["arn"])
    return read_acl(ctx, id, {**new, "name": old["name"]})


def delete_acl(ctx: Context, id: str, last: Outputs) -> None:
    client, where = ctx.client("wafv2"), _where(id, last)

    def unlocked() -> None:
        # The lock is the one of this moment.
        client.delete_web_acl(**where, LockToken=client.get_web_acl(**where)["LockToken"])

    # An association that was deleted a moment ago may still be seen.
    find(accepted, GONE, ctx=ctx, call=unlocked, early=BUSY, patience=PATIENCE)


def import_acl(resource_id: str) -> tuple[str, Outputs]:
    id, name, scope = parts_of(resource_id, "/", FORM)
    return id, {"name": name, "scope": scope}


def _where(id: str, values: Outputs) -> dict[str, str]:
    name, scope = (known(values, each, id, FORM) for each in ("name", "scope"))
    return {"Id": id, "Name": name, "Scope": scope}


WEB_ACL = resource(
    "wafv2",
    "WAFv2 WebACL",
    arguments.TOKEN,
    create=create_acl,
    read=read_acl,
    update=update_acl,
    delete=delete_acl,
    find=find_acl,
    imported=import_acl,
    # The facts say of this one only that it is there, not what is in it.
    lacks=("monetizationConfig",),
    called="name",
)
