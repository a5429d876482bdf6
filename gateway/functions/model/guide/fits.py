"""Whether a value is what a schema holds an answer to: the last look at what was written.

It knows the keywords that schemas.held() writes, and no other: a validator for all of JSON Schema
would be a package more to load.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from guide.kinds import Schema, is_of


def fits(value: Any, schema: Schema) -> bool:
    """Whether a value fits a schema as it is held."""
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    if "enum" in schema:
        return any(same(value, one) for one in schema["enum"])
    kind = schema["type"]
    return is_of(value, kind) and (kind not in INSIDE or INSIDE[kind](value, schema))


def same(value: Any, other: Any) -> bool:
    """Whether two values are one in JSON, where 1 is not true."""
    return bool(value == other) and isinstance(value, bool) == isinstance(other, bool)


def string_fits(value: str, schema: Schema) -> bool:
    """A text's length and pattern."""
    low, high = schema.get("minLength", 0), schema.get("maxLength", len(value))
    return low <= len(value) <= high and bool(re.search(schema.get("pattern", ""), value))


def number_fits(value: float, schema: Schema) -> bool:
    """A number's bounds, and the steps in which it goes."""
    fine = schema.get("minimum", value) <= value <= schema.get("maximum", value)
    fine = fine and value > schema.get("exclusiveMinimum", float("-inf"))
    fine = fine and value < schema.get("exclusiveMaximum", float("inf"))
    step = Decimal(repr(schema.get("multipleOf", 0)))
    return fine and (not step or Decimal(repr(value)) % step == 0)


def array_fits(value: list[Any], schema: Schema) -> bool:
    """A list's length and items."""
    first, rest = schema.get("prefixItems", []), schema["items"]
    if not schema["minItems"] <= len(value) <= schema["maxItems"]:
        return False
    if rest is False and len(value) > len(first):
        return False
    wanted = [*first, *[rest] * len(value)]
    return all(fits(one, each) for one, each in zip(value, wanted, strict=False))


def object_fits(value: dict[str, Any], schema: Schema) -> bool:
    """An object's names and values."""
    known, more = schema.get("properties", {}), schema["additionalProperties"]
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
        return False
    if any(name not in value for name in schema.get("required", [])):
        return False
    if more is False and any(name not in known for name in value):
        return False
    return all(fits(one, known.get(name, more)) for name, one in value.items())


INSIDE: dict[str, Callable[[Any, Schema], bool]] = {
    "string": string_fits,
    "number": number_fits,
    "integer": number_fits,
    "array": array_fits,
    "object": object_fits,
}
