"""The form of values: what a program writes, as the type that an argument has, or refused."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from typing import Any

from sandbox.provider.core.facts import Field, Fields
from sandbox.provider.core.wire import UNKNOWN, Secret, has_secret, has_unknown, is_asset, plain

Values = dict[str, Any]
Refuse = Callable[[str, str], None]  # takes the path and the sentence


def coerced(fields: Fields, values: Values, refuse: Refuse, under: str = "") -> Values:
    """The arguments with the types of the facts; what has no such form is refused."""
    found: Values = {}
    for name, value in values.items():
        if name.startswith("__") or value is None:
            continue
        if name not in fields:
            close = difflib.get_close_matches(name, fields, n=1)
            hint = f". Did you mean '{close[0]}'" if close else ""
            refuse(under + name, f"Invalid or unknown key{hint}")
            continue
        found[name] = _value(fields[name], value, refuse, under + name)
    return found


def _value(field: Field, value: Any, refuse: Refuse, path: str) -> Any:
    if isinstance(value, Secret):
        return Secret(_value(field, value.value, refuse, path))
    if value is UNKNOWN or value is None or field.type == "any":
        return value
    if field.document and isinstance(value, (dict, list)):
        return UNKNOWN if has_unknown(value) else _document(value)
    convert = _FORMS[field.type]
    converted = convert(field, value, refuse, path)
    if converted is None:
        shown = json.dumps(plain(value), default=str)
        refuse(path, f"expected {field.type} type, got {shown} of type {_named(value)}")
        return value
    return converted


def _document(value: Any) -> Any:
    """A policy written as a dict: secrets in it make the whole text secret."""
    text = json.dumps(plain(value), separators=(",", ":"), ensure_ascii=False)
    return Secret(text) if has_secret(value) else text


def _named(value: Any) -> str:
    names = {
        bool: "bool",
        int: "number",
        float: "number",
        str: "string",
        list: "array",
        dict: "object",
    }
    return names.get(type(value), type(value).__name__)


def _string(field: Field, value: Any, refuse: Refuse, path: str) -> str | None:
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return value if isinstance(value, str) else None


def _number(field: Field, value: Any, refuse: Refuse, path: str) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if float(value).is_integer():
        return int(value)
    return None if field.type == "integer" else value


def _bool(field: Field, value: Any, refuse: Refuse, path: str) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value)
    return value if isinstance(value, bool) else None


def _list(field: Field, value: Any, refuse: Refuse, path: str) -> list[Any] | None:
    if not isinstance(value, list):
        return None
    element = field.element or Field("any")
    return [_value(element, item, refuse, f"{path}[{i}]") for i, item in enumerate(value)]


def _map(field: Field, value: Any, refuse: Refuse, path: str) -> Values | None:
    if not isinstance(value, dict):
        return None
    element = field.element or Field("any")
    return {k: _value(element, v, refuse, f"{path}.{k}") for k, v in value.items() if v is not None}


def _object(field: Field, value: Any, refuse: Refuse, path: str) -> Values | None:
    return coerced(field.fields, value, refuse, f"{path}.") if isinstance(value, dict) else None


def _asset(field: Field, value: Any, refuse: Refuse, path: str) -> Any:
    return value if is_asset(value) else None


_FORMS: dict[str, Callable[[Field, Any, Refuse, str], Any]] = {
    "string": _string,
    "number": _number,
    "integer": _number,
    "bool": _bool,
    "list": _list,
    "set": _list,
    "map": _map,
    "object": _object,
    "asset": _asset,
}
