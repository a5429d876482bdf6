"""IAM: policies that stand in a role, one resource each; the id is ROLE:NAME."""

from __future__ import annotations

from sandbox.provider.core import policy
from sandbox.provider.core.answers import find, named, parts_of, prefix_of
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import doing
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.iam.own_policies import GONE, document

FORM = "role:name"


def _put(ctx: Context, role: str, name: str, inputs: Inputs) -> None:
    text = policy.normal(inputs["policy"], version_first=True)
    with doing(f"putting IAM Role ({role}) Policy ({name})", "iam"):
        ctx.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)


def create_role_policy(ctx: Context, inputs: Inputs) -> str:
    role, name = inputs["role"], named(inputs)
    _put(ctx, role, name, inputs)
    return f"{role}:{name}"


def read_role_policy(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    role, name = parts_of(id, ":", FORM, "format for ID")
    iam = ctx.client("iam")
    answer = find(iam.get_role_policy, GONE, RoleName=role, PolicyName=name)
    if answer is None:
        return None
    text = document(answer["PolicyDocument"])
    return {
        "name": name,
        "namePrefix": prefix_of(name),
        "policy": policy.current(text, last.get("policy"), version_first=True),
        "role": role,
    }


def update_role_policy(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    role, name = parts_of(id, ":", FORM, "format for ID")
    _put(ctx, role, name, new)


def delete_role_policy(ctx: Context, id: str, last: Outputs) -> None:
    role, name = parts_of(id, ":", FORM, "format for ID")
    find(ctx.client("iam").delete_role_policy, GONE, RoleName=role, PolicyName=name)


ROLE_POLICY = resource(
    "iam",
    "IAM Role Policy",
    "aws:iam/rolePolicy:RolePolicy",
    create=create_role_policy,
    read=read_role_policy,
    update=update_role_policy,
    delete=delete_role_policy,
    find=lambda ctx, inputs: f"{inputs['role']}:{inputs['name']}" if inputs.get("name") else None,
)
