"""A reader as strict as a Go client: each answer's body against the service's own model.

boto3 forgives a number that came as text; a typed client does not. `watch` has every answer of a
boto3 client read once more, raw, and remembers what is wrong with it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import BaseCBORParser

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# The part of an answer that is no member of its output.
ENVELOPE = {"ResponseMetadata"}
# Where AWS was seen to answer a word that its own model does not have: "Creating".
BEYOND_ITS_MODEL = ".LastUpdateStatusReasonCode"


def watch(client: Any) -> list[str]:
    """What is wrong with the answers that this client gets from now on; it grows."""
    wrong: list[str] = []

    def read(operation_model: OperationModel, response_dict: dict[str, Any], **_: Any) -> None:
        if response_dict["status_code"] < 300:
            wrong.extend(
                f"{operation_model.name}{fault}" for fault in faults(operation_model, response_dict)
            )

    client.meta.events.register("before-parse.*", read)
    return wrong


def faults(operation: OperationModel, response: dict[str, Any]) -> Iterator[str]:
    """What of a raw answer does not fit the operation's output, each with its place."""
    output, body = operation.output_shape, response["body"]
    protocol = operation.service_model.resolved_protocol
    if output is None:
        if protocol != "query" and body not in (b"", b"{}", b"\xa0"):
            yield f": a body, {body[:60]!r}, where there is no output"
    elif getattr(body, "read", None) or output.serialization.get("payload"):
        return
    elif protocol == "query":
        yield from _xml(output, _result(operation, body), "")
    elif protocol == "smithy-rpc-v2-cbor":
        yield from _json(output, _of_cbor(body), "")
    else:
        yield from _json(output, json.loads(body or b"{}"), "")


def _of_cbor(body: bytes) -> Any:
    parser = BaseCBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))


# JSON


def _json(shape: Shape, value: Any, place: str) -> Iterator[str]:
    if value is None:
        yield f"{place}: null, where AWS leaves it out"
    elif isinstance(shape, StructureShape):
        yield from _structure(shape, value, place)
    elif isinstance(shape, (ListShape, MapShape)):
        kind = list if isinstance(shape, ListShape) else dict
        if not isinstance(value, kind):
            yield f"{place}: {value!r} is no {kind.__name__}"
            return
        inner = shape.member if isinstance(shape, ListShape) else shape.value
        pairs = enumerate(value) if isinstance(shape, ListShape) else value.items()
        for key, each in pairs:
            yield from _json(inner, each, f"{place}[{key}]")
    elif not _fits(shape, value) and not place.endswith(BEYOND_ITS_MODEL):
        yield f"{place}: {value!r} is no {shape.type_name}"


def _structure(shape: StructureShape, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: {value!r} is no structure"
        return
    members = {
        member.serialization.get("name", name): member
        for name, member in shape.members.items()
        if member.serialization.get("location") not in ("header", "headers", "statusCode")
    }
    for name, each in value.items():
        if name in members:
            yield from _json(members[name], each, f"{place}.{name}")
        elif name != "__type":
            yield f"{place}.{name}: AWS has no such member"


def _fits(shape: Shape, value: Any) -> bool:
    match shape.type_name:
        case "string" | "blob":
            return isinstance(value, str) and (not shape.enum or value in shape.enum or not value)
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "long":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float" | "double":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "timestamp":
            if isinstance(value, datetime):
                return True
            if shape.serialization.get("timestampFormat") == "iso8601":
                return isinstance(value, str) and bool(ISO.fullmatch(value))
            return isinstance(value, (int, float)) and not isinstance(value, bool)
    return False


# XML of the Query protocol


def _result(operation: OperationModel, body: bytes) -> ElementTree.Element:
    root = ElementTree.fromstring(body)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    wrapper = (operation.output_shape.serialization or {}).get("resultWrapper")
    found = root.find(wrapper) if wrapper else root
    return root if found is None else found


def _xml(shape: Shape, element: ElementTree.Element, place: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        members = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        for child in element:
            if child.tag in members:
                yield from _xml(members[child.tag], child, f"{place}.{child.tag}")
            elif child.tag not in ENVELOPE:
                yield f"{place}.{child.tag}: AWS has no such member"
    elif isinstance(shape, ListShape):
        for child in element:
            if child.tag != "member":
                yield f"{place}: {child.tag} in a list"
            yield from _xml(shape.member, child, f"{place}[]")
    elif isinstance(shape, MapShape):
        for child in element:
            if child.tag != "entry":
                yield f"{place}: {child.tag} in a map"
    elif not _reads(shape, element.text or ""):
        yield f"{place}: {element.text!r} is no {shape.type_name}"


def _reads(shape: Shape, text: str) -> bool:
    match shape.type_name:
        case "boolean":
            return text in ("true", "false")
        case "integer" | "long":
            return bool(re.fullmatch(r"-?\d+", text))
        case "float" | "double":
            return bool(re.fullmatch(r"-?\d+(\.\d+)?(E-?\d+)?", text)) and math.isfinite(
                float(text)
            )
        case "timestamp":
            return bool(ISO.fullmatch(text))
    return not shape.enum or text in shape.enum or not text
