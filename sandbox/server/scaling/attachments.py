"""Auto Scaling: what is attached to a group, suspended and measured, which the emulator lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base.emulator import Answer
from sandbox.server.base.query_protocol import nested
from sandbox.server.scaling import capacity

Params = dict[str, Any]
Call = Callable[[Params], Answer]

asg: Any = None  # the emulator's module, once it is there

METRICS = [
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
    "GroupInServiceCapacity",
    "GroupPendingCapacity",
    "GroupStandbyCapacity",
    "GroupTerminatingCapacity",
    "GroupTotalCapacity",
]
PROCESSES = [
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
]


def attach(member: str, plain: str) -> Call:
    """A call that adds to a list of a group; `plain` is the list's name in the request."""

    def call(params: Params) -> Answer:
        group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
        if group is None:
            return no_group(params)
        old = group.get(member) or []
        group[member] = old + [each for each in nested(params, plain) or () if each not in old]
        capacity.look(group)
        return done(asg._p(params, "Action"))

    return call


def detach(member: str, plain: str) -> Call:
    def call(params: Params) -> Answer:
        group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
        if group is None:
            return no_group(params)
        gone = nested(params, plain) or ()
        group[member] = [each for each in group.get(member) or () if each not in gone]
        capacity.look(group)
        return done(asg._p(params, "Action"))

    return call


def switch(member: str, name: str, every: list[str], on: bool) -> Call:
    """A call that adds names to a list of a group, or takes them off; none named means all."""

    def call(params: Params) -> Answer:
        group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
        if group is None:
            return no_group(params)
        asked = nested(params, {"ProcessName": "ScalingProcesses", "Metric": "Metrics"}[name])
        named = set(asked or every)
        known = {each[name]: each for each in group.get(member) or ()}
        if on:
            more = {"Granularity": asg._p(params, "Granularity")} if name == "Metric" else {}
            known |= {each: {name: each, **more} for each in named}
        group[member] = [each for key, each in sorted(known.items()) if on or key not in named]
        return done(asg._p(params, "Action"))

    return call


def done(action: str) -> Answer:
    answer: Answer = asg._xml(200, f"{action}Response", f"<{action}Result/>")
    return answer


def no_group(params: Params) -> Answer:
    name = asg._p(params, "AutoScalingGroupName")
    answer: Answer = asg._error(
        "ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup {name} not found"
    )
    return answer


def install(module: Any) -> None:
    """Add these to the emulator's calls."""
    global asg
    asg = module
    calls = module._ACTION_MAP
    for what, member, plain in (
        ("LoadBalancerTargetGroups", "TargetGroupARNs", "TargetGroupARNs"),
        ("LoadBalancers", "LoadBalancerNames", "LoadBalancerNames"),
        ("TrafficSources", "TrafficSources", "TrafficSources"),
    ):
        calls[f"Attach{what}"] = attach(member, plain)
        calls[f"Detach{what}"] = detach(member, plain)
    calls["SuspendProcesses"] = switch("SuspendedProcesses", "ProcessName", PROCESSES, True)
    calls["ResumeProcesses"] = switch("SuspendedProcesses", "ProcessName", PROCESSES, False)
    calls["EnableMetricsCollection"] = switch("EnabledMetrics", "Metric", METRICS, True)
    calls["DisableMetricsCollection"] = switch("EnabledMetrics", "Metric", METRICS, False)
