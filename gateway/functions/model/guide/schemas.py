"""JSON Schemas that an answer can be held to.

llguidance, a part of llama.cpp here, lets the model write only what fits a schema. What it cannot
hold it reports on stderr, and then lets the model write anything. So nothing may reach it but what
is on the lists of this module and of kinds.py; all else is refused by name.

References are written out, a class that holds itself three levels deep. A part that can no more be
written is None here, and whatever needs it is None, too.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from guide import kinds
from guide.apart import apart
from guide.kinds import KINDS, NOTES, OFF, refuse, refuse_other

Schema = dict[str, Any]
DEPTH = 10  # levels, as with OpenAI
PARTS = 2000  # schemas in a schema, with each reference written out
LEVELS = 3  # how often a class that holds itself is written out
JSON_LEVELS = 3  # of an object whose shape nobody has said
LAYOUT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}


def grammar(schema: Schema) -> str:
    """A schema that was let through, as llama.cpp's request field "grammar" takes it."""
    return "%llguidance {}\nstart: %json " + json.dumps({**schema, "x-guidance": LAYOUT})


def any_object(levels: int = JSON_LEVELS) -> Schema:
    """The schema of an object with something in it, of a size that a small model can finish."""
    inner = [KINDS[kind].held({}, "", no_part) for kind in kinds.SIMPLE]
    value: Schema = {"anyOf": inner}
    for _ in range(levels - 1):
        several = {"type": "array", "items": value, "maxItems": kinds.ITEMS}
        value = {"anyOf": [*inner, several, of_any_names(value)]}
    return of_any_names(value)


def no_part(schema: Any, step: str) -> None:
    """There is nothing inside."""


def of_any_names(value: Schema) -> Schema:
    """The schema of an object with values of one schema, under whatever names."""
    return {
        "type": "object",
        "additionalProperties": value,
        "minProperties": 1,
        "maxProperties": kinds.ITEMS,
    }


def held(schema: Any, param: str) -> Schema:
    """The schema as it is held: written out, and with bounds where it has none.

    Args:
        schema: what the caller sent.
        param: where it stands in the request.

    Raises:
        ApiError: 400, with the place that cannot be held.
    """
    if not isinstance(schema, dict):
        raise refuse(param, "a JSON Schema is an object")
    found = Walk(schema).part(schema, param, (), 0)
    if found is None:
        raise refuse(param, "it holds itself without an end")
    if found.get("type") != "object":
        raise refuse(f"{param}.type", 'the whole answer is of the type "object"')
    return found


class Walk:
    """One way through a schema.

    Attributes:
        root: the whole of it, where references begin.
        parts: how many schemas were seen so far.
    """

    def __init__(self, root: Schema) -> None:
        self.root = root
        self.parts = 0

    def part(self, given: Any, param: str, open_refs: tuple[str, ...], depth: int) -> Schema | None:
        """A schema as it is held.

        Args:
            open_refs: the references that led here.
            depth: how many schemas are around it.
        """
        self.parts += 1
        if self.parts > PARTS:
            raise refuse(param, f"with it, the schema has more than {PARTS} parts")
        if depth > DEPTH * (1 + len(open_refs)):
            raise refuse(param, f"it is more than {DEPTH} levels deep")
        if given is True:
            given = {}
        if not isinstance(given, dict):
            raise refuse(param, "a JSON Schema is an object")
        schema = {name: given[name] for name in given if not is_note(name, given[name])}

        def go(inner: Any, step: str) -> Schema | None:
            return self.part(inner, f"{param}.{step}", open_refs, depth + 1)

        if "$ref" in schema:
            return self.reference(schema, param, open_refs, depth)
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return either(schema, union, param, go)
        if "allOf" in schema:
            refuse_other(schema, {"allOf"}, param)
            if not isinstance(schema["allOf"], list) or len(schema["allOf"]) != 1:
                raise refuse(f"{param}.allOf", "it can be held with one schema in it")
            return go(schema["allOf"][0], "allOf[0]")
        if "const" in schema or "enum" in schema:
            return kinds.one_of(schema, param)
        if not schema:
            return {"anyOf": [KINDS[kind].held({}, param, go) for kind in kinds.SIMPLE]}
        return self.kind(schema, param, go)

    def reference(
        self, schema: Schema, param: str, open_refs: tuple[str, ...], depth: int
    ) -> Schema | None:
        """What a reference refers to; None where it has led into itself often enough."""
        refuse_other(schema, {"$ref"}, param)
        ref = schema["$ref"]
        if open_refs.count(ref) >= LEVELS:
            return None
        found = self.referred(ref, f"{param}.$ref")
        return self.part(found, param, (*open_refs, ref), depth + 1)

    def referred(self, ref: Any, param: str) -> Any:
        """The part of the root that a JSON Pointer names."""
        found: Any = self.root
        if ref != "#":
            for step in str(ref).removeprefix("#/").split("/"):
                name = unquote(step).replace("~1", "/").replace("~0", "~")
                found = found.get(name) if isinstance(found, dict) else None
        if not str(ref).startswith("#") or not isinstance(found, dict):
            raise refuse(param, "it names no part of this schema")
        return found

    def kind(self, schema: Schema, param: str, go: kinds.Go) -> Schema | None:
        """A schema of a type, or of a list of them."""
        kind = schema.get("type", kinds.meant(schema))
        named = kind if isinstance(kind, list) else [kind]
        known = [each for each in named if isinstance(each, str) and each in KINDS]
        if not known or known != named:
            raise refuse(f"{param}.type", "it must be one of " + ", ".join(KINDS))
        refuse_other(schema, {"type"}.union(*(KINDS[each].keywords for each in known)), param)
        found = []
        for each in known:
            own = {name: schema[name] for name in KINDS[each].keywords if name in schema}
            one = KINDS[each].held(own, param, go)
            found += [one] if one is not None else []
        return found[0] if len(found) == 1 else {"anyOf": found} if found else None


def is_note(name: str, value: Any) -> bool:
    """Whether a keyword is for people and programs, or switched off: it holds nothing."""
    return name in NOTES or name.startswith("x-") or (name in OFF and value is OFF[name])


def either(schema: Schema, union: str, param: str, go: kinds.Go) -> Schema | None:
    """One of several schemas."""
    refuse_other(schema, {union, "type"}, param)
    given = schema[union]
    if not isinstance(given, list) or not given:
        raise refuse(f"{param}.{union}", "it must be a list with something in it")
    found = [go(one, f"{union}[{place}]") for place, one in enumerate(given)]
    kept = [one for one in found if one is not None]
    if union == "oneOf" and not apart(kept):
        raise refuse(f"{param}.oneOf", "nothing tells its branches apart; use anyOf")
    return {"anyOf": kept} if kept else None
