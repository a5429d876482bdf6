"""IAM: roles; the id is the role's name."""

from __future__ import annotations

from sandbox.provider.core import policy
from sandbox.provider.core.answers import (
    by,
    changed,
    find,
    given,
    named,
    prefix_of,
    same_order,
    settle,
    timestamp,
)
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.tags import retag, tag_map, tagged
from sandbox.provider.iam import own_policies

GONE = "NoSuchEntity"


def create_role(ctx: Context, inputs: Inputs) -> str:
    iam, name = ctx.client("iam"), named(inputs)
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=policy.normal(inputs["assumeRolePolicy"]),
        **given(
            Path=inputs.get("path"),
            Description=inputs.get("description"),
            MaxSessionDuration=inputs.get("maxSessionDuration"),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
        ),
        **tagged(inputs),
    )
    ctx.made(name, {"forceDetachPolicies": True})
    arns = inputs.get("managedPolicyArns") or ()
    own_policies.put(iam, name, own_policies.inline(inputs), arns)
    return name


def read_role(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    iam = ctx.client("iam")
    answer = find(iam.get_role, GONE, RoleName=id)
    if answer is None:
        return None
    role = answer["Role"]
    attached = own_policies.attached_to(iam, id)
    trust = own_policies.document(role["AssumeRolePolicyDocument"])
    outputs = {
        "arn": role["Arn"],
        "assumeRolePolicy": policy.current(trust, last.get("assumeRolePolicy")),
        "createDate": timestamp(role["CreateDate"]),
        "description": role.get("Description"),
        "forceDetachPolicies": last.get("forceDetachPolicies", False),
        "inlinePolicies": own_policies.read_inline(iam, id, last),
        "managedPolicyArns": same_order(attached, last.get("managedPolicyArns")),
        "maxSessionDuration": role.get("MaxSessionDuration"),
        "name": role["RoleName"],
        "namePrefix": prefix_of(role["RoleName"]),
        "path": role["Path"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": tag_map(role.get("Tags")),
        "uniqueId": role["RoleId"],
    }
    return settle(outputs, keep=("inlinePolicies", "managedPolicyArns", "namePrefix"))


def update_role(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
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
    own_policies.update(iam, id, old, new)
    retag(iam.tag_role, iam.untag_role, old, new, RoleName=id)


def delete_role(ctx: Context, id: str, last: Outputs) -> None:
    """Delete a role with its own lists of policies.

    What other resources attached must go first, as on AWS, unless the program asked for force.
    """
    iam = ctx.client("iam")
    if last.get("forceDetachPolicies"):
        own_policies.take_all(iam, id)
    else:
        arns = last.get("managedPolicyArns") or ()
        own_policies.take(iam, id, own_policies.inline(last), arns)
    find(iam.delete_role, GONE, RoleName=id)


ROLE = resource(
    "iam",
    "IAM Role",
    "aws:iam/role:Role",
    create=create_role,
    read=read_role,
    update=update_role,
    delete=delete_role,
    find=by("name"),
    called="name",
)
