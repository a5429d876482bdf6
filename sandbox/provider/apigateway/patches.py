"""Patch operations of API Gateway's update calls, as the official provider sends them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.provider.core import tags
from sandbox.provider.core.answers import changed, text
from sandbox.provider.core.kinds import Inputs, Outputs

Operation = dict[str, str]


def pointer(*keys: str) -> str:
    """A JSON pointer (RFC 6901): `/` and `~` inside a key are escaped."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def replace(path: str, value: Any) -> Operation:
    """Set one value."""
    return {"op": "replace", "path": path, "value": text(value)}


def changes(
    names: Iterable[str] | Mapping[str, str], old: Outputs, new: Inputs, *, unset: Any = ""
) -> list[Operation]:
    """Set what differs.

    Args:
        names: of the arguments, with their paths where those are not the name behind a slash.
        unset: what says that an argument was taken away.
    """
    paths = names if isinstance(names, Mapping) else {name: f"/{name}" for name in names}
    return [
        replace(path, new.get(name, unset))
        for name, path in paths.items()
        if changed(name, old, new)
    ]


def send(call: Callable[..., Any], operations: list[Operation], **place: str) -> Any:
    """Make an update call with the operations, if there are any; its answer."""
    return call(**place, patchOperations=operations) if operations else None


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
    tags.retag(
        client.tag_resource,
        client.untag_resource,
        old,
        new,
        form=dict,
        names=("tags", "tagKeys"),
        resourceArn=arn,
    )
