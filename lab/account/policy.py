"""The least policy of who deploys: what the types of a program need, on what bears the stack's name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lab.account import authorization
from lab.account.actions import TYPES
from lab.account.rights import Condition, Right

Document = dict[str, Any]

MOST = 6_144  # characters of a managed policy, white space not counted
# Whoever is somebody may ask who they are, in which Region; an account's role for logs is looked at.
ALWAYS = (Right(("apigateway:GET",), "arn:{partition}:apigateway:{region}::/account"),)


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


def least(types: Iterable[str], scope: Scope, beside: Iterable[Right] = ()) -> Document:
    """A policy document: deploy, change and destroy resources of these types, and no more.

    No action has a star. A resource has one where AWS makes its id, or knows none for an action.

    Args:
        beside: rights that no type of resource needs, such as those to Pulumi's state.

    Raises:
        KeyError: it is not known what a type needs.
    """
    return _document([*ALWAYS, *_of(types), *beside], scope)


def preview(types: Iterable[str], scope: Scope, beside: Iterable[Right] = ()) -> Document:
    """A policy document for who may see what would change, and change nothing.

    It reads what the least policy reads: in pull requests, and for a refresh. What it reads has
    the keys of callers in it, and the state's secrets, if `beside` says so.

    Raises:
        KeyError: it is not known what a type needs.
    """
    rights = [
        right._replace(actions=tuple(filter(authorization.looks, right.actions)))
        for right in (*ALWAYS, *_of(types))
    ]
    return _document([*rights, *beside], scope)


def _of(types: Iterable[str]) -> list[Right]:
    return [Right(*right) for name in set(types) for right in TYPES[name]]


def _document(rights: Iterable[Right], scope: Scope) -> Document:
    """Rights as IAM takes them: a statement for what goes on the same condition together."""
    by_place: dict[tuple[Condition | None, str], set[str]] = {}
    for right in rights:
        place = (_here(right.condition, scope), right.resource.format(**vars(scope)))
        by_place.setdefault(place, set()).update(right.actions)
    together: dict[tuple[tuple[str, ...], Condition | None], list[str]] = {}
    for (condition, resource), actions in by_place.items():
        if actions:
            together.setdefault((tuple(sorted(actions)), condition), []).append(resource)
    statements = [
        _statement(actions, condition, sorted(resources))
        for (actions, condition), resources in sorted(together.items(), key=str)
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _here(condition: Condition | None, scope: Scope) -> Condition | None:
    if condition is None:
        return None
    values = tuple(value.format(**vars(scope)) for value in condition.values)
    return condition._replace(values=values)


def _statement(
    actions: tuple[str, ...], condition: Condition | None, resources: list[str]
) -> dict[str, Any]:
    told: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": resources}
    if condition:
        told["Condition"] = {condition.operator: {condition.key: list(condition.values)}}
    return told


def split(document: Document) -> list[Document]:
    """The same in as many documents as it takes: a managed policy has room for so much."""
    parts: list[list[Document]] = [[]]
    for statement in document["Statement"]:
        longer = {**document, "Statement": [*parts[-1], statement]}
        if parts[-1] and size(longer) > MOST:
            parts.append([])
        parts[-1].append(statement)
    return [{**document, "Statement": part} for part in parts]


def size(document: Document) -> int:
    """Its characters, as IAM counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def actions_of(document: Document) -> list[str]:
    """All its actions, sorted."""
    return sorted({action for each in document["Statement"] for action in each["Action"]})
