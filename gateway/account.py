"""What an account asks of everything in it, whichever step makes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pulumi

from .kinds import Arguments
from .settings import Settings

ROLE = "aws:iam/role:Role"
# What cannot be made again as it was: users, keys, counts and logs.
KEPT = (
    "aws:cognito/userPool:UserPool",
    "aws:apigateway/apiKey:ApiKey",
    "aws:dynamodb/table:Table",
    "aws:cloudwatch/logGroup:LogGroup",
)
# AWS itself can refuse to delete two of these, whoever asks.
REFUSED_BY_AWS: dict[str, Arguments] = {
    "aws:cognito/userPool:UserPool": {"deletion_protection": "ACTIVE"},
    "aws:dynamodb/table:Table": {"deletion_protection_enabled": True},
}
# The tag with the time at which a thing was first made. The program says
# another time whenever it runs: what is there keeps its own.
MADE = "gateway:made"
AS_MADE = pulumi.ResourceOptions(ignore_changes=[f'tags["{MADE}"]'])
GROUP = "aws:autoscaling/group:Group"  # has a list of tags, not a map
# An object goes with its bucket, and tags on it are a permission more.
UNTAGGED = (
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
)


def account_rules(settings: Settings) -> None:
    """From here on: tags, a boundary for roles, and `protect` for data."""
    ours = own_tags(settings)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def follow(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult:
        props: Arguments = dict(args.props)
        options = args.opts
        if options.id is None and args.type_ == GROUP:
            props["tags"] = [*(props.get("tags") or []), *passed_on(ours)]
        elif options.id is None and takes_tags(args):
            mine = {**ours, MADE: now}
            props["tags"] = with_tags(mine, props.get("tags"))
            options = pulumi.ResourceOptions.merge(options, AS_MADE)
        if settings.permissions_boundary and args.type_ == ROLE:
            props["permissions_boundary"] = settings.permissions_boundary
        if settings.protect and args.type_ in KEPT:
            props |= REFUSED_BY_AWS.get(args.type_, {})
            kept = pulumi.ResourceOptions(protect=True)
            options = pulumi.ResourceOptions.merge(options, kept)
        return pulumi.ResourceTransformationResult(props, options)

    pulumi.runtime.register_stack_transformation(follow)


def own_tags(settings: Settings) -> dict[str, str]:
    """By which tags a clean-up finds all that this stack has made."""
    tags = {
        "gateway:project": pulumi.get_project(),
        "gateway:stack": pulumi.get_stack(),
        "gateway:owner": settings.owner,
        "gateway:expires": settings.expires,
    }
    return {key: value for key, value in tags.items() if value}


def takes_tags(args: pulumi.ResourceTransformationArgs) -> bool:
    """Whether a type has tags: its class tells what all of them come to."""
    known = hasattr(type(args.resource), "tags_all")
    return known and args.type_ not in UNTAGGED


def with_tags(ours: Mapping[str, str], given: Any) -> Any:
    """A resource's own tags and ours; what the program itself says wins."""
    if given is None or isinstance(given, Mapping):
        return {**ours, **(given or {})}
    if isinstance(given, pulumi.Output):
        return given.apply(lambda its: with_tags(ours, its))
    return given  # no tags: the provider says what they have to be


def passed_on(tags: Mapping[str, str]) -> list[Arguments]:
    """Tags of a group of instances, which its instances get too."""
    return [
        {"key": key, "value": value, "propagate_at_launch": True}
        for key, value in tags.items()
    ]
