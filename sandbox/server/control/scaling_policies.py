"""EC2 Auto Scaling: what the emulator takes for a policy and AWS does not, and makes up in one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base.emulator import Answer

Params = dict[str, Any]


def put(module: Any, original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def call(params: Params) -> Answer:
        group, name = (module._p(params, each) for each in ("AutoScalingGroupName", "PolicyName"))
        if group not in module._asgs:
            text = f"AutoScalingGroup name not found - AutoScalingGroup {group} not found"
            refused: Answer = module._error("ValidationError", text)
            return refused
        answer = original(params)
        record = module._policies.get(f"{group}/{name}")
        # Without one of its own, a policy has the cooldown of its group.
        if answer[0] == 200 and record is not None and not module._p(params, "Cooldown"):
            record.pop("Cooldown", None)
        return answer

    return call


def install(module: Any) -> None:
    """Put this over the emulator's call."""
    calls = module._ACTION_MAP
    calls["PutScalingPolicy"] = put(module, calls["PutScalingPolicy"])
