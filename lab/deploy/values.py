"""Values of the engine's events: masked, short enough to read, and compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
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
ABSENT, EMPTY = "(none)", '""'
WIDTH = 60  # characters of a value that are shown
# One step of a property path: ["a.key"], [0] or key. What needs no quotes has no dot.
STEP = re.compile(r'\[("(?:[^"\\]|\\.)*")\]|\[(\d+)\]|([^.\[\]]+)')
ALIGNED = 200  # items of a list that are held against each other; more take too long
AROUND = 16  # characters beside a difference that say where in a long text it is


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
    return _window(_line(value), 0, width)


def apart(before: Any, after: Any, width: int = WIDTH) -> tuple[str, str]:
    """Two masked values as lines of at most `width` characters that show in what they differ.

    >>> apart("a" * 90 + "b", "a" * 90 + "c", 12)
    ('…aaaaaaaaaab', '…aaaaaaaaaac')
    """
    one, other = (ABSENT if value is None else _line(value) or EMPTY for value in (before, after))
    if one == other and before != after:  # in spaces or ends of lines, which a line does not show
        one, other = (_line([value]).replace(" ", "␣")[1:-1] for value in (before, after))
    if max(len(one), len(other)) <= width:
        return one, other
    shorter = min(len(one), len(other))
    same = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    around = min(AROUND, width - 2)
    start = same - around if same > around + 1 else 0
    if start:  # at a word's beginning, where one is near
        start = 1 + one.find(" ", start, same - around // 2) or start
    return _window(one, start, width), _window(other, start, width)


def _line(value: Any) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    return json.dumps(value, ensure_ascii=False)


def _window(text: str, start: int, width: int) -> str:
    """So much of a text as fits, from `start`; what is left out is an ellipsis."""
    shown = f"…{text[start:]}" if start else text
    return shown if len(shown) <= width else shown[: width - 1] + "…"


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
        parts = _parts(before, after) or [("", before, after)]
        shown = snake(path)
        found += [Change(shown + tail, *apart(b, a), replaces) for tail, b, a in parts]
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
    for quoted, index, name in STEP.findall(path):
        if isinstance(value, dict) and value.get(MARK) == SECRET:
            return value
        if index:
            at = int(index)
            value = value[at] if isinstance(value, list) and at < len(value) else None
        else:
            key = json.loads(quoted) if quoted else name
            value = value.get(key) if isinstance(value, dict) else None
    return value


def _parsed(value: Any) -> Any:
    """A JSON document in a string (a policy) as data, so that only what differs is shown."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _parts(old: Any, new: Any) -> list[tuple[str, Any, Any]]:
    try:
        return list(_differences(old, new))
    except RecursionError:  # nested deeper than anybody reads
        return []


def _differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, str) and isinstance(new, str):  # a document may hold another one as text
        old, new, texts = _parsed(old), _parsed(new), (old, new)
        if isinstance(old, str) or isinstance(new, str):
            old, new = texts
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}, key=str):
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list):
        yield from _items(old, new, path)
    elif old != new:
        yield path, old, new


def _items(old: list[Any], new: list[Any], path: str) -> Iterator[tuple[str, Any, Any]]:
    """What differs between two lists: one more or one less does not change all that follow."""
    if len(old) != len(new) and max(len(_line(old)), len(_line(new))) <= WIDTH:
        yield path, old, new  # both can be read
        return
    blocks: list[tuple[str, int, int, int, int]] = [("replace", 0, len(old), 0, len(new))]
    if max(len(old), len(new)) <= ALIGNED:
        one, other = ([json.dumps(each, sort_keys=True) for each in items] for items in (old, new))
        blocks = list(SequenceMatcher(a=one, b=other, autojunk=False).get_opcodes())
    for kind, i, j, k, m in blocks:
        if kind != "equal":
            pairs = zip_longest(old[i:j], new[k:m])
            for index, (before, after) in enumerate(pairs, start=k):
                yield from _differences(before, after, f"{path}[{index}]")
