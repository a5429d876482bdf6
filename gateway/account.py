"""What an account asks of everything in it, whichever step makes it."""

from __future__ import annotations

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


def account_rules(settings: Settings) -> None:
    """From here on: a boundary for roles, and `protect` for data."""

    def follow(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        props, options = dict(args.props), args.opts
        if settings.permissions_boundary and args.type_ == ROLE:
            props["permissions_boundary"] = settings.permissions_boundary
        if settings.protect and args.type_ in KEPT:
            props |= REFUSED_BY_AWS.get(args.type_, {})
            kept = pulumi.ResourceOptions(protect=True)
            options = pulumi.ResourceOptions.merge(options, kept)
        return pulumi.ResourceTransformationResult(props, options)

    if settings.permissions_boundary or settings.protect:
        pulumi.runtime.register_stack_transformation(follow)
