"""Patch operations of API Gateway's update calls, as the official provider sends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.provider.core.answers import tag_changes
from sandbox.provider.core.kinds import Inputs, Outputs

Operation = dict[str, str]


def text(value: Any) -> str:
    """A value as the API wants it in a patch: always a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def pointer(*keys: str) -> str:
    """A JSON pointer (RFC 6901): `/` and `~` inside a key are escaped."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def replace(path: str, value: Any) -> Operation:
    return {"op": "replace", "path": path, "value": text(value)}


def map_changes(
    prefix: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> list[Operation]:
    """Take out, change and add the entries of a map."""
    before, after = old or {}, new or {}
    operations = [
        {"op": "remove", "path": pointer(prefix, key)} for key in before if key not in after
    ]
    for key, value in after.items():
        if key not in before:
            operations.append({"op": "add", "path": pointer(prefix, key), "value": text(value)})
        elif before[key] != value:
            operations.append(replace(pointer(prefix, key), value))
    return operations


def set_changes(path: str, old: Iterable[str] | None, new: Iterable[str] | None) -> list[Operation]:
    """Add and remove the members of a set whose pointer names the set, not the member."""
    before, after = list(old or ()), list(new or ())
    added = [{"op": "add", "path": path, "value": value} for value in after if value not in before]
    removed = [
        {"op": "remove", "path": path, "value": value} for value in before if value not in after
    ]
    return added + removed


def retag(client: Any, arn: str, old: Outputs, new: Inputs) -> None:
    """Bring the tags of an API or a stage to what the program says."""
    removed, added = tag_changes(old, new)
    if removed:
        client.untag_resource(resourceArn=arn, tagKeys=removed)
    if added:
        client.tag_resource(resourceArn=arn, tags=added)
