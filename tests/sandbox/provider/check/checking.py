"""Check as the tests call it."""

from __future__ import annotations

from typing import Any

from sandbox.provider.check.arguments import Naming, check
from sandbox.provider.core import facts
from sandbox.provider.core.facts import Type
from sandbox.provider.core.runs import Settings

Json = dict[str, Any]


ROLE, FUNCTION = "aws:iam/role:Role", "aws:lambda/function:Function"
TRUST = '{"Version":"2012-10-17","Statement":[]}'


def of(token: str) -> Type:
    found = facts.of(token)
    assert found is not None
    return found


def inputs_of(token: str, inputs: Json, **how: Any) -> Json:
    settings, olds = how.pop("settings", Settings()), how.pop("olds", {})
    found, refused = check(of(token), "r", inputs, olds, settings, Naming(**{"seed": b"s", **how}))
    assert refused == []
    return found
