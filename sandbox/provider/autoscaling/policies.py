"""EC2 Auto Scaling: scaling policies; the id is the policy's name, imported as GROUP/NAME."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import by, find, in_order, known, parts_of, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.shapes import answers, request

TOKEN = "aws:autoscaling/policy:Policy"
FORM = "<asg-name>/<policy-name>"
NAMES = {"name": "PolicyName"}
INNER = {"metricDimensions": "Dimensions"}
# Arguments that only policies of some types have; AWS refuses them elsewhere.
ONLY = {
    "adjustmentType": ("SimpleScaling", "StepScaling"),
    "cooldown": ("SimpleScaling",),
    "estimatedInstanceWarmup": ("StepScaling", "TargetTrackingScaling"),
    "metricAggregationType": ("StepScaling",),
    "minAdjustmentMagnitude": ("SimpleScaling", "StepScaling"),
    "scalingAdjustment": ("SimpleScaling",),
    "stepAdjustments": ("StepScaling",),
    "targetTrackingConfiguration": ("TargetTrackingScaling",),
}


def put_policy(ctx: Context, inputs: Inputs) -> str:
    """Make the policy, or change it: the call replaces it as a whole."""
    client = ctx.client("autoscaling")
    type = inputs.get("policyType") or "SimpleScaling"
    said = {
        name: value
        for name, value in inputs.items()
        if name not in ("name", "region")
        and type in ONLY.get(name, (type,))
        and value not in ([], {})
    }
    wanted: dict[str, Any] = request(client, "PutScalingPolicyType", said, INNER)
    client.put_scaling_policy(PolicyName=inputs["name"], **wanted)
    return str(inputs["name"])


def read_policy(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    group = known(last, "autoscalingGroupName", id, FORM)
    call = ctx.client("autoscaling").describe_policies
    wanted = {"AutoScalingGroupName": group, "PolicyNames": [id]}
    found = find(call, "ValidationError", **wanted) or {}
    named = (each for each in found.get("ScalingPolicies") or () if each["PolicyName"] == id)
    if (policy := next(named, None)) is None:
        return None
    fields = {n: f for n, f in facts.known(TOKEN).inputs.items() if n != "region"}
    outputs = answers(fields, policy, NAMES, INNER)
    outputs |= {
        "arn": policy["PolicyARN"],
        "enabled": policy.get("Enabled", True),
        "stepAdjustments": _steps(outputs["stepAdjustments"], last),
    }
    return settle(outputs)


def _steps(found: list[Outputs] | None, last: Outputs) -> list[Outputs]:
    """Steps in the program's order, their bounds as the program writes them: `1`, not `1.0`."""
    bounds = ("metricIntervalLowerBound", "metricIntervalUpperBound")
    steps = [
        {name: f"{float(value):g}" if name in bounds else value for name, value in each.items()}
        for each in found or ()
    ]
    return in_order(steps, last.get("stepAdjustments"))


def update_policy(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    put_policy(ctx, new)


def delete_policy(ctx: Context, id: str, last: Outputs) -> None:
    where = {"AutoScalingGroupName": last["autoscalingGroupName"], "PolicyName": id}
    find(ctx.client("autoscaling").delete_policy, "ValidationError", **where)


def _imported(text: str) -> tuple[str, Outputs]:
    group, name = parts_of(text, "/", FORM, "format")
    return name, {"autoscalingGroupName": group, "name": name}


POLICY = resource(
    "autoscaling",
    "Auto Scaling Policy",
    TOKEN,
    create=put_policy,
    read=read_policy,
    update=update_policy,
    delete=delete_policy,
    imported=_imported,
    find=by("name"),
    lacks=("predictiveScalingConfiguration",),
    called="name",
)
