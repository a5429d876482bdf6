"""A second pool, with another version, and how much traffic it gets."""

from __future__ import annotations

from dataclasses import replace

import pulumi
import pulumi_aws as aws

from ..instances.balancer import target_group
from ..instances.hosts import Pool, Site
from ..instances.machine import launch_template, user_data
from ..instances.pool import instance_group
from ..kinds import Arguments, Parts, Statement, Variables
from ..settings import Settings

# Chapter 24: two versions

STABLE, CANDIDATE = "stable", "candidate"
POOL_HEADER = "x-gateway-pool"
MODEL_FILE = "candidate.gguf"  # in the folder in which the server runs


def candidate_variables(settings: Settings) -> Variables:
    """For its server: in what the candidate differs."""
    told: Variables = {"POOL": CANDIDATE}
    if settings.candidate_system_prompt:
        told["SYSTEM_PROMPT"] = settings.candidate_system_prompt
    if settings.candidate_model:
        told["MODEL_PATH"] = MODEL_FILE
    return told


def candidate_rights(settings: Settings) -> list[Statement]:
    """For the instances: they may fetch the candidate's model."""
    if not settings.candidate_model:
        return []
    partition = aws.get_partition_output().partition
    place = settings.candidate_model.removeprefix("s3://")
    resource = pulumi.Output.concat("arn:", partition, ":s3:::", place)
    return [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}
    ]


def candidate_pool(
    settings: Settings, site: Site, own: Variables
) -> list[Pool]:
    """Instances of another version behind the same balancer; or none."""
    if not settings.candidate_instances:
        return []
    downloads: dict[str, str] = {}
    if settings.candidate_model:
        downloads[settings.candidate_model] = f"/opt/model/{MODEL_FILE}"
    told = user_data(site.code, {**site.variables, **own}, downloads)
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
