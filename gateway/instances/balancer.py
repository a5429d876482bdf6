"""Who hands requests to instances, and what it knows of them."""

from __future__ import annotations

import pulumi_aws as aws

from ..kinds import Arguments
from .network import BALANCER_PORT, MODEL_PORT, Doors, Network

# Chapter 22: behind a load balancer


def target_group(name: str, network: Network) -> aws.lb.TargetGroup:
    """Instances that can stand in for each other, and who of them is well.

    A prompt takes seconds, another one a minute: who has the fewest open
    gets the next. Who leaves has 15 seconds to finish.
    """
    return aws.lb.TargetGroup(
        name,
        vpc_id=network.vpc_id,
        port=MODEL_PORT,
        protocol="HTTP",
        load_balancing_algorithm_type="least_outstanding_requests",
        deregistration_delay=15,
        health_check={
            "path": "/health",
            "interval": 5,
            "timeout": 2,
            "healthy_threshold": 2,
            "unhealthy_threshold": 2,
        },
    )


def balancer(network: Network, doors: Doors) -> aws.lb.LoadBalancer:
    """The one address of all instances. Internal: it has no public one."""
    return aws.lb.LoadBalancer(
        "modelBalancer",
        internal=True,
        load_balancer_type="application",
        subnets=network.subnet_ids,
        security_groups=[doors.balancer.id],
    )


def forward(targets: aws.lb.TargetGroup) -> Arguments:
    """For a listener: every request to one group."""
    return {"type": "forward", "target_group_arn": targets.arn}


def listener(
    balancer: aws.lb.LoadBalancer, action: Arguments
) -> aws.lb.Listener:
    """What the balancer does with a request at its port."""
    return aws.lb.Listener(
        "modelListener",
        load_balancer_arn=balancer.arn,
        port=BALANCER_PORT,
        protocol="HTTP",
        default_actions=[action],
    )
