"""Instance refreshes: a group's instances are replaced a few at a time, by what its health allows."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.query_protocol import nested, xml
from sandbox.server.base.settings import scaling_seconds
from sandbox.server.scaling import activities, capacity, launch_plans
from sandbox.server.scaling.attachments import no_group

Params = dict[str, Any]
Call = Callable[[Params], Answer]

asg: Any = None  # the emulator's module, once it is there

OPEN = ("Pending", "InProgress", "Cancelling")
LEAST, MOST = 90, 100  # percent of the desired capacity that stay healthy, and that there may be


def start(params: Params) -> Answer:
    group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
    if group is None:
        return no_group(params)
    known: list[Record] = group.setdefault("InstanceRefreshes", [])
    if any(each["Status"] in OPEN for each in known):
        text = "An Instance Refresh is already in progress and blocks the execution of this one."
        refused: Answer = asg._error("InstanceRefreshInProgress", text)
        return refused
    preferences = nested(params, "Preferences") or {}
    old = [each["InstanceId"] for each in capacity.alive(group)]
    if preferences.get("SkipMatching") == "true":
        wanted = launch_plans.resolved(group)
        alive = capacity.alive(group)
        old = [each["InstanceId"] for each in alive if each.get("LaunchTemplate") != wanted]
    refresh = {
        "InstanceRefreshId": str(uuid.uuid4()),
        "AutoScalingGroupName": group["AutoScalingGroupName"],
        "Status": "InProgress",
        "StartTime": emulator.responses.now_iso(),
        "PercentageComplete": 0,
        "InstancesToUpdate": len(old),
        "Preferences": preferences,
        "KitOld": old,
        "KitAll": len(old),
    }
    known.insert(0, refresh)
    step(group)
    told = f"<InstanceRefreshId>{refresh['InstanceRefreshId']}</InstanceRefreshId>"
    answer: Answer = asg._xml(
        200,
        "StartInstanceRefreshResponse",
        f"<StartInstanceRefreshResult>{told}</StartInstanceRefreshResult>",
    )
    return answer


def step(group: Record) -> None:
    """Replace as many instances as may go now; close a refresh that is through."""
    refresh = next((r for r in group.get("InstanceRefreshes") or () if r["Status"] in OPEN), None)
    if refresh is None:
        group.pop("KitSurplus", None)
        return
    alive = capacity.alive(group)
    left = [each for each in alive if each["InstanceId"] in refresh["KitOld"]]
    fresh = [each for each in alive if each not in left]
    ready = [each for each in alive if _ready(group, refresh, each)]
    done = refresh["KitAll"] - len(left) - max(0, group["DesiredCapacity"] - len(alive))
    done -= len([each for each in fresh if each not in ready])
    _tell(refresh, max(0, done), len(left))
    if not left and len(ready) >= group["DesiredCapacity"]:
        end(refresh, "Successful", "")
        return
    wanted, least, most = _bounds(group, refresh)
    # With room above the desired capacity, a new one comes before an old one goes.
    group["KitSurplus"] = max(0, most - wanted)
    spare = most - len(alive) - _leaving(group)
    if group["KitSurplus"] and left and spare > 0 and len(alive) <= wanted:
        cause = (
            f"At {activities.now()} an instance was launched in response to an instance refresh."
        )
        capacity.launch(group, cause)
        return
    for each in left[: max(0, len(ready) - least)]:
        if each in ready and len(capacity.alive(group)) <= least:
            break
        cause = (
            f"At {activities.now()} an instance was taken out of service in response to an instance "
            f"refresh.  At {activities.now()} instance {each['InstanceId']} was selected for "
            "termination."
        )
        capacity.end(group, each, cause)


def _leaving(group: Record) -> int:
    return len([each for each in group["Instances"] if each["LifecycleState"] == "Terminating"])


def _bounds(group: Record, refresh: Record) -> tuple[int, int, int]:
    """The desired capacity, how many have to stay healthy, and how many there may be."""
    wanted, asked = group["DesiredCapacity"], refresh["Preferences"]
    policy = group.get("InstanceMaintenancePolicy") or {}
    least = float(asked.get("MinHealthyPercentage") or policy.get("MinHealthyPercentage") or LEAST)
    most = float(asked.get("MaxHealthyPercentage") or policy.get("MaxHealthyPercentage") or MOST)
    return wanted, math.floor(wanted * least / 100), math.floor(wanted * most / 100)


def _ready(group: Record, refresh: Record, instance: Record) -> bool:
    """Whether an instance serves, and has served for its warm-up."""
    if instance["LifecycleState"] != "InService" or instance["HealthStatus"] != "Healthy":
        return False
    states = capacity.states(group, instance["InstanceId"])
    if any(state not in ("healthy", "unused", "unavailable") for state in states):
        return False
    if instance["InstanceId"] in refresh["KitOld"]:
        return True
    warm = refresh["Preferences"].get("InstanceWarmup") or group.get("DefaultInstanceWarmup")
    seconds = float(warm if warm not in (None, "") else group["HealthCheckGracePeriod"])
    return bool(time.time() >= instance["KitSince"] + scaling_seconds(seconds))


def _tell(refresh: Record, done: int, left: int) -> None:
    whole = refresh["KitAll"] or 1
    refresh |= {"PercentageComplete": min(99, 100 * done // whole), "InstancesToUpdate": left}


def end(refresh: Record, status: str, reason: str) -> None:
    """Close a refresh."""
    refresh |= {"Status": status, "EndTime": emulator.responses.now_iso()}
    if status == "Successful":
        refresh |= {"PercentageComplete": 100, "InstancesToUpdate": 0}
    if reason:
        refresh["StatusReason"] = reason


def describe(original: Call) -> Call:
    def call(params: Params) -> Answer:
        group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
        if group is None:
            return original(params)
        ids = asg._parse_member_list(params, "InstanceRefreshIds")
        found = [
            {name: value for name, value in each.items() if not name.startswith("Kit")}
            for each in group.get("InstanceRefreshes") or ()
            if not ids or each["InstanceRefreshId"] in ids
        ]
        told = xml({"DescribeInstanceRefreshesResult": {"InstanceRefreshes": found}})
        answer: Answer = asg._xml(200, "DescribeInstanceRefreshesResponse", told)
        return answer

    return call


def install(module: Any) -> None:
    """Put these in the place of the emulator's calls."""
    global asg
    asg = module
    calls = module._ACTION_MAP
    calls["StartInstanceRefresh"] = start
    calls["DescribeInstanceRefreshes"] = describe(calls["DescribeInstanceRefreshes"])
