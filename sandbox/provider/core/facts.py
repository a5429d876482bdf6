"""What is known of each type.

facts.json is measured on the official provider and made by tools/facts. facts_added.json has
the same form and holds types that were not measured; its facts are those of the official
provider's documentation.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("facts.json")
ADDED = Path(__file__).with_name("facts_added.json")

Fields = dict[str, "Field"]


@dataclass(frozen=True)
class Field:
    """One argument, or the items of one.

    Attributes:
        type: string, integer, number, bool, list, set, map, object, asset, or any.
        terraform: the name that the official provider's sentences use.
        change, add, remove: what a difference does: update, replace, or none.
        replacing: values whose coming or going replaces, whatever other changes do.
        computed: AWS fills it in when it is left out.
        rules: what a value must satisfy; see rules.py.
    """

    type: str
    terraform: str = ""
    required: bool = False
    computed: bool = False
    sensitive: bool = False
    default: Any = None
    change: str = "update"
    add: str = "update"
    remove: str = "update"
    replacing: tuple[Any, ...] = ()
    max_items: int = 0
    rules: tuple[Any, ...] = ()
    element: Field | None = None
    fields: Fields = field(default_factory=dict)

    @functools.cached_property
    def document(self) -> bool:
        """Whether the text is a JSON document, compared by what it means."""
        return any(rule[0] in ("policy", "json") for rule in self.rules)

    @functools.cached_property
    def policy(self) -> bool:
        """Whether the document is a policy: order in its lists does not matter."""
        return self.document and "policy" in self.terraform


@dataclass(frozen=True)
class Type:
    """One resource type.

    Attributes:
        name_of: the argument that gets a made-up name, None when there is none.
        name_rule: how that name is made: max, lower, bare.
        outputs: what AWS computes and nobody can set.
        groups, together: rules between arguments; see rules.py.
        recomputed: outputs that an update makes unknown, and when.
    """

    token: str
    terraform: str
    inputs: Fields
    outputs: tuple[str, ...] = ()
    sensitive: frozenset[str] = frozenset()
    name_of: str | None = None
    name_rule: dict[str, Any] = field(default_factory=dict)
    delete_first: bool = False
    groups: tuple[Any, ...] = ()
    together: tuple[Any, ...] = ()
    recomputed: tuple[Any, ...] = ()

    @property
    def tagged(self) -> bool:
        """Whether the type has tags."""
        return "tags" in self.inputs and "tagsAll" in self.outputs

    def unknown_at_create(self, inputs: dict[str, Any]) -> list[str]:
        """The outputs that only a create tells: computed ones, and those left to AWS."""
        left = [n for n, f in self.inputs.items() if f.computed and inputs.get(n) is None]
        return [*self.outputs, *left]


@functools.cache
def _raw() -> dict[str, Any]:
    return {**json.loads(ADDED.read_text()), **json.loads(FILE.read_text())}


def tokens() -> list[str]:
    """All types that the facts know, whether or not the provider has calls for them."""
    return sorted(_raw())


@functools.cache
def of(token: str) -> Type | None:
    """The facts of a type, None when there are none."""
    raw = _raw().get(token)
    if raw is None:
        return None
    name = raw.get("name", {})
    return Type(
        token=token,
        terraform=raw["terraform"],
        inputs={n: _field(f) for n, f in raw["inputs"].items()},
        outputs=tuple(raw.get("computed", ())),
        sensitive=frozenset(raw.get("sensitive", ())),
        name_of=name.get("property"),
        name_rule=name,
        delete_first=raw.get("delete_first", False),
        groups=tuple(raw.get("groups", ())),
        together=tuple(raw.get("together", ())),
        recomputed=tuple(raw.get("recomputed", ())),
    )


def known(token: str) -> Type:
    """The facts of a type that the provider has calls for."""
    found = of(token)
    assert found, f"facts.json and facts_added.json have no {token}"
    return found


def _field(raw: dict[str, Any]) -> Field:
    values = dict(raw)
    if "element" in values:
        values["element"] = _field(values["element"])
    if "fields" in values:
        values["fields"] = {name: _field(item) for name, item in values["fields"].items()}
    values["rules"] = tuple(values.get("rules", ()))
    return Field(**values)
