"""A second pool, with another version, and how much traffic it gets."""

from __future__ import annotations

from dataclasses import replace

import pulumi_aws as aws

from ..instances.balancer import target_group
from ..instances.hosts import Pool, Site
from ..instances.machine import launch_template, user_data
from ..instances.pool import instance_group
from ..kinds import Arguments, Parts, Variables
from ..settings import Settings

# Chapter 16: failing well

STABLE, CANDIDATE = "stable", "candidate"
POOL_HEADER = "x-gateway-pool"


def candidate_variables(settings: Settings) -> Variables:
    """For its server: in what the candidate differs."""
    told: Variables = {"POOL": CANDIDATE}
    if settings.candidate_system_prompt:
        told["SYSTEM_PROMPT"] = settings.candidate_system_prompt
    return told


def candidate_pool(
    settings: Settings, site: Site, own: Variables
) -> list[Pool]:
    """Instances of another version behind the same balancer; or none."""
    if not settings.candidate_instances:
        return []
    told = user_data(site.code, {**site.variables, **own})
    template = launch_template(
        "candidateTemplate", settings, site.doors, site.profile, told
    )
    targets = target_group("candidateTargets", site.network)
    size = replace(
        settings,
        instances=settings.candidate_instances,
        most_instances=settings.candidate_instances,
    )
    group = instance_group(
        "candidateInstances", size, site.network, template, targets
    )
    return [Pool(targets, group)]


def shares(
    settings: Settings, stable: Pool, candidates: list[Pool]
) -> Arguments:
    """For the listener: how much each pool gets, by weight.

    A share of requests that nobody can answer is not given to others: the
    balancer looks at weights, and then at health.
    """
    if not candidates:
        return {}
    weight = settings.candidate_weight
    return {
        "target_group_arn": None,
        "forward": {
            "target_groups": [
                {"arn": stable.targets.arn, "weight": 100 - weight},
                {"arn": candidates[0].targets.arn, "weight": weight},
            ]
        },
    }


def pool_rules(
    listener: aws.lb.Listener, stable: Pool, candidates: list[Pool]
) -> Parts:
    """A request that names a pool gets to it, whatever the weights."""
    if not candidates:
        return []
    named = {STABLE: stable, CANDIDATE: candidates[0]}
    return [
        aws.lb.ListenerRule(
            f"poolRule-{name}",
            listener_arn=listener.arn,
            priority=priority,
            conditions=[
                {
                    "http_header": {
                        "http_header_name": POOL_HEADER,
                        "values": [name],
                    }
                }
            ],
            actions=[
                {"type": "forward", "target_group_arn": pool.targets.arn}
            ],
        )
        for priority, (name, pool) in enumerate(named.items(), 10)
    ]
