"""JSON Schemas that an answer can be held to, as far as they stay small.

llama.cpp makes a grammar of a schema. What could grow without end, or needs more than plain
nesting, is refused here: references, patterns, counts.
"""

from __future__ import annotations

import json
from typing import Any

import checks
from checks import Check, only, wrong

CHARACTERS = 4096
DEPTH = 4
ENTRIES = 16  # properties of an object, texts of an enum
TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")


def checked(value: Any, param: str) -> dict[str, Any]:
    """The schema, if it is one of these."""
    if len(json.dumps(value)) > CHARACTERS:
        raise wrong(param, value, f"a JSON Schema of at most {CHARACTERS} characters")
    return schema(value, param, DEPTH)


def schema(value: Any, param: str, depth: int) -> dict[str, Any]:
    """A schema with so many more levels below it."""
    if not isinstance(value, dict) or depth < 0:
        raise wrong(param, value, f"a JSON Schema, at most {DEPTH} deep")
    checks.allow_only(value, FIELDS, param + ".")
    checks.options(value, SIMPLE, param + ".")
    if "type" not in value and "enum" not in value:
        raise wrong(param + ".type", None, "one of " + ", ".join(TYPES))
    if "items" in value:
        schema(value["items"], param + ".items", depth - 1)
    properties, place = value.get("properties", {}), param + ".properties"
    if not isinstance(properties, dict) or len(properties) > ENTRIES:
        raise wrong(place, properties, f"at most {ENTRIES} schemas by name")
    for name, one in properties.items():
        schema(one, f"{place}.{word(name, place)}", depth - 1)
    if any(name not in properties for name in value.get("required", [])):
        raise wrong(param + ".required", value["required"], "names of properties")
    return value


def word(value: Any, param: str) -> str:
    """A name, or an entry of an enum."""
    return checks.label(checks.text(value, param), param, 60)


def note(value: Any, param: str) -> str:
    """A text for people."""
    return checks.label(checks.text(value, param), param)


def words(value: Any, param: str) -> list[str]:
    """A list of them."""
    if not isinstance(value, list) or len(value) > ENTRIES:
        raise wrong(param, value, f"a list of at most {ENTRIES} texts")
    return [word(one, param) for one in value]


def choices(value: Any, param: str) -> list[str]:
    """A list of them, of which the answer is one."""
    if not words(value, param):
        raise wrong(param, value, "a list with something in it")
    return value


SIMPLE: dict[str, Check] = {
    "type": only(*TYPES),
    "enum": choices,
    "required": words,
    "additionalProperties": checks.flag,
    "title": note,
    "description": note,
}
FIELDS = [*SIMPLE, "properties", "items"]
