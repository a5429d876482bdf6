"""The least policy of who deploys: what the types of a program need, on what bears the stack's name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lab.account.actions import TYPES

MOST = 6_144  # characters of a managed policy, white space not counted
# Whom a role that is made here may be handed to.
PASSED_TO = ("apigateway", "ec2", "lambda")
# Whoever is somebody may ask who they are, in which Region; an account's role for logs is looked at.
ALWAYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("apigateway:GET",), "arn:{partition}:apigateway:{region}::/account"),
)


@dataclass(frozen=True)
class Scope:
    """Where a policy holds.

    Attributes:
        account: its number of 12 digits.
        region: such as "eu-central-1".
        stack: the stack's name, with which all that can be named begins.
    """

    account: str
    region: str
    stack: str
    partition: str = "aws"


def least(types: Iterable[str], scope: Scope) -> dict[str, Any]:
    """A policy document: deploy, change and destroy resources of these types, and no more.

    No action has a star. A resource has one where AWS makes its id, or knows none for an action.

    Raises:
        KeyError: it is not known what a type needs.
    """
    by_resource: dict[str, set[str]] = {}
    for actions, resource in [*ALWAYS, *(right for name in set(types) for right in TYPES[name])]:
        by_resource.setdefault(resource.format(**vars(scope)), set()).update(actions)
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for resource, needed in sorted(by_resource.items()):
        by_actions.setdefault(tuple(sorted(needed - {"iam:PassRole"})), []).append(resource)
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": list(actions), "Resource": resources}
        for actions, resources in sorted(by_actions.items())
    ]
    passed = [resource for resource, needed in by_resource.items() if "iam:PassRole" in needed]
    if passed:
        services = [f"{service}.amazonaws.com" for service in PASSED_TO]
        statements.append(
            {
                "Effect": "Allow",
                "Action": ["iam:PassRole"],
                "Resource": passed,
                "Condition": {"StringEquals": {"iam:PassedToService": services}},
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def split(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The same in as many documents as it takes: a managed policy has room for so much."""
    parts: list[list[dict[str, Any]]] = [[]]
    for statement in document["Statement"]:
        longer = {**document, "Statement": [*parts[-1], statement]}
        if parts[-1] and size(longer) > MOST:
            parts.append([])
        parts[-1].append(statement)
    return [{**document, "Statement": part} for part in parts]


def size(document: dict[str, Any]) -> int:
    """Its characters, as IAM counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def actions_of(document: dict[str, Any]) -> list[str]:
    """All its actions, sorted."""
    return sorted({action for each in document["Statement"] for action in each["Action"]})
