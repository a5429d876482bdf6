"""The home of instances, put together: its steps in their order."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_aws as aws

from ..kinds import Statement, Variables
from ..settings import Settings
from .balancer import balancer, target_group
from .machine import (
    instance_code,
    instance_logs,
    instance_profile,
    instance_variables,
    launch_template,
    user_data,
)
from .network import Doors, Network, doors, network
from .pool import instance_group, scaling_policy

# Chapter 22: behind a load balancer


@dataclass(frozen=True)
class Site:
    """What all instances share: network, balancer, code, log, role."""

    network: Network
    doors: Doors
    balancer: aws.lb.LoadBalancer
    logs: aws.cloudwatch.LogGroup
    code: aws.s3.BucketObjectv2
    profile: aws.iam.InstanceProfile
    variables: Variables


def site(
    settings: Settings, variables: Variables, rights: list[Statement]
) -> Site:
    """What there is once, however many instances there are.

    `variables` and `rights` are the function's: the same code runs here.
    """
    place = network()
    three = doors(place)
    lines, code = instance_logs(settings), instance_code()
    own = instance_variables(settings, lines)
    return Site(
        network=place,
        doors=three,
        balancer=balancer(place, three),
        logs=lines,
        code=code,
        profile=instance_profile(code, lines, rights),
        variables={**variables, **own},
    )


@dataclass(frozen=True)
class Pool:
    """Instances that are alike, as the balancer and EC2 know them."""

    targets: aws.lb.TargetGroup
    group: aws.autoscaling.Group


def pool(settings: Settings, site: Site) -> Pool:
    """The instances that serve."""
    told = user_data(site.code, {**site.variables, "POOL": "stable"}, {})
    template = launch_template(
        "modelTemplate", settings, site.doors, site.profile, told
    )
    targets = target_group("modelTargets", site.network)
    group = instance_group(
        "modelInstances", settings, site.network, template, targets
    )
    scaling_policy(settings, group, site.balancer, targets)
    return Pool(targets, group)
