"""IAM: managed policies on roles, one resource each; the id is ROLE/POLICY-ARN."""

from __future__ import annotations

from sandbox.provider.core.answers import find, parts_of
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import doing
from sandbox.provider.core.kinds import Created, Inputs, Outputs, resource
from sandbox.provider.iam.own_policies import GONE, attached_to

FORM = "role/policy-arn"


def create_attachment(ctx: Context, inputs: Inputs) -> Created:
    role, arn = inputs["role"], inputs["policyArn"]
    with doing(f"attaching IAM Policy ({arn}) to IAM Role ({role})", "iam"):
        ctx.client("iam").attach_role_policy(RoleName=role, PolicyArn=arn)
    return Created(f"{role}/{arn}", {"role": role, "policyArn": arn})


def read_attachment(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    role, arn = parts_of(id, "/", FORM, "format for ID")
    attached = find(attached_to, GONE, iam=ctx.client("iam"), role=role)
    return {"role": role, "policyArn": arn} if arn in (attached or ()) else None


def delete_attachment(ctx: Context, id: str, last: Outputs) -> None:
    role, arn = parts_of(id, "/", FORM, "format for ID")
    with doing(f"detaching IAM Policy ({arn}) from IAM Role ({role})", "iam"):
        find(ctx.client("iam").detach_role_policy, GONE, RoleName=role, PolicyArn=arn)


ROLE_POLICY_ATTACHMENT = resource(
    "iam",
    "IAM Role Policy Attachment",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    create=create_attachment,
    read=read_attachment,
    delete=delete_attachment,
    find=lambda ctx, inputs: f"{inputs['role']}/{inputs['policyArn']}",
)
