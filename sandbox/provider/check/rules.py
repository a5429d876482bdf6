"""What the official provider refuses before any call, from the rules in the facts.

A rule is `[name, arguments..., sentence]`. A value is refused with the official sentence, which
has `{value}` and, in lists, `{index}` where the value and its place go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.provider.check import combinations
from sandbox.provider.core.facts import Field, Type
from sandbox.provider.core.wire import UNKNOWN

Refusal = tuple[str, str]  # the path of the argument in Pulumi's names, and the sentence


def refusals(type: Type, inputs: dict[str, Any]) -> Iterator[Refusal]:
    """Everything wrong with the arguments, which have no secrets; unknown ones pass."""
    for name, field in type.inputs.items():
        yield from _field(field, inputs.get(name), name, field.terraform)
    conflicting = set()
    for group in type.groups:
        for path, sentence in _group(group, inputs):
            # An argument that conflicts with several is told about the first of them.
            if group["kind"] != "conflicts" or path not in conflicting:
                yield path, sentence
            conflicting.add(path)
    for rule in type.together:
        yield from _together(rule, inputs)
    yield from combinations.refusals(type, inputs)


def _field(field: Field, value: Any, path: str, terraform: str) -> Iterator[Refusal]:
    """What is wrong with one argument and what is in it; `terraform` is its path there."""
    if value is None:
        if field.required:
            yield path, f"Missing required property '{path}'"
        return
    if value is UNKNOWN:
        return
    if isinstance(value, list) and field.type in ("list", "set"):
        yield from _items(field, value, path, terraform)
    elif isinstance(value, dict) and field.fields:
        for name, inner in field.fields.items():
            yield from _field(
                inner, value.get(name), f"{path}.{name}", f"{terraform}.0.{inner.terraform}"
            )
    elif not isinstance(value, (list, dict)):
        yield from _scalar(field, value, path, terraform, 0)


def _items(field: Field, items: list[Any], path: str, terraform: str) -> Iterator[Refusal]:
    if field.required and not items:
        yield (
            path,
            (
                f'Missing required argument. The argument "{terraform}" is required, but no '
                "definition was found."
            ),
        )
    if field.max_items and len(items) > field.max_items:
        yield (
            path,
            (
                f"Too many list items. Attribute {terraform} supports {field.max_items} item maximum, "
                f"but config has {len(items)} declared."
            ),
        )
    for index, item in enumerate(items):
        if isinstance(item, dict) and field.element and field.element.fields:
            for name, inner in field.element.fields.items():
                here = f"{terraform}.{index}.{inner.terraform}"
                yield from _field(inner, item.get(name), f"{path}[{index}].{name}", here)
        elif item is not None and item is not UNKNOWN:
            here = f"{path}[{index}]" if field.type == "list" else path
            yield from _scalar(field, item, here, f"{terraform}.{index}", index)


def _scalar(field: Field, value: Any, path: str, terraform: str, index: int) -> Iterator[Refusal]:
    for rule in field.rules:
        for sentence in _broken(rule, value, terraform):
            yield path, sentence.replace("{index}", str(index))


def _broken(rule: list[Any], value: Any, terraform: str) -> list[str]:
    """The sentences of a rule that the value breaks, none when it keeps it."""
    name, *arguments = rule
    if name == "any":
        broken = [_broken(inner, value, terraform) for inner in arguments[0]]
        return [sentence for found in broken for sentence in found] if all(broken) else []
    if name in ("policy", "json", "arn"):
        found = _FORMS[name](str(value), terraform)
        told = [_filled(text, value) for text in arguments]  # words of the type's own
        return (told or [found]) if found else []
    *arguments, text = arguments
    return [] if _TESTS[name](value, *arguments) else [_filled(text, value)]


def _filled(text: str, value: Any) -> str:
    """An official sentence with the value in it."""
    shown = json.dumps(value) if isinstance(value, bool) else str(value)
    return text.replace("{value}", shown).replace("{{", "{").replace("}}", "}")


def _in_range(value: str | float, low: float | None, high: float | None) -> bool:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return True  # not a number: the rule for numbers says so
    return (low is None or number >= low) and (high is None or number <= high)


def _is_number(value: Any, kind: str) -> bool:
    try:
        int(value) if kind == "int" else float(value)
    except (TypeError, ValueError):
        return bool(value == "")
    return True


_TESTS: dict[str, Callable[..., bool]] = {
    "enum": lambda value, allowed: value in allowed,
    "range": _in_range,
    "length": lambda value, low, high: low <= len(str(value)) <= high,
    "multiple": lambda value, of: value % of == 0,
    "match": lambda value, pattern: re.search(pattern, str(value)) is not None,
    "number": _is_number,
}


def _arn(value: str, terraform: str) -> str | None:
    """The official reader of ARNs; an empty one passes, as it does there."""
    if not value:
        return None
    parts = value.split(":", 5)
    if parts[0] != "arn":
        problem = "arn: invalid prefix"
    elif len(parts) < 6:
        problem = "arn: not enough sections"
    elif not re.fullmatch(r"aws(-[a-z]+)*", parts[1]):
        problem = "invalid partition value (expecting to match regular expression: ^aws(-[a-z]+)*$)"
    elif not parts[5]:
        problem = "missing resource value"
    else:
        return None
    return f'"{terraform}" ({value}) is an invalid ARN: {problem}'


def _json(value: str, terraform: str) -> str | None:
    """The official reader of JSON arguments: an empty text passes."""
    problem = json_problem(value)[0] if value else None
    return f'"{terraform}" contains an invalid JSON: {problem}' if problem else None


def _policy(value: str, terraform: str) -> str | None:
    """The official reader of IAM policies: a JSON object."""
    if not value:
        return f'"{terraform}" is an empty string, which is not a valid JSON value'
    problem, offset = json_problem(value)
    if problem:
        problem = f"{problem}, at byte offset {offset}"
    elif not value.lstrip().startswith("{"):
        form = "a JSON-encoded string" if value.lstrip().startswith('"') else "a JSON array"
        problem = f"contains {form}, not a JSON-encoded object"
    return f'"{terraform}" contains an invalid JSON policy: {problem}' if problem else None


_FORMS = {"arn": _arn, "json": _json, "policy": _policy}


def json_problem(text: str) -> tuple[str | None, int]:
    """What Go's reader of JSON says of a text, and after how many bytes; None when it is fine."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        at = error.pos
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text):
            return "unexpected end of JSON input", len(text.encode())
        problem = f"invalid character {_go_quoted(text[at])} {_go_reason(error, text, at)}"
        return problem, len(text[: at + 1].encode())
    return None, 0


