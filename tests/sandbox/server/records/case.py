"""What a case is: how a kind of record is made, read, changed and deleted, and what reading shows.

In texts, `{name}` stands for what the test's world has under that name, `{new.x}` for what creating
the record answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.sandbox.server.shapes import archive, document

Values = dict[str, Any]

TAGS = {"owner": "me", "empty": ""}
LIST = [{"Key": "owner", "Value": "me"}, {"Key": "empty", "Value": ""}]
TRUST = document(
    {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
)
POLICY = document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
CODE = archive("def handler(event, context):\n    return {}\n")
# What names where a record is, and is not told with it.
PLACES = ("restApiId", "resourceId", "FunctionName", "patchOperations")


@dataclass(frozen=True)
class Change:
    """One call that changes one attribute, and what reading shows then."""

    call: str
    arguments: Values
    shown: Values


@dataclass(frozen=True)
class Case:
    """A kind of record; `key` names one, `shown` is what reading shows, at a place in the answer.

    A record that `stays` can be read after its end, as what it was before it was made.
    """

    name: str
    service: str
    create: str
    given: Values
    key: Values
    read: str
    delete: str
    shown: Values
    place: str = ""
    changes: tuple[Change, ...] = ()
    absent: tuple[str, ...] = ()
    read_more: Values = field(default_factory=dict)
    delete_more: Values = field(default_factory=dict)
    stays: bool = False


def record(
    service: str,
    name: str,
    given: Values,
    key: Values,
    *changes: Change,
    noun: str = "",
    calls: tuple[str, str, str] = ("create", "get", "delete"),
    also: Values | None = None,
    unseen: Iterable[str] = (),
    **more: Any,
) -> Case:
    """A case whose reading shows what was given, but for `unseen`, and `also` something.

    The three calls that make, read and delete it are verbs, for the noun of its name, or whole.
    """
    noun = noun or name.replace(" ", "_")
    create, read, delete = (call if "_" in call else f"{call}_{noun}" for call in calls)
    hidden = (*PLACES, *unseen)
    shown = {member: value for member, value in given.items() if member not in hidden}
    changed = tuple(replace(each, call=each.call or f"update_{noun}") for each in changes)
    shown |= also or {}
    return Case(name, service, create, given, key, read, delete, shown, changes=changed, **more)


def same(call: str = "", /, **arguments: Any) -> Change:
    """A call after which reading shows what it was given; the record's update, if none is named."""
    return Change(call, arguments, arguments)


# Patches of API Gateway


def operations(*changes: tuple[str, str, str]) -> Values:
    """Several operations of a patch, each (op, path, value), as arguments."""
    named = ("op", "path", "value")
    return {"patchOperations": [dict(zip(named, change)) for change in changes]}


def to(path: str, value: Any, /, **shown: Any) -> Change:
    """A replacement: of a member, or of the only value in a map, unless `shown` tells more."""
    return _patch("replace", path, _text(value), shown or _at(path, value))


def add(path: str, value: Any = None, /, **shown: Any) -> Change:
    """An addition to a list or a map."""
    return _patch("add", path, None if value is None else _text(value), shown)


def remove(path: str, value: str | None = None, /, **shown: Any) -> Change:
    """A removal: of a member, or of the last value in a map, unless `shown` tells the rest."""
    return _patch("remove", path, value, shown or {_steps(path)[0]: None})


def _patch(op: str, path: str, value: str | None, shown: Values) -> Change:
    operation = {"op": op, "path": path, **({} if value is None else {"value": value})}
    return Change("", {"patchOperations": [operation]}, shown)


def _text(value: Any) -> str:
    """A value as a patch has it; no value is an empty text."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _steps(path: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _at(path: str, value: Any) -> Values:
    found = value
    for step in reversed(_steps(path)):
        found = {step: found}
    return dict(found)
