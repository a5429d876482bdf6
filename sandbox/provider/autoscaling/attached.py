"""Auto Scaling groups: what is attached to them, what of them is suspended and what is measured."""

from __future__ import annotations

from typing import Any

from sandbox.provider.autoscaling import arguments
from sandbox.provider.core.answers import changed, find, in_order, same_order
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs

# What a group is behind: the call's name, and the member that says what.
BEHIND = {
    "loadBalancers": ("load_balancers", "LoadBalancerNames"),
    "targetGroupArns": ("load_balancer_target_groups", "TargetGroupARNs"),
}


def move(client: Any, name: str, old: Outputs, new: Inputs) -> None:
    """Attach a group to what is new, and detach it from what it is not behind any more."""
    for argument, (what, member) in BEHIND.items():
        if argument not in new:
            continue
        before, after = (set(values.get(argument) or ()) for values in (old, new))
        _exchange(client, name, what, member, sorted(before - after), sorted(after - before))
    if "trafficSources" in new:
        before_, after_ = arguments.sources(old), arguments.sources(new)
        gone = [each for each in before_ if each not in after_]
        added = [each for each in after_ if each not in before_]
        _exchange(client, name, "traffic_sources", "TrafficSources", gone, added)


def _exchange(
    client: Any, name: str, what: str, member: str, gone: list[Any], added: list[Any]
) -> None:
    for verb, values in (("detach", gone), ("attach", added)):
        if values:
            getattr(client, f"{verb}_{what}")(AutoScalingGroupName=name, **{member: values})


def switch(client: Any, name: str, old: Outputs, new: Inputs) -> None:
    """Suspend and resume processes, start and end metrics."""
    before, after = (set(values.get("suspendedProcesses") or ()) for values in (old, new))
    if before - after:
        processes = sorted(before - after)
        client.resume_processes(AutoScalingGroupName=name, ScalingProcesses=processes)
    if after - before:
        processes = sorted(after - before)
        client.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=processes)
    before, after = (set(values.get("enabledMetrics") or ()) for values in (old, new))
    again = bool(before) and changed("metricsGranularity", old, new)
    if gone := sorted(before if again else before - after):
        client.disable_metrics_collection(AutoScalingGroupName=name, Metrics=gone)
    if added := sorted(after if again else after - before):
        client.enable_metrics_collection(
            AutoScalingGroupName=name,
            Granularity=new.get("metricsGranularity") or "1Minute",
            Metrics=added,
        )


def outputs(group: dict[str, Any], last: Outputs) -> Outputs:
    metrics = group.get("EnabledMetrics") or ()
    suspended = [each["ProcessName"] for each in group.get("SuspendedProcesses") or ()]
    found: Outputs = {
        name: same_order(group.get(member) or (), last.get(name))
        for name, (_, member) in BEHIND.items()
    }
    found |= {
        "enabledMetrics": same_order([m["Metric"] for m in metrics], last.get("enabledMetrics")),
        "suspendedProcesses": same_order(suspended, last.get("suspendedProcesses")),
        "trafficSources": _sources(group, last),
    }
    if metrics:
        found["metricsGranularity"] = metrics[0].get("Granularity")
    return found


def _sources(group: dict[str, Any], last: Outputs) -> list[Outputs]:
    found = [
        {"identifier": each["Identifier"], **({"type": each["Type"]} if each.get("Type") else {})}
        for each in group.get("TrafficSources") or ()
    ]
    return in_order(found, last.get("trafficSources"))


def healthy(ctx: Context, group: dict[str, Any]) -> int:
    """How many of a group's instances are healthy in every target group that it is behind."""
    ids = {each["InstanceId"] for each in group.get("Instances") or ()}
    sources = [each["Identifier"] for each in group.get("TrafficSources") or ()]
    arns = [*(group.get("TargetGroupARNs") or ()), *sources]
    call = ctx.client("elbv2").describe_target_health
    for arn in arns:
        found = find(call, "TargetGroupNotFound", TargetGroupArn=arn) or {}
        ids &= {
            each["Target"]["Id"]
            for each in found.get("TargetHealthDescriptions") or ()
            if each["TargetHealth"]["State"] == "healthy"
        }
    return len(ids) if arns else 0
