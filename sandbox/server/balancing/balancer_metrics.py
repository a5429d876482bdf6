"""What a load balancer publishes in CloudWatch of its requests and its targets."""

from __future__ import annotations

from sandbox.server.base.settings import scaling_seconds
from sandbox.server.watching import metrics

SPACE = "AWS/ApplicationELB"


def _name(balancer: str) -> str:
    """`app/name/id`, as metrics name a balancer that is given by its ARN."""
    return balancer.partition(":loadbalancer/")[2]


def _group(group: str) -> str:
    """`targetgroup/name/id`."""
    return f"targetgroup/{group.partition(':targetgroup/')[2]}"


def label(balancer: str, group: str) -> str:
    """How a scaling policy names a target group behind a balancer: its resource label."""
    return f"{_name(balancer)}/{_group(group)}"


def own(balancer: str, name: str, value: float = 1, unit: str = "Count") -> None:
    """A value of the balancer alone."""
    metrics.record(SPACE, name, value, unit, {"LoadBalancer": _name(balancer)})


def of_group(
    balancer: str, group: str, zone: str, name: str, value: float = 1, unit: str = "Count"
) -> None:
    """A value of a target group: with and without the zone, and of the whole balancer."""
    both = {"LoadBalancer": _name(balancer), "TargetGroup": _group(group)}
    for dimensions in (
        {"LoadBalancer": _name(balancer)},
        both,
        *([{**both, "AvailabilityZone": zone}] if zone else []),
    ):
        metrics.record(SPACE, name, value, unit, dimensions)


def per_target(balancer: str, group: str, targets: int) -> None:
    """One request, shared among so many targets that can take it."""
    share = 1 / max(1, targets)
    both = {"LoadBalancer": _name(balancer), "TargetGroup": _group(group)}
    for dimensions in ({"TargetGroup": _group(group)}, both):
        # Scaling policies look at it in shorter periods than anything else.
        slot = scaling_seconds(60) / 10
        metrics.record(SPACE, "RequestCountPerTarget", share, "Count", dimensions, slot)


def hosts(balancer: str, group: str, zones: dict[str, list[int]]) -> None:
    """How many targets are healthy, and how many are not, by zone."""
    both = {"LoadBalancer": _name(balancer), "TargetGroup": _group(group)}
    whole = [sum(each[side] for each in zones.values()) for side in (0, 1)]
    shown = [(both, whole)]
    shown += [({**both, "AvailabilityZone": z}, n) for z, n in zones.items() if z]
    for dimensions, (healthy, unhealthy) in shown:
        metrics.record(SPACE, "HealthyHostCount", healthy, "Count", dimensions)
        metrics.record(SPACE, "UnHealthyHostCount", unhealthy, "Count", dimensions)
