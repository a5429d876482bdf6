"""Diff: what the next update would do, from the last arguments and the new ones.

Values are compared by what they mean: policies as policies, sets without order, archives by
hash, nothing and zero as the same. What each difference does comes from the facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.provider.core import policy
from sandbox.provider.core.facts import Field, Type
from sandbox.provider.core.wire import DEFAULTS, UNKNOWN, is_asset, plain

Values = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One difference: where, what happened there (add, remove, change), and what that does."""

    path: str
    kind: str
    action: str


@dataclass
class Difference:
    """All differences of one resource, and how the engine shall replace it if it must."""

    changes: list[Change] = field(default_factory=list)
    delete_first: bool = False

    @property
    def properties(self) -> list[str]:
        """The arguments that differ."""
        return sorted({top(change.path) for change in self.changes})

    @property
    def replaces(self) -> list[str]:
        """The arguments that make a replacement necessary."""
        return sorted({top(c.path) for c in self.changes if c.action == "replace"})


def diff(type: Type, old: Values, new: Values, ignore: tuple[str, ...] = ()) -> Difference:
    """The differences between the last and the new arguments; secrets do not matter.

    Args:
        ignore: paths of arguments that the program told the engine not to look at.
    """
    old, new = plain(old), plain(new)
    changes: list[Change] = []
    for name, fact in type.inputs.items():
        if name not in ignore and name != "tagsAll":
            changes += [
                c for c in _field(fact, old.get(name), new.get(name), name) if c.path not in ignore
            ]
    if type.tagged and not any(top(c.path) == "tags" for c in changes) and "tagsAll" in new:
        # Only the provider's default tags changed: no argument of the program tells it.
        tags = Field("map", element=Field("string"))
        changes += _field(tags, old.get("tagsAll", old.get("tags")), new["tagsAll"], "tagsAll")
    return Difference(changes, type.delete_first or _same_chosen_name(type, old, new))


def _same_chosen_name(type: Type, old: Values, new: Values) -> bool:
    """Whether the program chose the name and keeps it: two cannot have it at once."""
    name = type.name_of
    if not name or name in new.get(DEFAULTS, ()) or new.get(name) is None:
        return False
    return bool(old.get(name) == new.get(name))


def _field(fact: Field, old: Any, new: Any, path: str) -> Iterator[Change]:
    if same(fact, old, new):
        return
    if old is None:
        yield from _whole(fact, fact.add, "add", path, new)
    elif new is None:
        yield from _whole(fact, fact.remove, "remove", path, old)
    elif new is UNKNOWN or old is UNKNOWN:
        yield from _told(fact.change, "change", path)
    elif isinstance(old, dict) and isinstance(new, dict) and fact.type in ("object", "map"):
        yield from _members(fact, old, new, path)
    elif isinstance(old, list) and isinstance(new, list) and fact.type in ("list", "set"):
        yield from _items(fact, old, new, path)
    else:
        replaces = old in fact.replacing or new in fact.replacing
        yield from _told("replace" if replaces else fact.change, "change", path)


def _whole(fact: Field, action: str, kind: str, path: str, value: Any) -> Iterator[Change]:
    """An argument that comes or goes.

    A block that may be empty was measured empty: where that alone does nothing, its content tells.
    """
    if action != "none":
        yield Change(path, kind, action)
    elif isinstance(value, dict) and not any(inner.required for inner in fact.fields.values()):
        for name, inner in fact.fields.items():
            if value.get(name) is not None and value[name] != inner.default:
                old, new = (None, value[name]) if kind == "add" else (value[name], None)
                yield from _field(inner, old, new, path + step(name))
    elif isinstance(value, list) and fact.element and fact.element.fields:
        for index, item in enumerate(value):
            yield from _whole(fact.element, "none", kind, f"{path}[{index}]", item)


def _told(action: str, kind: str, path: str) -> Iterator[Change]:
    if action != "none":
        yield Change(path, kind, action)


def _members(fact: Field, old: Values, new: Values, path: str) -> Iterator[Change]:
    """Differences inside a block or a map; those of a map do what the map as a whole does."""
    for name in sorted(set(old) | set(new)):
        here = path + step(name)
        inner = fact.fields.get(name)
        if inner is not None:
            yield from _field(inner, old.get(name), new.get(name), here)
        elif fact.type == "map" and not same(
            fact.element or Field("any"), old.get(name), new.get(name)
        ):
            kind = "add" if name not in old else "remove" if name not in new else "change"
            yield from _told(fact.change, kind, here)
        elif fact.type == "object" and old.get(name) != new.get(name):
            yield from _told("update", "change", here)


