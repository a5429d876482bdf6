"""IAM: roles, their policies, and the text of policies."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from sandbox.provider.core import policy
from sandbox.provider.core.answers import (
    changed,
    find,
    found_by,
    given,
    named,
    own_tags,
    prefix_of,
    same_order,
    settle,
    tag_changes,
    there,
    timestamp,
    worded,
)
from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs, doing

GONE = "NoSuchEntity"


# Role: its id is its name


def create_role(ctx: Context, inputs: Inputs) -> Created:
    iam, name = ctx.client("iam"), named(inputs)
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=policy.normal(inputs["assumeRolePolicy"]),
        **given(
            Path=inputs.get("path"),
            Description=inputs.get("description"),
            MaxSessionDuration=inputs.get("maxSessionDuration"),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
            Tags=_tag_list(inputs.get("tags")),
        ),
    )
    try:
        _put_inline(ctx, name, _inline(inputs))
        _attach(ctx, name, inputs.get("managedPolicyArns") or ())
        return Created(name, there(read_role(ctx, name, inputs), f"IAM Role ({name})"))
    except Exception:
        _strip_role(ctx, name)
        find(iam.delete_role, GONE, RoleName=name)
        raise


def read_role(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    iam = ctx.client("iam")
    answer = find(iam.get_role, GONE, RoleName=id)
    if answer is None:
        return None
    role = answer["Role"]
    attached = _attached(iam, id)
    outputs = {
        "arn": role["Arn"],
        "assumeRolePolicy": policy.current(
            _document(role["AssumeRolePolicyDocument"]), last.get("assumeRolePolicy")
        ),
        "createDate": timestamp(role["CreateDate"]),
        "description": role.get("Description"),
        "forceDetachPolicies": last.get("forceDetachPolicies", False),
        "inlinePolicies": _read_inline(iam, id, last),
        "managedPolicyArns": same_order(attached, last.get("managedPolicyArns")),
        "maxSessionDuration": role.get("MaxSessionDuration"),
        "name": role["RoleName"],
        "namePrefix": prefix_of(role["RoleName"]),
        "path": role["Path"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": own_tags({tag["Key"]: tag["Value"] for tag in role.get("Tags", ())}),
        "uniqueId": role["RoleId"],
    }
    return settle(outputs, keep=("inlinePolicies", "managedPolicyArns", "namePrefix"))


def update_role(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    iam = ctx.client("iam")
    if not policy.equivalent(old.get("assumeRolePolicy"), new["assumeRolePolicy"]):
        document = policy.normal(new["assumeRolePolicy"])
        iam.update_assume_role_policy(RoleName=id, PolicyDocument=document)
    if changed("description", old, new):
        iam.update_role_description(RoleName=id, Description=new.get("description") or "")
    if changed("maxSessionDuration", old, new):
        iam.update_role(RoleName=id, MaxSessionDuration=new.get("maxSessionDuration") or 3600)
    if changed("permissionsBoundary", old, new):
        boundary = new.get("permissionsBoundary")
        if boundary:
            iam.put_role_permissions_boundary(RoleName=id, PermissionsBoundary=boundary)
        else:
            iam.delete_role_permissions_boundary(RoleName=id)
    _update_policies(ctx, id, old, new)
    removed, added = tag_changes(old, new)
    if removed:
        iam.untag_role(RoleName=id, TagKeys=removed)
    if added:
        iam.tag_role(RoleName=id, Tags=_tag_list(added))
    return there(read_role(ctx, id, new), f"IAM Role ({id})")


def delete_role(ctx: Context, id: str, last: Outputs) -> None:
    iam = ctx.client("iam")
    force = bool(last.get("forceDetachPolicies"))
    # The role's own lists of policies go with it; what other resources attached must go first,
    # as on AWS, unless the program asked for force.
    _strip_role(
        ctx,
        id,
        inline=None if force else _inline(last),
        attached=None if force else last.get("managedPolicyArns") or (),
    )
    find(iam.delete_role, GONE, RoleName=id)


def _document(value: Any) -> Any:
    """A policy as boto3 gives it: parsed, or URL-encoded text when it was no JSON."""
    return unquote(value) if isinstance(value, str) else value


def _tag_list(tags: dict[str, str] | None) -> list[dict[str, str]] | None:
    return [{"Key": key, "Value": value} for key, value in tags.items()] if tags else None


def _inline(values: Outputs) -> dict[str, str]:
    """The role's own inline policies by name."""
    entries = values.get("inlinePolicies") or ()
    return {entry["name"]: entry["policy"] for entry in entries if entry.get("name")}


def _read_inline(iam: Any, role: str, last: Outputs) -> list[Outputs]:
    known, found = _inline(last), []
    for name in same_order(_inline_names(iam, role), known):
        answer = find(iam.get_role_policy, GONE, RoleName=role, PolicyName=name)
        if answer is not None:
            document = _document(answer["PolicyDocument"])
            found.append({"name": name, "policy": policy.current(document, known.get(name))})
    return found


def _inline_names(iam: Any, role: str) -> list[str]:
    pages = iam.get_paginator("list_role_policies").paginate(RoleName=role)
    return [name for page in pages for name in page["PolicyNames"]]