def _go_quoted(character: str) -> str:
    return {"'": r"'\''", '"': "'\"'", "\n": r"'\n'"}.get(character, f"'{character}'")


def _go_reason(error: json.JSONDecodeError, text: str, at: int) -> str:
    """Python's reason in Go's words."""
    before = text[:at].rstrip()[-1:]
    if "property name" in error.msg:
        return "looking for beginning of object key string"
    if "':'" in error.msg:
        return "after object key"
    if "','" in error.msg:
        in_array = text[:at].count("[") > text[:at].count("]")
        return (
            "after array element" if in_array and before != "}" else "after object key:value pair"
        )
    if "Extra data" in error.msg:
        return "after top-level value"
    return "looking for beginning of value"


def _group(group: dict[str, Any], inputs: dict[str, Any]) -> Iterator[Refusal]:
    """Conflicts, exactly one of, all or none; each argument of the group is told."""
    names: dict[str, str] = group["names"]
    given = [t for t, wire in names.items() if inputs.get(wire) is not None]
    listed = ",".join(sorted(names))
    if group["kind"] == "conflicts" and len(given) > 1:
        first, other = names
        for one, another in ((first, other), (other, first)):
            yield (
                names[one],
                f'Conflicting configuration arguments. "{one}": conflicts with {another}',
            )
    elif group["kind"] == "one_of" and len(given) != 1:
        for one, wire in names.items():
            if given:
                told = ",".join(sorted(given))
                detail = f"only one of `{listed}` can be specified, but `{told}` were specified."
            else:
                detail = f"one of `{listed}` must be specified"
            yield wire, f'Invalid combination of arguments. "{one}": {detail}'
    elif group["kind"] == "all_of" and group["when"] in given and len(given) < len(names):
        detail = f'"{group["when"]}": all of `{listed}` must be specified'
        yield names[group["when"]], f"Missing required argument. {detail}"


def _together(rule: dict[str, Any], inputs: dict[str, Any]) -> Iterator[Refusal]:
    """Arguments that are needed when others have certain values."""
    values = {name: inputs.get(name) for name in (*rule["when"], *rule["need"])}
    if any(value is UNKNOWN for value in values.values()):
        return
    applies = all(values[name] == wanted for name, wanted in rule["when"].items())
    if applies and any(not values[name] for name in rule["need"]):
        yield "", rule["text"]