def _items(fact: Field, old: list[Any], new: list[Any], path: str) -> Iterator[Change]:
    """Differences between the items of a list, or of a set: there those without an equal one."""
    element = fact.element or Field("any")
    pairs = list(enumerate(zip(old, new)))
    gone, come = list(enumerate(old))[len(new) :], list(enumerate(new))[len(old) :]
    if fact.type == "set":
        left = [v for v in old if not any(same(element, v, w) for w in new)]
        fresh = [(i, w) for i, w in enumerate(new) if not any(same(element, v, w) for v in old)]
        pairs = [(i, (v, w)) for v, (i, w) in zip(left, fresh)]
        gone = [(old.index(v), v) for v in left[len(fresh) :]]
        come = fresh[len(left) :]
    for index, (before, after) in pairs:
        if element.fields and isinstance(before, dict) and isinstance(after, dict):
            yield from _field(element, before, after, f"{path}[{index}]")
        elif not same(element, before, after):
            yield from _told(fact.change, "change", f"{path}[{index}]")
    # A block of its own has facts for its coming and going; in a list of values it is a change.
    added, removed = (fact.add, fact.remove) if element.fields else (fact.change, fact.change)
    for index, _ in come:
        yield from _told(added, "add", f"{path}[{index}]")
    for index, _ in gone:
        yield from _told(removed, "remove", f"{path}[{index}]")


def same(fact: Field, old: Any, new: Any) -> bool:
    """Whether two values mean the same; an unknown one is another one."""
    if old is UNKNOWN or new is UNKNOWN:
        return False
    if _empty(old) and _empty(new):
        # A block that is there and empty is more than none, an empty map is not.
        block = fact.type == "object" or (fact.type == "any" and {} in (old, new))
        return not block or (old is None) == (new is None)
    if is_asset(old) and is_asset(new):
        return bool(_hash(old) == _hash(new))
    if fact.document and isinstance(old, str) and isinstance(new, str):
        return _same_document(fact, old, new)
    if isinstance(old, dict) and isinstance(new, dict):
        element = fact.element or Field("any")
        return all(
            same(fact.fields.get(name, element), old.get(name), new.get(name))
            for name in set(old) | set(new)
        ) and (fact.type != "map" or set(old) == set(new))
    if isinstance(old, list) and isinstance(new, list):
        return _same_items(fact, old, new)
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _same_items(fact: Field, old: list[Any], new: list[Any]) -> bool:
    element = fact.element or Field("any")
    if len(old) != len(new):
        return False
    if fact.type != "set":
        return all(same(element, v, w) for v, w in zip(old, new, strict=True))
    rest = list(new)
    for value in old:
        found = next((i for i, other in enumerate(rest) if same(element, value, other)), None)
        if found is None:
            return False
        del rest[found]
    return True


def _same_document(fact: Field, old: str, new: str) -> bool:
    if fact.policy:
        return bool(policy.equivalent(old, new))
    try:
        return bool(json.loads(old) == json.loads(new))
    except ValueError:
        return old == new


def _empty(value: Any) -> bool:
    """Whether the official provider takes the value for none: it cannot tell them apart."""
    return value is None or value is False or value in ("", [], {}) or value == 0


def _hash(asset: Values) -> Any:
    return asset.get("hash") or {k: v for k, v in asset.items() if k != "hash"}


def step(name: str) -> str:
    """One step of a property path."""
    plain_name = name.replace("_", "a").replace("-", "a").isalnum()
    return f".{name}" if plain_name else f"[{json.dumps(name)}]"


def top(path: str) -> str:
    """The argument that a property path begins with."""
    return path.replace("[", ".").split(".", 1)[0]


def recomputed(type: Type, difference: Difference, inputs: Values) -> set[str]:
    """The outputs that an update makes unknown until it is done."""
    changed, found = set(difference.properties), set()
    for rule in type.recomputed:
        matches = bool(changed) if "*" in rule["changed"] else changed.intersection(rule["changed"])
        if matches and all(inputs.get(k) == v for k, v in rule.get("if", {}).items()):
            found.update(rule["outputs"])
    return found
