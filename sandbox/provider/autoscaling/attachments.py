"""EC2 Auto Scaling: what stands before a group; the id is made up, for AWS has none."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import find, first, unique_name
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.waiting import accepted

# The argument, what the calls are named for, their member, and a group's.
BEHIND = {
    "elb": ("load_balancers", "LoadBalancerNames"),
    "lbTargetGroupArn": ("load_balancer_target_groups", "TargetGroupARNs"),
}
EARLY = ("update too many",)  # AWS takes ten at once
PATIENCE = 60.0


def _place(values: Outputs) -> tuple[str, str, dict[str, Any]]:
    argument = "elb" if values.get("elb") else "lbTargetGroupArn"
    what, member = BEHIND[argument]
    request = {
        "AutoScalingGroupName": values["autoscalingGroupName"],
        member: [values[argument]],
    }
    return what, member, request


def create_attachment(ctx: Context, inputs: Inputs) -> str:
    what, _, request = _place(inputs)
    accepted(ctx, getattr(ctx.client("autoscaling"), f"attach_{what}"), EARLY, PATIENCE, **request)
    return _id(inputs)


def _id(inputs: Inputs) -> str:
    return unique_name(f"{inputs['autoscalingGroupName']}-")


def read_attachment(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    _, member, request = _place(last)
    name = last["autoscalingGroupName"]
    call = ctx.client("autoscaling").describe_auto_scaling_groups
    group = first(call, "AutoScalingGroups", AutoScalingGroupNames=[name])
    attached = group and set(request[member]) <= set(group.get(member) or ())
    return {"autoscalingGroupName": name} if attached else None


def delete_attachment(ctx: Context, id: str, last: Outputs) -> None:
    if read_attachment(ctx, id, last) is not None:
        what, _, request = _place(last)
        call = getattr(ctx.client("autoscaling"), f"detach_{what}")
        find(
            accepted,
            "ValidationError",
            ctx=ctx,
            call=call,
            early=EARLY,
            patience=PATIENCE,
            **request,
        )


ATTACHMENT = resource(
    "autoscaling",
    "Auto Scaling Group Attachment",
    "aws:autoscaling/attachment:Attachment",
    create=create_attachment,
    read=read_attachment,
    delete=delete_attachment,
    find=lambda ctx, inputs: _id(inputs),  # another one, for an attachment that is there
    called="autoscalingGroupName",
)
