"""Which types and functions there are, by token; a service is imported when first asked for."""

from __future__ import annotations

import importlib

from sandbox.provider.core.kinds import Function, Kind

# The folders of the types of a Pulumi module, the middle part of a token: each has a `kinds.py`.
# Imported at the first use of one of its types: the start of the provider is part of an `up`.
SERVICES = {
    "apigateway": ("apigateway",),
    "apigatewayv2": ("apigatewayv2",),
    "autoscaling": ("autoscaling",),
    "cloudwatch": ("cloudwatch", "logs"),
    "cognito": ("cognito",),
    "dynamodb": ("dynamodb",),
    "ec2": ("ec2",),
    "iam": ("iam",),
    "lambda": ("lambda_",),
    "lb": ("lb",),
    "s3": ("s3",),
    "secretsmanager": ("secretsmanager",),
    "ssm": ("ssm",),
    "vpc": ("vpc",),
    "wafv2": ("wafv2",),
}

REGISTRY: dict[str, Kind] = {}
FUNCTIONS: dict[str, Function] = {}


def _load(part: str) -> None:
    """Import the services of a Pulumi module, and note their types."""
    for service in SERVICES.get(part, ()):
        found = importlib.import_module(f"sandbox.provider.{service}.kinds")
        REGISTRY.update({kind.token: kind for kind in found.KINDS})


def kind(token: str) -> Kind | None:
    """The calls of a type, None when the provider lacks it."""
    if token not in REGISTRY and token.count(":") == 2:
        _load(token.split(":")[1].split("/", maxsplit=1)[0])
    return REGISTRY.get(token)


def load() -> dict[str, Kind]:
    """Every type there is, by token."""
    for part in SERVICES:
        _load(part)
    return REGISTRY


def functions() -> dict[str, Function]:
    """Every function that programs can look up, by token."""
    if not FUNCTIONS:
        found = importlib.import_module("sandbox.provider.lookups.functions")
        FUNCTIONS.update(found.FUNCTIONS)
    return FUNCTIONS
