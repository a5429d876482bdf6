"""Check: the arguments of a program made complete, or refused.

As the official provider does it, arguments that the program left out are filled in here and
recorded, and the names of those are kept under `__defaults`: a made-up name stays when the
resource is updated, and a name that the program chose makes a replacement delete first.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.provider.core import rules
from sandbox.provider.core.facts import Field, Fields, Type
from sandbox.provider.core.wire import (
    UNKNOWN,
    Secret,
    has_secret,
    has_unknown,
    is_asset,
    mark,
    plain,
)

DEFAULTS = "__defaults"
HEX = 7  # digits behind a made-up name, as many as the official provider takes

Values = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """The provider's configuration as far as arguments depend on it."""

    region: str = "us-east-1"
    default_tags: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Naming:
    """What is known about the name that a resource shall get.

    Attributes:
        seed: random bytes from the engine; other ones in a preview than in the update.
        proposed: the name that the stack's configuration asks for, None when it does not.
        forced: whether the provider may not change the proposed name.
        disabled: whether the configuration forbids made-up names.
        earlier: the name of an interrupted create of the same resource.
    """

    seed: bytes = b""
    proposed: str | None = None
    forced: bool = False
    disabled: bool = False
    earlier: str | None = None


def check(
    type: Type, name: str, news: Values, olds: Values, settings: Settings, naming: Naming
) -> tuple[Values, list[str]]:
    """The complete arguments, and the sentences of all refusals.

    Args:
        name: the resource's name in the program.
        news: the arguments of the program, decoded.
        olds: the arguments of the last update, empty for a new resource.
    """
    problems: list[str] = []

    def refuse(path: str, sentence: str) -> None:
        where = f". Examine values at '{name}.{path}'." if path else ""
        problems.append(
            sentence if sentence.startswith("Missing required property") else sentence + where
        )

    inputs = _coerced(type.inputs, news, refuse)
    filled = _fill(type, name, inputs, olds, naming, refuse)
    _provider_values(type, inputs, settings)
    if not problems:
        for path, sentence in rules.refusals(type, plain(inputs)):
            refuse(path, sentence)
    inputs[DEFAULTS] = sorted(filled)
    return inputs, problems


def _provider_values(type: Type, inputs: Values, settings: Settings) -> None:
    """What the provider's own configuration adds: the region and the default tags."""
    if "region" in type.inputs and inputs.get("region") is None:
        inputs["region"] = settings.region
    if type.tagged:
        own = inputs.get("tags")
        tags = plain(own) or {}
        if own is UNKNOWN or has_unknown(settings.default_tags):
            inputs["tagsAll"] = UNKNOWN
        elif isinstance(tags, dict):
            merged = {**plain(settings.default_tags), **tags}
            inputs["tagsAll"] = Secret(merged) if isinstance(own, Secret) else mark(merged, own)


# The form of values


Refuse = Callable[[str, str], None]


def _coerced(fields: Fields, values: Values, refuse: Refuse, under: str = "") -> Values:
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
    return _coerced(field.fields, value, refuse, f"{path}.") if isinstance(value, dict) else None


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


# What the program left out


def _fill(
    type: Type, name: str, inputs: Values, olds: Values, naming: Naming, refuse: Refuse
) -> set[str]:
    """Fill in defaults and the name; returns which arguments were filled in."""
    filled = set()
    for argument, fact in type.inputs.items():
        if inputs.get(argument) is not None:
            _fill_inside(fact, inputs[argument])
        elif fact.default is not None and not _excluded(type, argument, inputs):
            inputs[argument] = fact.default
            filled.add(argument)
    made = type.name_of
    if made and inputs.get(made) is None and not _excluded(type, made, inputs):
        chosen = _old_name(made, olds) or _new_name(type, name, naming, refuse)
        if chosen:
            inputs[made] = chosen
            filled.add(made)
    return filled


def _fill_inside(field: Field, value: Any) -> None:
    """Defaults of blocks, which hold where the block is given."""
    if isinstance(value, Secret):
        _fill_inside(field, value.value)
    elif isinstance(value, dict):
        for name, inner in field.fields.items():
            if value.get(name) is not None:
                _fill_inside(inner, value[name])
            elif inner.default is not None:
                value[name] = inner.default
    elif isinstance(value, list) and field.element:
        for item in value:
            _fill_inside(field.element, item)


def _excluded(type: Type, argument: str, inputs: Values) -> bool:
    """Whether another argument that is given rules this one out: `namePrefix` the name."""
    return any(
        argument in names and any(inputs.get(other) is not None for other in names - {argument})
        for names in _exclusive(type)
    )


def _exclusive(type: Type) -> Iterator[set[str]]:
    for group in type.groups:
        if group["kind"] == "conflicts":
            yield set(group["names"].values())


def _old_name(made: str, olds: Values) -> Any:
    """The name made up for the last update, if it was made up."""
    return olds.get(made) if made in plain(olds.get(DEFAULTS) or []) else None


def _new_name(type: Type, name: str, naming: Naming, refuse: Refuse) -> str | None:
    rule = type.name_rule
    if naming.earlier:
        return naming.earlier
    if naming.proposed and (naming.forced or len(naming.proposed) <= rule["max"]):
        return naming.proposed
    if naming.disabled:
        fact = type.inputs[type.name_of or ""]
        if fact.required or not fact.computed:
            refuse("", f"Missing required property '{type.name_of}'")
        return None
    if rule.get("bare"):
        return name
    base = name.lower() if rule.get("lower") else name
    made = f"{base}-{unique(naming.seed)}"
    if len(made) > rule["max"]:
        refuse(
            type.name_of or "",
            f"could not make a name for '{name}': '{base}-' plus {HEX} random characters is longer "
            f"than the maximum of {rule['max']}; shorten the name, or give {type.name_of} yourself",
        )
    return made


def unique(seed: bytes) -> str:
    """Seven hexadecimal digits that depend on the seed alone."""
    return hashlib.sha256(seed).hexdigest()[:HEX]
