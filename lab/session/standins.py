"""What stands in for a step of gateway/ that is not reached yet.

By the kind of what the step gives: no parts, no arguments, or a resource that is absent. What a
chapter has to have before the step that will give it is reached stands here by hand: the pages of
chapters 03 and 04 show it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import pulumi
import pulumi_aws as aws

from gateway.kinds import Statement

# Until chapter 08, nobody has to prove who they are.
EVERYONE = {"authorization": "NONE"}


def allow_everyone(rest_api: aws.apigateway.RestApi) -> list[Statement]:
    """Until chapter 08: everyone may call, on every path of this API."""
    return [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": pulumi.Output.concat(rest_api.execution_arn, "/*"),
        }
    ]


class Absent:
    """What a step that is not reached yet gives where a resource would be; so is all of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def _policy(_: Any, rest_api: Any) -> list[Statement]:
    return [] if isinstance(rest_api, Absent) else allow_everyone(rest_api)


BY_HAND: dict[str, Callable[..., Any]] = {
    "access": lambda *_: dict(EVERYONE),
    "encrypted_only": _policy,
}


# What a step gives, by the first word of its annotation, and the neutral value of that kind.
KINDS: dict[str, Callable[[], Any]] = {
    "list": list,
    "tuple": tuple,
    "Parts": list,
    "dict": dict,
    "Arguments": dict,
    "Variables": dict,
    "Keys": dict,
    "Declared": dict,
}


def stand_in(step: FunctionType) -> Callable[..., Any]:
    """A function that gives what this step does while nothing of its chapter is there."""
    if step.__name__ in BY_HAND:
        return BY_HAND[step.__name__]
    given = str(inspect.get_annotations(step)["return"]).partition("[")[0]
    return lambda *_: KINDS.get(given, Absent)()


def present(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs that there are: what comes from a step that is not reached yet is left out."""
    return {
        name: value
        for name, value in outputs.items()
        if not any(
            isinstance(each, Absent) for each in (value if isinstance(value, list) else [value])
        )
    }
