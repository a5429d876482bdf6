"""EC2 Auto Scaling: what the emulator takes and AWS does not, and what it makes up in a policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer

Params = dict[str, Any]
Call = Callable[[Params], Answer]

asg: Any = None  # the emulator's module, once it is there


def _refused(text: str) -> Answer:
    refused: Answer = asg._error("ValidationError", text)
    return refused


def put_policy(original: Call) -> Call:
    def call(params: Params) -> Answer:
        group, name = (asg._p(params, each) for each in ("AutoScalingGroupName", "PolicyName"))
        if group not in asg._asgs:
            return _refused(f"AutoScalingGroup name not found - AutoScalingGroup {group} not found")
        answer = original(params)
        record = asg._policies.get(f"{group}/{name}")
        # Without one of its own, a policy has the cooldown of its group.
        if answer[0] == 200 and record is not None and not asg._p(params, "Cooldown"):
            record.pop("Cooldown", None)
        return answer

    return call


def in_zones(original: Call) -> Call:
    """Refuse zones that the Region does not have; the words are in the likeness of AWS's."""

    def call(params: Params) -> Answer:
        region = emulator.responses.get_region()
        known = {f"{region}{letter}" for letter in "abc"}
        for zone in asg._parse_member_list(params, "AvailabilityZones"):
            if zone not in known:
                return _refused(f"Invalid Availability Zone: {zone}")
        return original(params)

    return call


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global asg
    asg = module
    calls = module._ACTION_MAP
    calls["PutScalingPolicy"] = put_policy(calls["PutScalingPolicy"])
    for name in ("CreateAutoScalingGroup", "UpdateAutoScalingGroup"):
        calls[name] = in_zones(calls[name])
