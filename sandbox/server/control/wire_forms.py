"""Forms, XML and CBOR on the wire, for calls that are answered in JSON within."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from xml.sax.saxutils import escape

from sandbox.server.base.snapshots import Answer
from sandbox.server.control import cbor
from sandbox.server.control.input_check import NUMBERS, Unreadable
from sandbox.server.control.service_models import Model, Shape, model

NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/"


def read_form(service: str, action: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The input of a call, by the service's model.

    Raises:
        Unreadable: a value is no number where one has to be.
    """
    known = model(service)
    found = _read(
        known, {"type": "structure", **known.shapes[known.operations[action].input]}, form, ""
    )
    return dict(found or {})


def _read(known: Model, shape: Shape, form: Mapping[str, str], place: str) -> Any:
    kind = shape["type"]
    if kind == "structure":
        found = {}
        for name, member in shape.get("members", {}).items():
            inner = known.shapes[member["shape"]]
            value = _read(known, inner, form, f"{place}.{name}" if place else name)
            if value is not None:
                found[name] = value
        return found or None
    if kind == "list":
        return _read_list(known, shape, form, place)
    return None if place not in form else _scalar(kind, form[place])


def _read_list(known: Model, shape: Shape, form: Mapping[str, str], place: str) -> list[Any] | None:
    inner = known.shapes[shape["member"]["shape"]]
    start = re.compile(re.escape(f"{place}.member.") + r"(\d+)(?:\.|$)")
    numbers = {int(m[1]) for key in form if (m := start.match(key))}
    found = [_read(known, inner, form, f"{place}.member.{n}") for n in sorted(numbers)]
    return found or None


def _scalar(kind: str, text: str) -> Any:
    if kind == "boolean":
        return text.lower() == "true"
    if kind not in NUMBERS:
        return text
    try:
        return float(text) if kind in ("float", "double") else int(text)
    except ValueError:
        raise Unreadable(f'For input string: "{text}"') from None


def write_xml(service: str, action: str, data: Mapping[str, Any]) -> Answer:
    """What a call answers, as the Query protocol gives it."""
    known, operation = model(service), model(service).operations[action]
    output = known.shapes.get(operation.output, {})
    inner = "".join(_members(known, output, data))
    wrapped = f"<{operation.wrapper}>{inner}</{operation.wrapper}>" if operation.wrapper else inner
    request = f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
    text = f'<{action}Response xmlns="{NAMESPACE}">{wrapped}{request}</{action}Response>'
    return 200, {"Content-Type": "text/xml"}, text.encode()


def _members(known: Model, shape: Shape, value: Mapping[str, Any]) -> list[str]:
    parts = []
    for name, member in shape.get("members", {}).items():
        if value.get(name) is not None:
            inner = _write(known, known.shapes[member["shape"]], value[name])
            parts.append(f"<{name}>{inner}</{name}>")
    return parts


def _write(known: Model, shape: Shape, value: Any) -> str:
    kind = shape["type"]
    if kind == "structure":
        return "".join(_members(known, shape, value))
    if kind == "list":
        inner = known.shapes[shape["member"]["shape"]]
        return "".join(f"<member>{_write(known, inner, each)}</member>" for each in value)
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "timestamp" and isinstance(value, (int, float)):
        moment = datetime.fromtimestamp(value, timezone.utc)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return escape(str(value))


def write_cbor(service: str, action: str, data: Mapping[str, Any]) -> Answer:
    """What a call answers, as the protocol named after CBOR gives it."""
    known = model(service)
    operation = known.operations.get(action)
    shape = known.shapes.get(operation.output, {}) if operation else {}
    return _cbor(200, _typed(known, {"type": "structure", **shape}, data))


def cbor_error(kind: str, message: str, status: int) -> Answer:
    """A refusal in the protocol named after CBOR."""
    return _cbor(status, {"__type": kind, "message": message})


def _cbor(status: int, data: Any) -> Answer:
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    return status, headers, cbor.dumps(data)


def _typed(known: Model, shape: Shape, value: Any) -> Any:
    """A value in the types that CBOR tells apart: moments, numbers with and without a point."""
    kind = shape["type"]
    if kind == "structure":
        members = shape.get("members", {})
        return {
            name: _typed(known, known.shapes[members[name]["shape"]], each)
            for name, each in value.items()
            if name in members and each is not None
        }
    if kind == "list":
        inner = known.shapes[shape["member"]["shape"]]
        return [_typed(known, inner, each) for each in value]
    if kind == "timestamp" and isinstance(value, (int, float)):
        return cbor.Moment(value)
    if kind in ("float", "double") and isinstance(value, (int, float)):
        return float(value)
    return int(value) if kind in ("integer", "long") else value
