"""Refuses what a service's model does not allow, in AWS's words, before the emulator sees it.

AWS checks a request's form before its sense: types first (a serialization error), then what is
required, enumerations, patterns and sizes, all faults in one message. botocore's own validator is a
client's: it knows no pattern, no enumeration and no upper limit, refuses members that AWS ignores,
and has other words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sandbox.server.control.service_models import Model, Shape, model

# Archives are the only bodies beyond this; parsing one twice would cost more than it tells.
LARGEST = 256 * 1024
JAVA = {str: "java.lang.String", bool: "java.lang.Boolean", list: "java.util.ArrayList"}
WANTED = {"boolean": "Boolean", "integer": "Integer", "long": "Long"}
PREFIXED = {"apigateway"}  # where a place begins with the name of the call's input
NUMBERS = ("integer", "long", "float", "double")


class Unreadable(ValueError):
    """The request's types are not those of the call; the text is AWS's message."""


class Invalid(ValueError):
    """Values that the call does not take; the text is AWS's message."""


def read_json(body: bytes) -> Any:
    """A body as JSON; an empty one has no members.

    Raises:
        Unreadable: it is not an object in JSON.
    """
    try:
        data = json.loads(body) if body else {}
    except ValueError:
        raise Unreadable("Unexpected character found in the request body") from None
    if not isinstance(data, dict):
        raise Unreadable("Unexpected type found where a structure was expected")
    return data


