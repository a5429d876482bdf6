"""Whether no value fits two of several schemas: what oneOf promises."""

from __future__ import annotations

from itertools import combinations
from typing import Any

Schema = dict[str, Any]


def apart(schemas: list[Schema]) -> bool:
    """Whether each two of them are told apart by their type, or by a property of few values."""
    return all(differ(one, other) for one, other in combinations(schemas, 2))


def differ(one: Schema, other: Schema) -> bool:
    """Whether no value fits both."""
    values = one.get("enum"), other.get("enum")
    if values[0] is not None and values[1] is not None:
        return not any(value in values[1] for value in values[0])
    kinds = kind_of(one), kind_of(other)
    if None in kinds:
        return False
    if kinds[0] != kinds[1]:
        return True
    mine, theirs = one.get("properties", {}), other.get("properties", {})
    both = set(one.get("required", [])) & set(other.get("required", []))
    return any(differ(mine[name], theirs[name]) for name in both)


def kind_of(schema: Schema) -> str | None:
    """The one type of a schema's values; None if there are several. An integer is a number."""
    if "enum" in schema:
        kinds = {type(value).__name__ for value in schema["enum"]}
        names = {"str": "string", "int": "number", "float": "number", "bool": "boolean"}
        names |= {"NoneType": "null", "list": "array", "dict": "object"}
        return names[kinds.pop()] if len(kinds) == 1 else None
    kind = schema.get("type")
    return "number" if kind == "integer" else kind
