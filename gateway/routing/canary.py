"""Which pool the stage names: for all, or for some percent of requests."""

from __future__ import annotations

import json

import pulumi_aws as aws

from ..kinds import Arguments, Variables
from ..settings import Settings
from .candidate import CANDIDATE, POOL_HEADER, STABLE

# Chapter 24: two versions


def pool_header(settings: Settings) -> Arguments:
    """For the integration: the pool that the stage names."""
    if not settings.candidate_instances:
        return {}
    header = f"integration.request.header.{POOL_HEADER}"
    return {header: "stageVariables.pool"}


def pool_variable(settings: Settings, chosen: Arguments) -> Arguments:
    """For the stage: a variable more, beside those that it has already.

    It is the switch between two versions: what is live changes with it in
    one moment, and back. A name that no rule has leaves it to the weights.
    """
    if not settings.candidate_instances:
        return {}
    known = chosen.get("variables", {})
    return {"variables": {**known, "pool": settings.live_pool}}


def canary(
    settings: Settings, deployment: aws.apigateway.Deployment
) -> Arguments:
    """For the stage: some percent of requests find another variable.

    Each request is drawn anew; no caller stays with what they had. The
    deployment is the same one: the API is, only the model is not.
    """
    if not settings.canary_percent:
        return {}
    other = STABLE if settings.live_pool == CANDIDATE else CANDIDATE
    return {
        "canary_settings": {
            "deployment_id": deployment.id,
            "percent_traffic": settings.canary_percent,
            "stage_variable_overrides": {"pool": other},
        }
    }


def drawn_pools(settings: Settings) -> Variables:
    """For a function behind the Lambda Web Adapter: it draws by itself.

    The adapter tells it no stage variable. These are the function's own: a
    change of them is another version of it, and takes seconds.
    """
    if not (settings.adapter_layer_arn and settings.candidate_instances):
        return {}
    live, some = settings.live_pool, settings.canary_percent
    other = STABLE if live == CANDIDATE else CANDIDATE
    return {"POOLS": json.dumps({live: 100 - some, other: some})}
