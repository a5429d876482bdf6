"""Scaling activities: what a group did, and why, in AWS's words."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timezone
from typing import Any

from sandbox.server.base.emulator import Record

KEPT = 100  # activities of a group that are told, as AWS tells them for six weeks
MEMBER = "KitActivities"


def now() -> str:
    """The time, as causes have it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def begin(group: Record, description: str, cause: str, zone: str = "", subnet: str = "") -> Record:
    """An activity of a group that begins now."""
    details = {"Subnet ID": subnet, "Availability Zone": zone}
    activity: Record = {
        "ActivityId": str(uuid.uuid4()),
        "AutoScalingGroupName": group["AutoScalingGroupName"],
        "Description": description,
        "Cause": cause,
        "StartTime": now(),
        "StatusCode": "InProgress",
        "Progress": 0,
        "Details": json.dumps({name: value for name, value in details.items() if value}),
        "AutoScalingGroupARN": group["AutoScalingGroupARN"],
    }
    known: list[Record] = group.setdefault(MEMBER, [])
    known.insert(0, activity)
    del known[KEPT:]
    return activity


def find(group: Record, id: str) -> Record | None:
    """An activity of a group by its id."""
    return next((each for each in group.get(MEMBER) or () if each["ActivityId"] == id), None)


def turn(group: Record, id: str, status: str, progress: int) -> None:
    """An activity has come so far."""
    if activity := find(group, id):
        activity |= {"StatusCode": status, "Progress": progress}


def finish(group: Record, id: str, status: str = "Successful", message: str = "") -> None:
    """An activity is over."""
    if activity := find(group, id):
        activity |= {"StatusCode": status, "Progress": 100, "EndTime": now()}
        if message:
            activity["StatusMessage"] = message


def state(group: Record) -> list[tuple[str, str]]:
    """What changes with each thing that a group does."""
    return [(each["ActivityId"], each["StatusCode"]) for each in group.get(MEMBER) or ()]


def told(groups: list[Record], ids: list[str], most: int) -> list[dict[str, Any]]:
    """Activities of groups, the latest first."""
    found = [each for group in groups for each in group.get(MEMBER) or ()]
    found.sort(key=lambda each: str(each["StartTime"]), reverse=True)
    return [each for each in found if not ids or each["ActivityId"] in ids][:most]
