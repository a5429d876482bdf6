"""Elastic Load Balancing: what a target group does when targets fail, which are attributes too."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.kinds import Outputs

GROUP = "target_group_health"
MINIMUM = "minimum_healthy_targets"
# The blocks' members, by the attributes that they are; a number has its default beside it.
HEALTH: dict[str, dict[str, tuple[str, Any]]] = {
    "dnsFailover": {
        "minimumHealthyTargetsCount": (f"{GROUP}.dns_failover.{MINIMUM}.count", "off"),
        "minimumHealthyTargetsPercentage": (f"{GROUP}.dns_failover.{MINIMUM}.percentage", "off"),
    },
    "unhealthyStateRouting": {
        "minimumHealthyTargetsCount": (f"{GROUP}.unhealthy_state_routing.{MINIMUM}.count", 1),
        "minimumHealthyTargetsPercentage": (
            f"{GROUP}.unhealthy_state_routing.{MINIMUM}.percentage",
            "off",
        ),
    },
}
FAILOVERS = {
    "onDeregistration": "target_failover.on_deregistration",
    "onUnhealthy": "target_failover.on_unhealthy",
}
TERMINATION = "target_health_state.unhealthy.connection_termination.enabled"
DRAINING = "target_health_state.unhealthy.draining_interval_seconds"


def attributes(values: Outputs) -> dict[str, str]:
    """The attributes that the blocks of a program set."""
    found: dict[str, str] = {}
    health = values.get("targetGroupHealth") or {}
    for block, members in HEALTH.items():
        for name, (api, default) in members.items():
            if block in health:
                found[api] = str((health[block] or {}).get(name, default))
    for failover in values.get("targetFailovers") or ():
        found |= {api: failover[name] for name, api in FAILOVERS.items() if name in failover}
    for state in values.get("targetHealthStates") or ():
        found[TERMINATION] = str(state["enableUnhealthyConnectionTermination"]).lower()
        found[DRAINING] = str(state.get("unhealthyDrainingInterval", 0))
    return found


def outputs(found: list[dict[str, str]], last: Outputs) -> Outputs:
    """The blocks that a program has; AWS has all of them, with their defaults."""
    values = {each["Key"]: each.get("Value", "") for each in found}
    shown: Outputs = dict.fromkeys(("targetFailovers", "targetGroupHealth", "targetHealthStates"))
    if health := last.get("targetGroupHealth"):
        shown["targetGroupHealth"] = {
            block: {
                name: int(text) if isinstance(default, int) else text
                for name, (api, default) in HEALTH[block].items()
                for text in [values.get(api) or default]
            }
            for block in health
        }
    if last.get("targetFailovers"):
        failover = {n: values[api] for n, api in FAILOVERS.items() if values.get(api)}
        shown["targetFailovers"] = [failover] if failover else None
    if last.get("targetHealthStates"):
        shown["targetHealthStates"] = [
            {
                "enableUnhealthyConnectionTermination": values.get(TERMINATION) == "true",
                "unhealthyDrainingInterval": int(values.get(DRAINING) or 0),
            }
        ]
    return shown
