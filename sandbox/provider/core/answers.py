"""Small helpers between AWS's answers and outputs."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from sandbox.provider.core.kinds import CallError, Context, Created, Inputs, Kind, Outputs, doing

_count = itertools.count(1)
_count_lock = threading.Lock()


def find(call: Callable[..., Any], *codes: str, **arguments: Any) -> Any:
    """Make a call; None when AWS answers with one of the error codes, which mean "not there"."""
    from botocore.exceptions import ClientError

    try:
        return call(**arguments)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in codes:
            return None
        raise


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


def same_order(values: Iterable[str], last: Iterable[str] | None) -> list[str]:
    """A set as a list: in the program's order as far as that goes, the rest sorted behind it."""
    left = set(values)
    known = [value for value in last or () if value in left]
    return known + sorted(left.difference(known))


def changed(name: str, old: Outputs, new: Outputs) -> bool:
    """Whether an argument has another value; None, absent and empty are the same."""
    return (old.get(name) or None) != (new.get(name) or None)


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


def own_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    """A resource's tags without those that AWS itself puts on."""
    return {key: value for key, value in (tags or {}).items() if not key.startswith("aws:")}


def tag_changes(old: Outputs, new: Outputs) -> tuple[list[str], dict[str, str]]:
    """Which tag keys to take off, and which tags to put on."""
    before, after = old.get("tags") or {}, new.get("tags") or {}
    put_on = {key: value for key, value in after.items() if before.get(key) != value}
    return sorted(set(before) - set(after)), put_on


def found_by(
    argument: str, read: Callable[[Context, str, Outputs], Outputs | None]
) -> Callable[[Context, Inputs], Created | None]:
    """A `find` for a type whose id is the value of an argument, such as its name."""

    def find_by_argument(ctx: Context, inputs: Inputs) -> Created | None:
        id = str(inputs.get(argument) or "")
        outputs = read(ctx, id, inputs) if id else None
        return Created(id, outputs) if outputs is not None else None

    return find_by_argument


def the_one(
    ctx: Context, operation: str, wanted: Callable[[dict[str, Any]], bool], **where: Any
) -> dict[str, Any] | None:
    """What a listing of API Gateway has that is wanted; None when it does not tell which one."""
    pages = ctx.client("apigateway").get_paginator(operation).paginate(**where)
    found = [item for page in pages for item in page.get("items", ()) if wanted(item)]
    return found[0] if len(found) == 1 else None


def worded(service: str, label: str, kind: Kind, *, called: str | None = None) -> Kind:
    """The kind with every refusal of the API worded as the official provider words it.

    `service` is boto3's name, `label` the resource's name in errors (`IAM Role`), `called` the
    argument that tells which one while there is no id yet.
    """

    def create(ctx: Context, inputs: Inputs) -> Created:
        which = f" ({inputs[called]})" if called and called in inputs else ""
        with doing(f"creating {label}{which}", service):
            return kind.create(ctx, inputs)

    def read(ctx: Context, id: str, last: Outputs) -> Outputs | None:
        with doing(f"reading {label} ({id})", service):
            return kind.read(ctx, id, last)

    def update(ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
        assert kind.update
        with doing(f"updating {label} ({id})", service):
            return kind.update(ctx, id, old, new)

    def delete(ctx: Context, id: str, last: Outputs) -> None:
        with doing(f"deleting {label} ({id})", service):
            kind.delete(ctx, id, last)

    return replace(
        kind, create=create, read=read, delete=delete, update=update if kind.update else None
    )


def there(outputs: Outputs | None, what: str) -> Outputs:
    """The outputs of what was made or changed a moment ago; an error when it is gone already."""
    if outputs is None:
        raise CallError(f"{what} is gone right after it was written; run `up` again")
    return outputs
