"""Between AWS's answers and outputs: what is there, what changed, names and ids."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import Any

from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Context, Inputs, Outputs

_count = itertools.count(1)
_count_lock = threading.Lock()


def find(call: Callable[..., Any], /, *codes: str, **arguments: Any) -> Any:
    """Make a call; None when AWS answers with one of the error codes, which mean "not there"."""
    from botocore.exceptions import ClientError

    try:
        return call(**arguments)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in codes:
            return None
        raise


def first(call: Callable[..., Any], member: str, *codes: str, **arguments: Any) -> Any:
    """The first of what a call lists under `member`; None when there is none, or a code says so."""
    listed = (find(call, *codes, **arguments) or {}).get(member)
    return listed[0] if listed else None


def the_one(
    client: Any, operation: str, member: str, wanted: Callable[[Any], bool], **where: Any
) -> Any:
    """What all pages of a listing have that is wanted; None when they do not tell which one."""
    pages = client.get_paginator(operation).paginate(**where)
    found = [item for page in pages for item in page.get(member, ()) if wanted(item)]
    return found[0] if len(found) == 1 else None


def settle(outputs: Outputs, *, keep: Iterable[str] = ()) -> Outputs:
    """Make "not set" of what AWS answers for what was never set: "", [] and {}.

    `keep` names the outputs that the SDK promises a value even then.
    """
    empty: tuple[Any, ...] = ("", [], {})
    return {
        name: None if value in empty and name not in keep else value
        for name, value in outputs.items()
    }


def given(**arguments: Any) -> dict[str, Any]:
    """The arguments of a call, without those that are None."""
    return {name: value for name, value in arguments.items() if value is not None}


def pick(values: Outputs, *names: str) -> dict[str, Any]:
    """Those of the values that are given, for a call or an answer that has the same names."""
    return {name: values[name] for name in names if values.get(name) is not None}


def same_order(values: Iterable[str], last: Iterable[str] | None) -> list[str]:
    """A set as a list: in the program's order as far as that goes, the rest sorted behind it."""
    left = set(values)
    known = [value for value in last or () if value in left]
    return known + sorted(left.difference(known))


def in_order(
    found: Iterable[Any], last: Iterable[Any] | None, key: Callable[[Any], Any] = lambda item: item
) -> list[Any]:
    """A set of blocks as a list: in the program's order as far as that goes, the rest behind it.

    `key` tells which block is which.
    """
    order = [key(item) for item in last or ()]
    return sorted(found, key=lambda i: order.index(key(i)) if key(i) in order else len(order))


def changed(name: str, old: Outputs, new: Outputs) -> bool:
    """Whether an argument has another value; None, absent and empty are the same."""
    return (old.get(name) or None) != (new.get(name) or None)


def text(value: Any) -> str:
    """A value where an API takes nothing but texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def unique_name(prefix: str) -> str:
    """A name as the official provider makes it: prefix, time to 0.1 ms, and a counter."""
    now = datetime.now(timezone.utc)
    with _count_lock:
        number = next(_count)
    return f"{prefix}{now:%Y%m%d%H%M%S}{now.microsecond // 100:04d}{number:08x}"


def named(inputs: Outputs, name: str = "name") -> str:
    """The physical name: as given, or made from the prefix, or made up."""
    return str(inputs.get(name) or unique_name(inputs.get(f"{name}Prefix") or "terraform-"))


def prefix_of(name: str) -> str:
    """The prefix of a name that `unique_name` made, "" for any other name."""
    suffix = name[-26:]
    made = (
        len(suffix) == 26 and suffix[:18].isdigit() and suffix[18:].strip("0123456789abcdef") == ""
    )
    return name[:-26] if made else ""


def timestamp(value: Any) -> str:
    """A time of boto3 as the official provider shows it (RFC 3339, UTC, whole seconds)."""
    if not isinstance(value, datetime):
        return str(value or "")
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def by(argument: str) -> Callable[[Context, Inputs], str | None]:
    """A `find` for a type whose id is the value of an argument, such as its name."""
    return lambda ctx, inputs: str(inputs.get(argument) or "") or None


def parts_of(id: str, separator: str, form: str, wrong: str = "format of ID") -> list[str]:
    """The parts of an id that has as many as its form.

    Raises:
        CallError: it has fewer, or an empty one.
    """
    count = form.count(separator) + 1
    parts = id.split(separator, count - 1)
    if len(parts) != count or not all(parts):
        raise CallError(f"unexpected {wrong} ({id}), expected {form}")
    return parts


def known(values: Outputs, name: str, id: str, form: str) -> str:
    """What only the last state tells of a resource; an import of `id` has it from the id's form.

    Raises:
        CallError: nothing has told it.
    """
    if not values.get(name):
        raise CallError(f"unexpected format of ID ({id}), expected {form}")
    return str(values[name])
