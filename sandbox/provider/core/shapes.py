"""Between blocks of arguments and the structures of an API, by the API's own model.

Pulumi writes `smsConfiguration` where an API has `SmsConfiguration`, and `arn` where it has `ARN`:
names are the same but for their capitals, and `names` tells the few that are not. The shapes are
botocore's; its serialisers take what is made here, the API's names, and check the types again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.provider.core.answers import timestamp
from sandbox.provider.core.exceptions import ONLY_ON_AWS, CallError
from sandbox.provider.core.facts import Field, Fields

Names = Mapping[str, str]  # of Pulumi, to the name that the API has for the same


def request(client: Any, shape: str, value: Any, names: Names | None = None) -> Any:
    """A value as the API wants it, in the form of one of its shapes.

    Raises:
        CallError: the API has no such member.
    """
    return _member(client.meta.service_model.shape_for(shape), value, names or {})


def _member(shape: Any, value: Any, names: Names) -> Any:
    if shape.type_name == "structure":
        # Some blocks that an API has once are lists of one in a program.
        only = value[0] if isinstance(value, list) and value else value
        return _structure(shape, only or {}, names)
    if shape.type_name == "list":
        items = value if isinstance(value, (list, tuple)) else [value]
        return [_member(shape.member, item, names) for item in items]
    if shape.type_name == "map":
        return {key: _member(shape.value, item, names) for key, item in value.items()}
    return _scalar(shape.type_name, value)


def _structure(shape: Any, value: dict[str, Any], names: Names) -> dict[str, Any]:
    members = {member.lower(): member for member in shape.members}
    found = {}
    for name, item in value.items():
        member = members.get(names.get(name, name).lower())
        if member is None:
            raise CallError(f"{name} in {shape.name} is an argument that {ONLY_ON_AWS}")
        # An empty text is how Pulumi's blocks say "none"; no API here takes it.
        if item is not None and item != "":
            found[member] = _member(shape.members[member], item, names)
    return found


def _scalar(type_name: str, value: Any) -> Any:
    if type_name in ("integer", "long"):
        return int(value)
    if type_name in ("float", "double"):
        return float(value)
    if type_name == "boolean":
        return str(value).lower() == "true"
    if type_name == "blob":
        return value.encode() if isinstance(value, str) else value
    return str(value).lower() if isinstance(value, bool) else str(value)


def answer(field: Field, value: Any, names: Names | None = None) -> Any:
    """An API's value in the form of an argument: known members only, the empty ones left out."""
    return _answered(field, value, names or {})


def answers(
    fields: Fields, value: Mapping[str, Any], names: Names | None = None, inner: Names | None = None
) -> dict[str, Any]:
    """An API's value as arguments, None for those that it does not tell.

    Args:
        names: of the arguments themselves.
        inner: of what is in them.
    """
    members = {member.lower(): item for member, item in value.items()}
    return {
        name: answer(field, members.get((names or {}).get(name, name).lower()), inner)
        for name, field in fields.items()
    }


def _answered(field: Field, value: Any, names: Names) -> Any:
    if field.type == "map":
        return value
    if isinstance(value, dict):
        if field.type in ("list", "set"):
            return [_answered(field.element or Field("any"), value, names)]
        return _block(field, value, names)
    if isinstance(value, list):
        if field.type == "object":
            return _answered(field, value[0], names) if value else None
        element = field.element or Field("any")
        return [_answered(element, item, names) for item in value]
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, datetime):
        return timestamp(value)
    if field.type == "string" and value is not None:
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def _block(field: Field, value: dict[str, Any], names: Names) -> dict[str, Any]:
    back = {names.get(name, name).lower(): name for name in field.fields}
    reverse = {api.lower(): name for name, api in names.items()}
    found = {}
    for member, item in value.items():
        known = back.get(member.lower())
        if field.fields and known is None:
            continue
        name = known or reverse.get(member.lower()) or camel(member)
        shown = _answered(field.fields.get(name, Field("any")), item, names)
        if shown is not None and shown not in ("", []):
            found[name] = shown
    return found


def camel(member: str) -> str:
    """`IPSetForwardedIPConfig` as Pulumi writes it: `ipSetForwardedIpConfig`."""
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z]|\d|$)|[A-Z]?[a-z]+|\d+|[A-Z]+", member)
    first, *rest = words
    return first.lower() + "".join(word.capitalize() for word in rest)


def filled(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block without the members that hold nothing."""
    return {n: v for n, v in block.items() if v is not None and v not in ("", [], {})}
