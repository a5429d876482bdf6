"""Target tracking: a policy's two alarms watch a metric, and the group follows them."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from typing import Any

from sandbox.server.balancing import targets
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.query_protocol import nested
from sandbox.server.base.settings import scaling_seconds
from sandbox.server.scaling import capacity
from sandbox.server.scaling.attachments import no_group
from sandbox.server.watching import alarms

Params = dict[str, Any]
Call = Callable[[Params], Answer]

asg: Any = None  # the emulator's module, once it is there

PER_TARGET = "ALBRequestCountPerTarget"
LABEL = re.compile(r"(app/[^/]+/[^/]+)/(targetgroup/[^/]+/[^/]+)")


def metric(original: Callable[..., Record | None]) -> Callable[..., Record | None]:
    """The metric of requests for each target, which the emulator makes no alarms of."""

    def found(tracking: Record, group: str) -> Record | None:
        wanted = tracking.get("PredefinedMetricSpecification") or {}
        label = LABEL.fullmatch(wanted.get("ResourceLabel") or "")
        if wanted.get("PredefinedMetricType") != PER_TARGET or label is None:
            return original(tracking, group)
        return {
            "Namespace": "AWS/ApplicationELB",
            "MetricName": "RequestCountPerTarget",
            "Statistic": "Sum",
            "Dimensions": [
                {"Name": "TargetGroup", "Value": label[2]},
                {"Name": "LoadBalancer", "Value": label[1]},
            ],
        }

    return found


def put(original: Call) -> Call:
    """A policy is refused when there is nothing that it could follow."""

    def call(params: Params) -> Answer:
        if asg._p(params, "AutoScalingGroupName") not in asg._asgs:
            return no_group(params)
        tracking = nested(params, "TargetTrackingConfiguration") or {}
        wanted = tracking.get("PredefinedMetricSpecification") or {}
        if wanted.get("PredefinedMetricType") == PER_TARGET and not _routed(wanted):
            text = "The load balancer does not route traffic to the target group."
            refused: Answer = asg._error("ValidationError", text)
            return refused
        return original(params)

    return call


def _routed(wanted: Record) -> bool:
    """Whether a resource label names a balancer and a target group that it forwards to."""
    label = LABEL.fullmatch(wanted.get("ResourceLabel") or "")
    if label is None:
        return False
    known = targets.alb._tgs
    arn = next((each for each in known if each.endswith(f":{label[2]}")), "")
    return any(each.endswith(f":loadbalancer/{label[1]}") for each in targets.balancers_of(arn))


def step(group: Record) -> None:
    """Follow the alarms of a group's policies."""
    if capacity.suspended(group, "AlarmNotification"):
        return
    name = group["AutoScalingGroupName"]
    for policy in list(asg._policies.values()):
        if policy["AutoScalingGroupName"] == name and policy.get("Enabled", True):
            tracking = policy.get("TargetTrackingConfiguration")
            for made in policy.get("Alarms") or () if tracking else ():
                alarm = emulator.cloudwatch._alarms.get(made["AlarmName"])
                if alarm and alarm["StateValue"] == "ALARM":
                    _follow(group, policy, alarm)


def _follow(group: Record, policy: Record, alarm: Record) -> None:
    value, old = alarms.values(alarm)[0], group["DesiredCapacity"]
    if value is None:
        return
    target = float(policy["TargetTrackingConfiguration"]["TargetValue"])
    high = "-AlarmHigh-" in alarm["AlarmName"]
    wanted = math.ceil(value * _serving(group) / target)
    wanted = max(group["MinSize"], min(group["MaxSize"], wanted))
    if wanted <= old if high else wanted >= old or not _rested(group, policy):
        return
    group |= {"DesiredCapacity": wanted, "KitScaled": time.time()}
    capacity.explain(
        group,
        f"a monitor alarm {alarm['AlarmName']} in state ALARM triggered policy "
        f"{policy['PolicyName']} changing the desired capacity from {old} to {wanted}.",
    )


def _serving(group: Record) -> int:
    """How many instances the requests were shared among."""
    ids = {each["InstanceId"] for each in capacity.alive(group)}
    serving = {id for id in ids if "healthy" in capacity.states(group, id)}
    return len(serving or ids)


def _rested(group: Record, policy: Record) -> bool:
    """Whether what was launched last had the time to take its share, before others go."""
    warm = policy.get("EstimatedInstanceWarmup") or group.get("DefaultInstanceWarmup")
    seconds = scaling_seconds(float(warm or group["DefaultCooldown"]))
    return bool(time.time() >= group.get("KitScaled", 0) + seconds)


def install(module: Any) -> None:
    """Put these over the emulator's policies."""
    global asg
    asg = module
    module._tracking_metric = metric(module._tracking_metric)
    calls = module._ACTION_MAP
    calls["PutScalingPolicy"] = put(calls["PutScalingPolicy"])