def _attached(iam: Any, role: str) -> list[str]:
    pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)
    return [entry["PolicyArn"] for page in pages for entry in page["AttachedPolicies"]]


def _put_inline(ctx: Context, role: str, policies: dict[str, str]) -> None:
    for name, document in policies.items():
        ctx.client("iam").put_role_policy(
            RoleName=role, PolicyName=name, PolicyDocument=policy.normal(document)
        )


def _attach(ctx: Context, role: str, arns: Any) -> None:
    for arn in arns:
        ctx.client("iam").attach_role_policy(RoleName=role, PolicyArn=arn)


def _update_policies(ctx: Context, role: str, old: Outputs, new: Inputs) -> None:
    """Bring both lists of policies to what the program says; a list it leaves out stays."""
    if "inlinePolicies" in new:
        before, after = _inline(old), _inline(new)
        _strip_role(ctx, role, inline=before.keys() - after.keys(), attached=())
        differs = {n: d for n, d in after.items() if not policy.equivalent(before.get(n), d)}
        _put_inline(ctx, role, differs)
    if "managedPolicyArns" in new:
        had, wants = set(old.get("managedPolicyArns") or ()), set(new["managedPolicyArns"])
        _strip_role(ctx, role, inline=(), attached=had - wants)
        _attach(ctx, role, sorted(wants - had))


def _strip_role(ctx: Context, role: str, *, inline: Any = None, attached: Any = None) -> None:
    """Take policies off a role; None means all that it has."""
    iam = ctx.client("iam")
    if inline is None:
        inline = find(_inline_names, GONE, iam=iam, role=role) or ()
    if attached is None:
        attached = find(_attached, GONE, iam=iam, role=role) or ()
    for name in inline:
        find(iam.delete_role_policy, GONE, RoleName=role, PolicyName=name)
    for arn in attached:
        find(iam.detach_role_policy, GONE, RoleName=role, PolicyArn=arn)


# RolePolicy: its id is role:name


def put_role_policy(ctx: Context, role: str, name: str, inputs: Inputs) -> Outputs:
    document = policy.normal(inputs["policy"], version_first=True)
    with doing(f"putting IAM Role ({role}) Policy ({name})", "iam"):
        ctx.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
    id = f"{role}:{name}"
    return there(read_role_policy(ctx, id, inputs), f"IAM Role Policy ({id})")


def create_role_policy(ctx: Context, inputs: Inputs) -> Created:
    role, name = inputs["role"], named(inputs)
    return Created(f"{role}:{name}", put_role_policy(ctx, role, name, inputs))


def read_role_policy(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    role, name = _split(id, ":", "role:name")
    iam = ctx.client("iam")
    answer = find(iam.get_role_policy, GONE, RoleName=role, PolicyName=name)
    if answer is None:
        return None
    document = _document(answer["PolicyDocument"])
    return {
        "name": name,
        "namePrefix": prefix_of(name),
        "policy": policy.current(document, last.get("policy"), version_first=True),
        "role": role,
    }


def update_role_policy(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
    role, name = _split(id, ":", "role:name")
    return put_role_policy(ctx, role, name, new)


def delete_role_policy(ctx: Context, id: str, last: Outputs) -> None:
    role, name = _split(id, ":", "role:name")
    find(ctx.client("iam").delete_role_policy, GONE, RoleName=role, PolicyName=name)


# RolePolicyAttachment: its id is role/policy ARN


def create_attachment(ctx: Context, inputs: Inputs) -> Created:
    role, arn = inputs["role"], inputs["policyArn"]
    with doing(f"attaching IAM Policy ({arn}) to IAM Role ({role})", "iam"):
        ctx.client("iam").attach_role_policy(RoleName=role, PolicyArn=arn)
    return Created(f"{role}/{arn}", {"role": role, "policyArn": arn})


def read_attachment(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    role, arn = _split(id, "/", "role/policy-arn")
    attached = find(_attached, GONE, iam=ctx.client("iam"), role=role)
    return {"role": role, "policyArn": arn} if arn in (attached or ()) else None


def delete_attachment(ctx: Context, id: str, last: Outputs) -> None:
    role, arn = _split(id, "/", "role/policy-arn")
    with doing(f"detaching IAM Policy ({arn}) from IAM Role ({role})", "iam"):
        find(ctx.client("iam").detach_role_policy, GONE, RoleName=role, PolicyArn=arn)


def _split(id: str, separator: str, form: str) -> tuple[str, str]:
    first, found, second = id.partition(separator)
    if not (first and found and second):
        raise CallError(f"unexpected format for ID ({id}), expected {form}")
    return first, second


KINDS = (
    worded(
        "iam",
        "IAM Role",
        Kind(
            token="aws:iam/role:Role",
            create=create_role,
            read=read_role,
            update=update_role,
            delete=delete_role,
            find=found_by("name", read_role),
        ),
        called="name",
    ),
    worded(
        "iam",
        "IAM Role Policy",
        Kind(
            token="aws:iam/rolePolicy:RolePolicy",
            create=create_role_policy,
            read=read_role_policy,
            update=update_role_policy,
            delete=delete_role_policy,
        ),
    ),
    worded(
        "iam",
        "IAM Role Policy Attachment",
        Kind(
            token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            create=create_attachment,
            read=read_attachment,
            delete=delete_attachment,
        ),
    ),
)
