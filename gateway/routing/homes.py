"""The model's second home, put together: instances, two pools, a way in.

And what the first home, the function, gets of it: somebody to ask first.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_aws as aws

from ..instances.balancer import forward, listener
from ..instances.hosts import Pool, Site, pool, site
from ..instances.link import (
    instances_route,
    instances_url,
    told_headers,
    vpc_link,
)
from ..kinds import Arguments, Parts, Statement, Variables
from ..settings import Settings
from .canary import drawn_pools, pool_header
from .candidate import (
    candidate_pool,
    candidate_rights,
    candidate_variables,
    pool_rules,
    shares,
)
from .fallback import (
    breaker_table,
    fallback_rights,
    first_backends,
    function_network,
)


@dataclass(frozen=True)
class Home:
    """Instances behind a balancer, and the API's way to it."""

    site: Site
    stable: Pool
    candidates: list[Pool]
    link: aws.apigatewayv2.VpcLink


def instance_home(
    settings: Settings, variables: Variables, rights: list[Statement]
) -> list[Home]:
    """The model on instances; none unless the settings say how many."""
    if not settings.instances:
        return []
    rights = rights + candidate_rights(settings)
    place = site(settings, variables, rights)
    stable = pool(settings, place)
    own = candidate_variables(settings)
    candidates = candidate_pool(settings, place, own)
    action = forward(stable.targets)
    action |= shares(settings, stable, candidates)
    door = listener(place.balancer, action)
    pool_rules(door, stable, candidates)
    link = vpc_link(place.network, place.doors)
    return [Home(place, stable, candidates, link)]


def home_parts(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    access: Arguments,
    homes: list[Home],
) -> Parts:
    """For the deployment: the paths that lead to instances."""
    headers = told_headers(settings.authentication) | pool_header(settings)
    parts: Parts = []
    for home in homes:
        ways = (home.link, home.site.balancer)
        parts += instances_route(rest_api, access, *ways, headers)
    return parts


@dataclass(frozen=True)
class Fallback:
    """For the function: what it is told, what it may, where it runs."""

    variables: Variables
    rights: list[Statement]
    place: Arguments
    outputs: Arguments


def fallback(settings: Settings, homes: list[Home]) -> Fallback:
    """What the function needs to ask the instances first."""
    variables: Variables = {}
    place: Arguments = {}
    breakers = breaker_table(settings)
    outputs: Arguments = {}
    for table in breakers:
        outputs["breaker_table"] = table.name
    for home in homes:
        variables |= first_backends(home.site, breakers)
        variables |= drawn_pools(settings) if breakers else {}
        place |= function_network(home.site, breakers)
    return Fallback(
        variables,
        fallback_rights(breakers),
        place,
        outputs,
    )


def home_outputs(
    homes: list[Home], stage: aws.apigateway.Stage
) -> Arguments:
    """What `pulumi stack output` shows of it."""
    made: Arguments = {}
    for home in homes:
        made |= {
            "instances_url": instances_url(stage),
            "balancer_arn": home.site.balancer.arn,
            "balancer_name": home.site.balancer.dns_name,
            "targets_arn": home.stable.targets.arn,
            "instance_group": home.stable.group.name,
            "instance_log_group": home.site.logs.name,
            "vpc_link_id": home.link.id,
        }
        for candidate in home.candidates:
            made["candidate_targets_arn"] = candidate.targets.arn
            made["candidate_group"] = candidate.group.name
    return made
