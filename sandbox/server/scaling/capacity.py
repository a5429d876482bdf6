"""Auto Scaling groups at work: as many instances as are wanted, and healthy ones.

A group is looked at several times a second, and whenever it changes; each look does what is due.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandbox.server.balancing import targets
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record
from sandbox.server.machines import fleet, instances
from sandbox.server.machines.fleet import TooMany
from sandbox.server.scaling import activities, launch_plans

asg: Any = None  # the emulator's module, once it is there

AGAIN = 30.0  # seconds until a launch that failed is tried again
ALIVE = ("Pending", "InService")
QUOTA = (
    "You have requested more vCPU capacity than your current vCPU limit of {} allows for the "
    "instance bucket that the specified instance type belongs to. Please visit "
    "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit. "
    "Launching EC2 instance failed."
)
VCPUS = 2  # of the types that the quota's text counts in
GAP = "At {} an instance was {} in response to a difference between desired and actual capacity, "


def look(group: Record) -> None:
    """Do what is due for a group."""
    _end_lost(group)
    _end_sick(group)
    _shrink(group)
    _settle(group)
    _grow(group)
    register(group)


def alive(group: Record) -> list[Record]:
    """The instances of a group that are no longer to be ended."""
    return [each for each in group["Instances"] if each["LifecycleState"] in ALIVE]


def suspended(group: Record, process: str) -> bool:
    """Whether one of a group's processes is suspended."""
    return process in {each["ProcessName"] for each in group.get("SuspendedProcesses") or ()}


def explain(group: Record, request: str) -> None:
    """Remember who changed the desired capacity: the cause of what comes of it."""
    group["KitReason"] = f"At {activities.now()} {request}  "
    for leftover in ("KitRetry", "KitReplaces"):
        group.pop(leftover, None)


# Growing


def _grow(group: Record) -> None:
    if suspended(group, "Launch") or group.get("KitRetry", 0) > time.time():
        return
    while len(alive(group)) < group["DesiredCapacity"]:
        if not launch(group):
            return


def launch(group: Record, cause: str = "") -> bool:
    """Launch one instance of a group; whether there is one more."""
    ours = {each["InstanceId"] for each in group["Instances"]} - {
        each["InstanceId"] for each in alive(group)
    }
    held = [each.id for each in fleet.running()]
    if len(held) >= fleet.MOST and ours & set(held):
        return False  # one of its own is about to end: then there is room
    count = len(alive(group))
    if not cause:
        gap = GAP.format(activities.now(), "started")
        cause = group.get("KitReason", "") + f"{gap}increasing the capacity from {count} to "
        cause += f"{group['DesiredCapacity']}."
    if lost := group.pop("KitReplaces", 0):
        cause = f"At {activities.now()} an instance was launched in response to an unhealthy "
        cause += "instance needing to be replaced."
        if lost > 1:
            group["KitReplaces"] = lost - 1
    subnet, zone = launch_plans.where(group)
    try:
        id = instances.launch(launch_plans.wanted(group, subnet))
    except TooMany:
        begun = activities.begin(group, "Launching a new EC2 instance.", cause, zone, subnet)
        begun["Description"] += "  Status Reason: " + _quota()
        activities.finish(group, begun["ActivityId"], "Failed", _quota())
        group["KitRetry"] = time.time() + AGAIN
        return False
    begun = activities.begin(group, f"Launching a new EC2 instance: {id}", cause, zone, subnet)
    group["Instances"].append(_member(group, id, zone, begun["ActivityId"]))
    return True


def _quota() -> str:
    return QUOTA.format(fleet.MOST * VCPUS)


def _member(group: Record, id: str, zone: str, activity: str) -> Record:
    return {
        "InstanceId": id,
        "LifecycleState": "Pending",
        "HealthStatus": "Healthy",
        "AvailabilityZone": zone,
        "ProtectedFromScaleIn": group["NewInstancesProtectedFromScaleIn"],
        "LaunchTemplate": launch_plans.resolved(group),
        "LaunchConfigurationName": group.get("LaunchConfigurationName", ""),
        "KitActivity": activity,
        "KitSince": time.time(),
    }


# Ending


def _end_lost(group: Record) -> None:
    """Those that were terminated, by whomever."""
    for each in alive(group):
        record = instances.find(each["InstanceId"])
        if record is None or record["State"]["Name"] in ("shutting-down", "terminated"):
            text = "an EC2 health check indicating it has been terminated or stopped."
            replace(group, each, text)


def _end_sick(group: Record) -> None:
    if suspended(group, "HealthCheck"):
        return
    for each in alive(group):
        if each["HealthStatus"] == "Healthy" and _refused_by_balancer(group, each):
            each["HealthStatus"] = "Unhealthy"
            each["KitSick"] = "an ELB system health check failure."
        if each["HealthStatus"] == "Unhealthy" and not suspended(group, "ReplaceUnhealthy"):
            replace(group, each, each.get("KitSick") or "a user health-check.")


def _refused_by_balancer(group: Record, instance: Record) -> bool:
    """Whether its target groups say for long enough that an instance is not healthy."""
    grace = group.get("HealthCheckGracePeriod") or 0
    if group["HealthCheckType"] != "ELB" or time.time() < instance["KitSince"] + grace:
        return False
    return any(state == "unhealthy" for state in states(group, instance["InstanceId"]))


