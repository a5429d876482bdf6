"""Tags: as a program has them (a map), as most APIs take them (a list), and what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.provider.core.kinds import Inputs, Outputs


def own_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    """A resource's tags without those that AWS itself puts on."""
    return {key: value for key, value in (tags or {}).items() if not key.startswith("aws:")}


def tag_changes(old: Outputs, new: Outputs) -> tuple[list[str], dict[str, str]]:
    """Which tag keys to take off, and which tags to put on."""
    before, after = old.get("tags") or {}, new.get("tags") or {}
    put_on = {key: value for key, value in after.items() if before.get(key) != value}
    return sorted(set(before) - set(after)), put_on


def tag_list(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    """Tags as most APIs take them."""
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]


def tag_map(tags: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """Tags as Pulumi keeps them, without those that AWS itself puts on."""
    return own_tags({tag["Key"]: tag.get("Value", "") for tag in tags or ()})


def tagged(inputs: Inputs) -> dict[str, Any]:
    """The argument of a create that puts tags on; none without tags, which not every API takes."""
    tags = tag_list(inputs.get("tags"))
    return {"Tags": tags} if tags else {}


def retag(
    tag: Callable[..., Any],
    untag: Callable[..., Any],
    old: Outputs,
    new: Inputs,
    *,
    form: Callable[[Mapping[str, str]], Any] = tag_list,
    names: tuple[str, str] = ("Tags", "TagKeys"),
    **where: Any,
) -> None:
    """Bring a resource's tags to what the program says.

    Args:
        tag, untag: the two calls of the API.
        form: how the API takes tags, `dict` for a map.
        names: how the two calls name the tags and the keys.
        where: the arguments of both calls that name the resource.
    """
    removed, added = tag_changes(old, new)
    if removed:
        untag(**where, **{names[1]: removed})
    if added:
        tag(**where, **{names[0]: form(added)})
