"""Forms, XML and CBOR on the wire, for calls that are answered in JSON within; by the service's model.

CBOR is botocore's own: it has no direction, so what reads answers reads requests too. Importing it
takes 5 MB and a tenth of a second, when the first such call comes.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from sandbox.server.base.emulator import Answer
from sandbox.server.base.query_protocol import tree, xml
from sandbox.server.control.input_check import Unreadable, scalar
from sandbox.server.control.service_models import Model, Shape, model

NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/"
EMPTY: Shape = {"type": "structure", "members": {}}
# What a refusal is in the protocol named after CBOR.
REFUSAL: dict[str, Shape] = {
    "Refusal": {
        "type": "structure",
        "members": {"__type": {"shape": "Text"}, "message": {"shape": "Text"}},
    },
    "Text": {"type": "string"},
}


def target(headers: Any) -> str:
    """The call that a request of a JSON service names; empty for all others."""
    return str((headers or {}).get("x-amz-target", "")).rpartition(".")[2]


# The Query protocol


def read_form(service: str, action: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The input of a call, by the service's model.

    Raises:
        Unreadable: a value is no number where one has to be.
    """
    known = model(service)
    found = _read(known, known.shapes.get(known.operations[action].input, EMPTY), tree(form))
    return dict(found or {})


def _read(known: Model, shape: Shape, given: Any) -> Any:
    kind = shape["type"]
    if kind == "structure":
        if not isinstance(given, dict):
            return None
        found = {
            name: _read(known, known.shapes[member["shape"]], given[name])
            for name, member in shape.get("members", {}).items()
            if name in given
        }
        return {name: value for name, value in found.items() if value is not None} or None
    if kind == "list":
        inner = known.shapes[shape["member"]["shape"]]
        return [_read(known, inner, each) for each in given] if isinstance(given, list) else None
    return scalar(shape, given) if isinstance(given, str) else None


def write_xml(service: str, action: str, data: Mapping[str, Any]) -> Answer:
    """What a call answers, as the Query protocol gives it."""
    known, operation = model(service), model(service).operations[action]
    inner = xml(_typed(known, known.shapes.get(operation.output, EMPTY), data))
    wrapped = f"<{operation.wrapper}>{inner}</{operation.wrapper}>" if operation.wrapper else inner
    request = f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
    text = f'<{action}Response xmlns="{NAMESPACE}">{wrapped}{request}</{action}Response>'
    return 200, {"Content-Type": "text/xml"}, text.encode()


# The protocol named after CBOR


def read_cbor(body: bytes) -> dict[str, Any]:
    """The input of a call; moments are seconds since 1970.

    Raises:
        Unreadable: the body is not a map in CBOR.
    """
    from botocore.parsers import BaseCBORParser, ResponseParserError

    if not body:
        return {}
    parser = BaseCBORParser(timestamp_parser=lambda seconds: seconds)
    stream = parser.get_peekable_stream_from_bytes(body)
    broken = (ResponseParserError, ValueError, TypeError, ArithmeticError, MemoryError)
    try:
        data = parser.parse_data_item(stream)
    except (*broken, RecursionError) as error:
        raise Unreadable(f"The request body is not valid CBOR: {error}") from None
    if stream.read(1):
        raise Unreadable("The request body is not valid CBOR: more follows the value")
    if not isinstance(data, dict) or not _in_json(data):
        raise Unreadable("Unexpected type found where a structure was expected")
    return data


def _in_json(value: Any) -> bool:
    """Whether JSON can say it too: CBOR has bytes, and keys that are no texts."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _in_json(each) for key, each in value.items())
    return all(map(_in_json, value)) if isinstance(value, list) else not isinstance(value, bytes)


def write_cbor(service: str, action: str, data: Mapping[str, Any]) -> Answer:
    """What a call answers."""
    known = model(service)
    operation = known.operations.get(action)
    output = operation.output if operation else ""
    shape = known.shapes.get(output, EMPTY)
    return _cbor(200, _typed(known, shape, data), {**known.shapes, output: shape}, output)


def cbor_error(kind: str, message: str, status: int) -> Answer:
    """A refusal."""
    return _cbor(status, {"__type": kind, "message": message}, REFUSAL, "Refusal")


def _cbor(status: int, data: Any, shapes: dict[str, Shape], name: str) -> Answer:
    from botocore.model import OperationModel, ServiceModel
    from botocore.serialize import create_serializer

    # An answer of one shape is written like a request for a call that takes that shape.
    service = ServiceModel({"metadata": {"targetPrefix": ""}, "shapes": shapes})
    call = OperationModel({"input": {"shape": name}}, service, name)
    writer = create_serializer("smithy-rpc-v2-cbor", include_validation=False)
    body = writer.serialize_to_request(data, call)["body"]
    return status, {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, body


def _typed(known: Model, shape: Shape, value: Any) -> Any:
    """An answer with the members and the types of the model, which JSON tells apart less."""
    kind = shape["type"]
    if kind == "structure":
        return {
            name: _typed(known, known.shapes[member["shape"]], value[name])
            for name, member in shape.get("members", {}).items()
            if value.get(name) is not None
        }
    if kind == "list":
        inner = known.shapes[shape["member"]["shape"]]
        return [_typed(known, inner, each) for each in value]
    if kind == "timestamp" and isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, timezone.utc)
    if kind in ("float", "double") and isinstance(value, (int, float)):
        return float(value) if math.isfinite(value) else 0.0
    if kind in ("integer", "long"):
        return int(value)
    return str(value) if kind == "string" else value