def states(group: Record, id: str) -> list[str]:
    """The states of an instance in the target groups of its group."""
    return [t.state for arn in target_groups(group) for t in targets.of(arn) if t.id == id]


def replace(group: Record, instance: Record, why: str) -> None:
    """End an instance that another one is to take the place of."""
    group["KitReplaces"] = group.get("KitReplaces", 0) + 1
    group.pop("KitRetry", None)
    text = f"At {activities.now()} an instance was taken out of service in response to {why}"
    end(group, instance, text)


def end(group: Record, instance: Record, cause: str) -> None:
    """Begin to end an instance: its targets drain first."""
    id = instance["InstanceId"]
    where = (instance["AvailabilityZone"],)
    begun = activities.begin(group, f"Terminating EC2 instance: {id}", cause, *where)
    instance |= {"LifecycleState": "Terminating", "KitActivity": begun["ActivityId"]}


def _shrink(group: Record) -> None:
    if suspended(group, "Terminate"):
        return
    count, wanted = len(alive(group)), group["DesiredCapacity"]
    for each in _order(group)[: max(0, count - wanted - group.get("KitSurplus", 0))]:
        gap = GAP.format(activities.now(), "taken out of service")
        chosen = (
            f"At {activities.now()} instance {each['InstanceId']} was selected for termination."
        )
        shrinks = f"shrinking the capacity from {count} to {wanted}.  {chosen}"
        end(group, each, group.get("KitReason", "") + gap + shrinks)


def _order(group: Record) -> list[Record]:
    """Those that may go, who goes first in front: of the fullest zone, the oldest template."""
    found = [each for each in alive(group) if not each["ProtectedFromScaleIn"]]
    zones = [each["AvailabilityZone"] for each in alive(group)]
    newest = "NewestInstance" in (group.get("TerminationPolicies") or ())

    def rank(each: Record) -> tuple[Any, ...]:
        number = (each.get("LaunchTemplate") or {}).get("Version") or "0"
        version = int(number) if str(number).isdecimal() else 0
        age = each.get("KitSince", 0)
        return -zones.count(each["AvailabilityZone"]), version, -age if newest else age

    return sorted(found, key=rank)


# What is under way


def _settle(group: Record) -> None:
    for each in list(group["Instances"]):
        if each["LifecycleState"] == "Pending":
            machine = fleet.find(each["InstanceId"])
            if machine is None or machine.state == "running":
                each |= {"LifecycleState": "InService", "KitSince": time.time()}
                activities.finish(group, each["KitActivity"])
        elif each["LifecycleState"] == "Terminating":
            _go_on_ending(group, each)


def _go_on_ending(group: Record, instance: Record) -> None:
    id = instance["InstanceId"]
    if any(state == "draining" for state in states(group, id)):
        status = "WaitingForELBConnectionDraining"
        activities.turn(group, instance["KitActivity"], status, 20)
        return
    if _registered(group, id):
        return  # it leaves its target groups with this look
    record = instances.find(id)
    if record is not None and record["State"]["Name"] in ("pending", "running"):
        activities.turn(group, instance["KitActivity"], "InProgress", 60)
        instances.terminate(id)
    elif record is None or record["State"]["Name"] == "terminated":
        group["Instances"].remove(instance)
        activities.finish(group, instance["KitActivity"])


# Target groups


def target_groups(group: Record) -> set[str]:
    """The target groups that a group's instances belong to, by their ARNs."""
    sources = {each["Identifier"] for each in group.get("TrafficSources") or ()}
    found = {*(group.get("TargetGroupARNs") or ()), *sources}
    return {arn for arn in found if ":targetgroup/" in arn}


def _registered(group: Record, id: str) -> bool:
    return any(id in ids for ids in (group.get("Registered") or {}).values())


def register(group: Record, kept: set[str] | None = None) -> None:
    """Have a group's instances in its target groups, and in no others."""
    wanted = target_groups(group) if kept is None else kept
    before: dict[str, list[str]] = group.get("Registered") or {}
    alb = emulator.app._get_module("alb")
    ids = [each["InstanceId"] for each in alive(group)]
    added = not suspended(group, "AddToLoadBalancer")
    after: dict[str, list[str]] = {}
    for arn in {*before, *wanted}:
        now = [id for id in ids if added or id in before.get(arn, ())] if arn in wanted else []
        after |= {arn: now} if arn in wanted else {}
        if now != before.get(arn, []):
            port = alb._tgs.get(arn, {}).get("Port")
            alb.set_targets_for_group(arn, [(id, port) for id in now], before.get(arn, ()))
            targets.of(arn)
    group["Registered"] = after


def scatter(group: Record) -> None:
    """End all instances of a group at once, without draining: it is deleted by force."""
    register(group, set())
    for each in group["Instances"]:
        instances.terminate(each["InstanceId"])
    group["Instances"] = []


def _reset(original: Callable[[], None]) -> Callable[[], None]:
    def reset() -> None:
        original()
        fleet.end_all()

    return reset


def install(module: Any) -> None:
    """Look into the emulator's records from now on."""
    global asg
    asg = module
    module.reset = _reset(module.reset)
    emulator.app._get_module("alb")
    emulator.app._get_module("ec2")
