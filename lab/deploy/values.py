"""Values of the engine's events: masked, short enough to read, and compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Pulumi marks values that are no plain JSON by this key; the marks are part of its protocol.
MARK = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

MASK = "[secret]"
LATER = "(known after up)"
ABSENT = "(none)"
WIDTH = 60  # characters of a value that are shown
# A part of a property path: ["a key with.dots"], [0], or a name.
PART = re.compile(r'\["([^"]*)"\]|\[([^\]"]*)\]|([^.\[\]]+)')


@dataclass(frozen=True)
class Change:
    """One property that differs: where, before and after as shown, and whether it replaces."""

    path: str
    before: str
    after: str
    replaces: bool = False


def masked(value: Any) -> Any:
    """A copy without secrets, marks and unknowns: what may be shown and stored."""
    if value == UNKNOWN:
        return LATER
    if isinstance(value, list):
        return [masked(item) for item in value]
    if not isinstance(value, dict):
        return value
    mark = value.get(MARK)
    if mark == SECRET:
        return MASK
    if mark == OUTPUT:
        return MASK if value.get("secret") else masked(value.get("value", UNKNOWN))
    if mark in (ARCHIVE, ASSET):
        return f"{'archive' if mark == ARCHIVE else 'file'} {str(value.get('hash'))[:8]}"
    return {key: masked(item) for key, item in value.items()}


def snake(path: str) -> str:
    """A property path with its first part as Python spells it: restApi is rest_api."""
    first, rest = re.match(r"(\w*)(.*)", path, re.DOTALL).groups()  # type: ignore[union-attr]
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda letter: "_" + letter[1].lower(), first) + rest


def short(value: Any, width: int = WIDTH) -> str:
    """One line for a masked value, cut to `width` characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split()) if isinstance(value, str) else text
    return text if len(text) <= width else text[: width - 1] + "…"


def changes(old: Any, new: Any, details: dict[str, Any] | None, keys: Any = ()) -> list[Change]:
    """What differs between the inputs of two states, in the order of the property paths.

    Args:
        old: inputs before.
        new: inputs after.
        details: the engine's detailedDiff: path -> {"diffKind": …}. None or empty: use keys.
        keys: names of properties that differ, for engines and providers without details.
    """
    kinds = {str(k): (v or {}).get("diffKind", "update") for k, v in (details or {}).items()}
    kinds = kinds or {str(key): "update" for key in keys or ()}
    found: list[Change] = []
    for path in sorted(kinds):
        replaces = str(kinds[path]).endswith("-replace")
        before, after = masked(_at(old, path)), masked(_at(new, path))
        # A property that the provider calls different is shown even when both sides look the
        # same: two secrets, two values that are not known yet.
        parts = list(_differences(_parsed(before), _parsed(after))) or [("", before, after)]
        shown = snake(path)
        found += [Change(shown + tail, _shown(b), _shown(a), replaces) for tail, b, a in parts]
    return found


def changed_outputs(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """The stack outputs that differ: name -> create, update or delete."""
    found = {}
    for name in sorted({*old, *new}):
        if name not in old:
            found[name] = "create"
        elif name not in new:
            found[name] = "delete"
        elif old[name] != new[name]:
            found[name] = "update"
    return found


def _at(value: Any, path: str) -> Any:
    """The value at a property path such as `tags.owner`, `layers[0]`; None when there is none."""
    for part in PART.finditer(path):
        if isinstance(value, dict) and value.get(MARK) == SECRET:
            return value
        key = next(filter(None, part.groups()), "")
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def _parsed(value: Any) -> Any:
    """A JSON document in a string (a policy) as data, so that only what differs is shown."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}, key=str):
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _differences(before, after, f"{path}[{index}]")
    elif old != new:
        yield path, old, new


def _shown(value: Any) -> str:
    return ABSENT if value is None else short(value)
