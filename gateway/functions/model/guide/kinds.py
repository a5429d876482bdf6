"""What can be held of each JSON type, and the bounds of what has none.

A small model does not close a string, a list or a number that may go on: the answer would be cut
at max_tokens, and be no JSON. A narrower schema is still the caller's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from errors import ApiError

Schema = dict[str, Any]
Go = Callable[[Any, str], "Schema | None"]  # a schema inside, and the step that leads to it

CHARACTERS = 80  # of a string without a bound
LATIN = "\u024f"  # the last letter of the Latin alphabets
OTHERS = 27  # of one in letters that are not Latin, of which each takes about three tokens
LONGEST = 1000  # characters that a caller may ask for
ITEMS = 5  # of a list, and properties of an object, without a bound
SIMPLE = ("string", "integer", "number", "boolean", "null")  # types of a value that may be anything
WHOLE = 999_999  # the largest number without a bound
NARROW, LARGE = 1e-3, 1e9  # numbers go in steps within bounds this far apart, and no larger
PLACES = 6  # of a number, behind the point; of one within narrow bounds, that many that differ
BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
VALUES = 1000  # of an enum
OFF = {"uniqueItems": False, "nullable": False}  # keywords that hold nothing with this value
NOTES = {
    "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly",
    "discriminator", "$comment", "$schema", "$id", "$defs", "definitions",
}  # fmt: skip

# Formats as patterns with an end: llguidance's own email, time and duration have none. A day is
# one that each month has.
DAY = r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
HOST = r"[a-z]{2,12}\.(com|org|net|example)"
BYTE = r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
FORMATS = {
    "date": DAY,
    "time": f"{CLOCK}Z",
    "date-time": f"{DAY}T{CLOCK}Z",
    "duration": r"P[1-9][0-9]?D",
    "email": rf"[a-z][a-z0-9]{{0,14}}@{HOST}",
    "hostname": HOST,
    "uri": rf"https://{HOST}(/[a-z0-9-]{{1,12}}){{0,3}}",
    "ipv4": rf"({BYTE}\.){{3}}{BYTE}",
    "ipv6": r"[1-9a-f][0-9a-f]{0,3}(:[1-9a-f][0-9a-f]{0,3}){7}",
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
}

# In a pattern: what Rust's regular expressions, which llguidance uses, do not have or read in
# another way than JSON Schema does; and counts that would make a grammar too large.
STRANGE = re.compile(r"\(\?(?!:)|\\(?![dDwWsSnrt])[A-Za-z0-9]|\[[^\]]*\[|&&|--|~~|\{[^}]*\d{3}")


def refuse(param: str, why: str) -> ApiError:
    """The refusal of a part of a schema."""
    return ApiError(400, "invalid_schema", f"{param} cannot be held here: {why}.", param[:200])


def refuse_other(schema: Schema, allowed: set[str], param: str) -> None:
    """Refuse a keyword that nothing here would hold the answer to."""
    for name in schema:
        if name not in allowed:
            fitting = ", ".join(sorted(allowed))
            raise refuse(f"{param}.{name[:60]}", f"beside notes there may be {fitting}")


def string(schema: Schema, param: str, go: Go) -> Schema:
    """A text, with a pattern, a format or lengths."""
    low, high = ordered(schema, "minLength", "maxLength", param)
    if high is None and (low or 0) <= OTHERS and not {"format", "pattern"} & set(schema):
        return any_text(low or 0)
    bound = max(low or 0, CHARACTERS) if high is None else high
    found: Schema = {"type": "string", "minLength": low or 0, "maxLength": bound}
    if "format" in schema:
        name = schema["format"]
        if not isinstance(name, str) or name not in FORMATS:
            raise refuse(f"{param}.format", "it must be one of " + ", ".join(FORMATS))
        if len(schema) > 1:
            raise refuse(f"{param}.format", "beside it, there can be no other keyword")
        return {"type": "string", "pattern": f"^{FORMATS[name]}$"}
    if "pattern" in schema:
        found["pattern"] = pattern(schema["pattern"], f"{param}.pattern")
    return found


def any_text(low: int) -> Schema:
    """A text without a bound. As a pattern: else the model may write each letter as \\uXXXX."""
    latin, other = rf"[\n\t -{LATIN}]{{{low},{CHARACTERS}}}", rf"[\s\S]{{{low},{OTHERS}}}"
    return {"type": "string", "pattern": f"^({latin}|{other})$"}


def pattern(value: Any, param: str) -> str:
    """A regular expression that means the same everywhere."""
    if not isinstance(value, str) or len(value) > LONGEST:
        raise refuse(param, f"it must be text of at most {LONGEST} characters")
    if STRANGE.search(value):
        raise refuse(param, "no look-around, back references, borders of words, large counts")
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise refuse(param, "it is no regular expression") from error
    return value


def number(schema: Schema, param: str, go: Go) -> Schema:
    """A number within bounds."""
    limits = (*BOUNDS, "multipleOf")
    for name in limits:
        value = schema.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 10**15:
            raise refuse(f"{param}.{name}", "it must be a number of at most 15 digits")
    if schema.get("multipleOf", 1) <= 0:
        raise refuse(f"{param}.multipleOf", "it must be more than 0")
    low, high = bounds(schema)
    if low is not None and high is not None and low > high:
        raise refuse(f"{param}.minimum", "it is more than the maximum")
    found = {name: schema[name] for name in limits if name in schema}
    if low is None:
        found["minimum"] = -WHOLE if high is None or high >= 0 else high - WHOLE
    if high is None:
        found["maximum"] = WHOLE if low is None or low <= 0 else low + WHOLE
    return found


def bounds(schema: Schema) -> tuple[Any, Any]:
    """The smallest and the largest number of a schema; None where it has no such bound."""
    lows = [schema[name] for name in BOUNDS[:2] if name in schema]
    highs = [schema[name] for name in BOUNDS[2:] if name in schema]
    return max(lows, default=None), min(highs, default=None)


def integer(schema: Schema, param: str, go: Go) -> Schema:
    """A whole number."""
    return {"type": "integer", **number(schema, param, go)}


def real(schema: Schema, param: str, go: Go) -> Schema:
    """Any number. It has an end, too: at a high temperature, digits go on behind the point."""
    found = number(schema, param, go)
    low, high = bounds(found)
    width, size = high - low, max(abs(found[name]) for name in BOUNDS if name in found)
    # llguidance cannot count in smaller steps, nor in these up to larger numbers.
    if "multipleOf" not in found and width >= NARROW and size <= LARGE:
        found["multipleOf"] = 10.0 ** (min(0, math.floor(math.log10(width))) - PLACES)
    return {"type": "number", **found}


def array(schema: Schema, param: str, go: Go) -> Schema | None:
    """A list: first items of their own schemas, then those of one."""
    low, high = ordered(schema, "minItems", "maxItems", param)
    first = schema.get("prefixItems", [])
    if not isinstance(first, list):
        raise refuse(f"{param}.prefixItems", "it must be a list")
    heads = [go(one, f"prefixItems[{place}]") for place, one in enumerate(first)]
    rest = None if schema.get("items") is False else go(schema.get("items", {}), "items")
    bound = max(ITEMS, low or 0, len(heads)) if high is None else high
    if None in heads:  # it cannot be written: the list ends before it
        heads = heads[: heads.index(None)]
        rest = None
    if rest is None:
        bound = min(bound, len(heads))
    if bound < (low or 0):
        return None
    found: Schema = {"type": "array", "minItems": low or 0, "maxItems": bound}
    if heads:
        found["prefixItems"] = heads
    return {**found, "items": False if rest is None else rest}


def object_(schema: Schema, param: str, go: Go) -> Schema | None:
    """An object with these properties; or, where none is named, with any names."""
    given, needed = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(given, dict):
        raise refuse(f"{param}.properties", "it must be an object of schemas")
    if not isinstance(needed, list) or any(str(name) not in given for name in needed):
        raise refuse(f"{param}.required", "it must be a list of names of properties")
    every = {name: go(one, f"properties.{name[:60]}") for name, one in given.items()}
    known = {name: one for name, one in every.items() if one is not None}
    if not all(name in known for name in needed):
        return None
    found: Schema = {"type": "object", "properties": known, "required": needed}
    more = schema.get("additionalProperties", False)
    if not isinstance(more, (bool, dict)):
        raise refuse(f"{param}.additionalProperties", "it must be a schema, true or false")
    _, most = ordered(schema, "minProperties", "maxProperties", param)
    if most is not None and given:
        raise refuse(f"{param}.maxProperties", "it can be held where no property is named")
    inner = go(more, "additionalProperties") if more and not given else None
    if inner is None:
        return {**found, "additionalProperties": False}
    return {
        **found,
        "additionalProperties": inner,
        "maxProperties": ITEMS if most is None else most,
    }


def plain(kind: str) -> Callable[[Schema, str, Go], Schema]:
    """A type with nothing more to say."""

    def held(schema: Schema, param: str, go: Go) -> Schema:
        return {"type": kind}

    return held


@dataclass(frozen=True)
class Kind:
    """A JSON type: the keywords that can be held of it, and how a schema of it is held."""

    keywords: set[str]
    held: Callable[[Schema, str, Go], Schema | None]


NUMBERS = {*BOUNDS, "multipleOf"}
KINDS = {
    "string": Kind({"minLength", "maxLength", "pattern", "format"}, string),
    "integer": Kind(NUMBERS, integer),
    "number": Kind(NUMBERS, real),
    "array": Kind({"items", "prefixItems", "minItems", "maxItems"}, array),
    "object": Kind({"properties", "required", "additionalProperties", "maxProperties"}, object_),
    "boolean": Kind(set(), plain("boolean")),
    "null": Kind(set(), plain("null")),
}
PYTHON: dict[str, Any] = {
    "string": str, "integer": int, "number": (int, float), "array": list, "object": dict,
    "boolean": bool, "null": type(None),
}  # fmt: skip


def meant(schema: Schema) -> str | None:
    """The type of a schema that does not say it."""
    for name in ("object", "array"):
        if KINDS[name].keywords & set(schema):
            return name
    return None


def is_of(value: Any, kind: Any) -> bool:
    """Whether a value is of a JSON type. True is a number in Python, and none in JSON."""
    if kind not in PYTHON or (isinstance(value, bool) and kind != "boolean"):
        return False
    return isinstance(value, PYTHON[kind])


def one_of(schema: Schema, param: str) -> Schema:
    """One of a few values, or the one."""
    name = "const" if "const" in schema else "enum"
    refuse_other(schema, {name, "type"}, param)
    values = [schema[name]] if name == "const" else schema[name]
    if not isinstance(values, list) or len(values) > VALUES:
        raise refuse(f"{param}.enum", f"it must be a list of at most {VALUES} values")
    kinds = schema.get("type", list(PYTHON))
    kinds = kinds if isinstance(kinds, list) else [kinds]
    fitting = [value for value in values if any(is_of(value, kind) for kind in kinds)]
    if not fitting:
        raise refuse(f"{param}.{name}", "no value of it is of the type")
    return {"enum": fitting}


def ordered(schema: Schema, low: str, high: str, param: str) -> tuple[int | None, int | None]:
    """Two whole numbers, of which the first is not the larger one. Each may be missing."""
    for name in (low, high):
        value = schema.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST:
            raise refuse(f"{param}.{name}", f"it must be a whole number from 0 to {LONGEST}")
    if low in schema and high in schema and schema[low] > schema[high]:
        raise refuse(f"{param}.{low}", f"it is more than {high}")
    return schema.get(low), schema.get(high)
