"""Auto Scaling: a group's size and the health of its instances on request, and its activities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.query_protocol import xml as tree
from sandbox.server.scaling import activities, capacity
from sandbox.server.scaling.attachments import no_group

Params = dict[str, Any]
Call = Callable[[Params], Answer]

asg: Any = None  # the emulator's module, once it is there


def _refuse(text: str) -> Answer:
    refused: Answer = asg._error("ValidationError", text)
    return refused


def set_desired(params: Params) -> Answer:
    group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
    if group is None:
        return no_group(params)
    wanted = int(asg._p(params, "DesiredCapacity") or 0)
    for bound, word, wrong in (
        ("MaxSize", "above max", wanted > group["MaxSize"]),
        ("MinSize", "below min", wanted < group["MinSize"]),
    ):
        if wrong:
            return _refuse(
                f"New SetDesiredCapacity value {wanted} is {word} value {group[bound]} for the "
                "AutoScalingGroup."
            )
    old, group["DesiredCapacity"] = group["DesiredCapacity"], wanted
    capacity.explain(
        group,
        "a user request explicitly set group desired capacity changing the desired capacity from "
        f"{old} to {wanted}.",
    )
    capacity.look(group)
    answer: Answer = asg._xml(200, "SetDesiredCapacityResponse", "")
    return answer


def _member(id: str) -> tuple[Record, Record] | None:
    """The group of an instance, and its record there."""
    for group in asg._asgs.values():
        for instance in capacity.alive(group):
            if instance["InstanceId"] == id:
                return group, instance
    return None


def _no_instance(id: str) -> Answer:
    return _refuse(f"Instance Id not found - No managed instance found for instance ID: {id}")


def set_health(params: Params) -> Answer:
    """SetInstanceHealth: what is unhealthy is replaced."""
    id = asg._p(params, "InstanceId")
    found, status = _member(id), asg._p(params, "HealthStatus")
    if found is None:
        return _no_instance(id)
    if status not in ("Healthy", "Unhealthy"):
        return _refuse(f"Instance Health Status {status} is not valid.")
    found[1]["HealthStatus"] = status
    found[1].pop("KitSick", None)
    capacity.look(found[0])
    answer: Answer = asg._xml(200, "SetInstanceHealthResponse", "")
    return answer


def terminate(params: Params) -> Answer:
    """TerminateInstanceInAutoScalingGroup: with or without another one in its place."""
    id = asg._p(params, "InstanceId")
    found = _member(id)
    if found is None:
        return _no_instance(id)
    group, instance = found
    fewer = asg._p(params, "ShouldDecrementDesiredCapacity") == "true"
    if fewer and group["DesiredCapacity"] - 1 < group["MinSize"]:
        return _refuse(
            "Currently, desired Size equals min size, unable to terminate instance without "
            "replacement"
        )
    cause = f"At {activities.now()} instance {id} was taken out of service in response to a user "
    cause += "request"
    if fewer:
        old = group["DesiredCapacity"]
        group["DesiredCapacity"] = old - 1
        cause += f", shrinking the capacity from {old} to {old - 1}"
    capacity.end(group, instance, f"{cause}.")
    begun = activities.find(group, instance["KitActivity"])
    capacity.look(group)
    told = tree({"TerminateInstanceInAutoScalingGroupResult": {"Activity": begun}})
    answer: Answer = asg._xml(200, "TerminateInstanceInAutoScalingGroupResponse", told)
    return answer


def describe_activities(params: Params) -> Answer:
    name = asg._p(params, "AutoScalingGroupName")
    if name and name not in asg._asgs:
        return no_group(params)
    groups = [asg._asgs[name]] if name else list(asg._asgs.values())
    ids = asg._parse_member_list(params, "ActivityIds")
    most = int(asg._p(params, "MaxRecords") or activities.KEPT)
    found = activities.told(groups, ids, most)
    told = tree({"DescribeScalingActivitiesResult": {"Activities": found}})
    answer: Answer = asg._xml(200, "DescribeScalingActivitiesResponse", told)
    return answer


def install(module: Any) -> None:
    """Put these in the place of the emulator's calls."""
    global asg
    asg = module
    calls = module._ACTION_MAP
    calls["SetDesiredCapacity"] = set_desired
    calls["SetInstanceHealth"] = set_health
    calls["TerminateInstanceInAutoScalingGroup"] = terminate
    calls["DescribeScalingActivities"] = describe_activities