def is_object(text: str) -> bool:
    """Whether a text is an object in JSON."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


@dataclass(frozen=True)
class Call:
    """A request that has the form of a call."""

    name: str
    named: dict[str, str]  # what its path names, by the members of its input
    data: dict[str, Any]  # the members in its body; none when it is a document of its own, or huge


def rest(
    service: str, method: str, path: str, body: bytes, aside: tuple[str, ...] = ()
) -> Call | None:
    """Read and check a request in REST's manner; None when there is no call like it.

    `aside` names members that the service judges in its own way.

    Raises:
        Unreadable, Invalid: what is wrong with it.
    """
    known = model(service)
    found = known.route(method, path)
    if found is None:
        return None
    operation, labels = found
    whole = known.shapes.get(operation.input, {}).get("payload") or len(body) > LARGEST
    data = {} if whole else read_json(body)
    prefix = _lower(operation.name) + "Input." if service in PREFIXED else ""
    named: dict[str, str] = {}
    faults: list[str] = []
    for name, member, required in known.members(operation.input):
        where = member.get("location")
        wire = member.get("locationName", name)
        if where == "uri":
            named[name] = labels.get(wire, "")
            value = scalar(known.shapes[member["shape"]], labels.get(wire))
            faults += _faults(known, member, _lower(name), value)
        elif where is None and not whole and name not in aside:
            place = prefix + wire if prefix else _lower(name)
            faults += _faults(known, member, place, data.get(wire), required)
    _raise(faults)
    return Call(operation.name, named, data)


def calls(service: str, name: str, data: dict[str, Any]) -> None:
    """Check the input of a call that is named, such as those of JSON services.

    Raises:
        Unreadable, Invalid: what is wrong with it.
    """
    known = model(service)
    operation = known.operations.get(name)
    if operation is None:
        return
    faults: list[str] = []
    for member_name, member, required in known.members(operation.input):
        value = data.get(member.get("locationName", member_name))
        faults += _faults(known, member, _lower(member_name), value, required)
    _raise(faults)


def form(service: str, given: Mapping[str, str]) -> None:
    """Check a form of the Query protocol: its scalars, and that what is required is there.

    Raises:
        Unreadable, Invalid: what is wrong with it.
    """
    known = model(service)
    operation = known.operations.get(given.get("Action", ""))
    if operation is None:
        return
    faults: list[str] = []
    for name, member, required in known.members(operation.input):
        shape = known.shapes[member["shape"]]
        if shape["type"] in ("list", "map", "structure"):
            there = any(key.startswith(f"{name}.") or key == name for key in given)
            if required and not there:
                faults.append(_null(_lower(name)))
            continue
        value = scalar(shape, given.get(name))
        faults += _faults(known, member, _lower(name), value, required)
    _raise(faults)


def scalar(shape: Shape, text: str | None) -> Any:
    """What a text stands for where a number or a truth value may be expected.

    Raises:
        Unreadable: it is no number where one has to be.
    """
    if text is None or shape["type"] not in (*NUMBERS, "boolean"):
        return text
    if shape["type"] == "boolean":
        return text.lower() == "true"
    try:
        return float(text) if shape["type"] in ("float", "double") else int(text)
    except ValueError:
        raise Unreadable(f'For input string: "{text}"') from None


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _raise(faults: list[str]) -> None:
    if faults:
        plural = "s" if len(faults) > 1 else ""
        raise Invalid(f"{len(faults)} validation error{plural} detected: {'; '.join(faults)}")


def _null(place: str) -> str:
    return f"Value null at '{place}' failed to satisfy constraint: Member must not be null"


def _faults(
    known: Model, member: Shape, place: str, value: Any, required: bool = False
) -> Iterator[str]:
    """What is wrong with a value, at its place in the request."""
    if value is None:
        if required:
            yield _null(place)
        return
    shape = known.shapes[member["shape"]]
    _check_type(shape, value)
    kind = shape["type"]
    if kind == "structure":
        for name, inner, needed in known.members(member["shape"]):
            wire = inner.get("locationName", name)
            yield from _faults(known, inner, f"{place}.{_lower(name)}", value.get(wire), needed)
    elif kind == "list":
        yield from _of_list(known, shape, place, value)
    elif kind == "map":
        for each in value.values():
            yield from _faults(known, shape["value"], f"{place}.value", each)
    else:
        for constraint in _broken(shape, value):
            yield f"Value '{_shown(value)}' at '{place}' failed to satisfy constraint: {constraint}"


def _of_list(known: Model, shape: Shape, place: str, value: list[Any]) -> Iterator[str]:
    inner = known.shapes[shape["member"]["shape"]]
    if inner["type"] in ("structure", "list", "map"):
        for index, each in enumerate(value, 1):
            yield from _faults(known, shape["member"], f"{place}.{index}.member", each, True)
        return
    shown = f"[{', '.join(_shown(each) for each in value)}]"
    for each in value:
        if each is not None:
            _check_type(inner, each)
    for constraint in _broken(shape, value):
        yield f"Value '{shown}' at '{place}' failed to satisfy constraint: {constraint}"
    broken = next((found for each in value if (found := _broken(inner, each))), None)
    if broken:
        yield (
            f"Value '{shown}' at '{place}' failed to satisfy constraint: "
            f"Member must satisfy constraint: [{', '.join(broken)}]"
        )


def _check_type(shape: Shape, value: Any) -> None:
    kind = shape["type"]
    if kind in ("structure", "map"):
        if not isinstance(value, dict):
            raise Unreadable("Unexpected type found where a structure or map was expected")
    elif kind == "list":
        if not isinstance(value, list):
            raise Unreadable("Expected list or null")
    elif isinstance(value, dict):
        raise Unreadable("Start of structure or map found where not expected.")
    elif not _fits(kind, value):
        java = JAVA.get(type(value), "com.amazon.coral.value.json.numbers.TruncatingBigNumber")
        wanted = WANTED.get(kind, "Double" if kind in NUMBERS else "String")
        raise Unreadable(f"class {java} can not be converted to an {wanted}")


def _fits(kind: str, value: Any) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in NUMBERS:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return kind == "timestamp" or isinstance(value, (str, bytes))


def _broken(shape: Shape, value: Any) -> list[str]:
    """The constraints of a shape that a value does not keep."""
    found = []
    if "enum" in shape and value not in shape["enum"]:
        found.append(f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]")
    sized = isinstance(value, (str, list, bytes))
    size, what = (len(value), "length") if sized else (value, "value")
    if shape["type"] != "boolean" and shape["type"] != "timestamp":
        if "min" in shape and size < shape["min"]:
            found.append(f"Member must have {what} greater than or equal to {shape['min']}")
        if "max" in shape and size > shape["max"]:
            found.append(f"Member must have {what} less than or equal to {shape['max']}")
    pattern = shape.get("pattern")
    if pattern and isinstance(value, str) and not _matches(pattern, value):
        found.append(f"Member must satisfy regular expression pattern: {pattern}")
    return found


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:  # Java knows classes that Python does not
        return None


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
