"""Values as they cross the wire, and as Python.

The protocol carries JSON with signed objects for what JSON lacks. Here an unknown value is
`UNKNOWN`, a secret is `Secret(value)`, and assets and archives stay the signed dicts that they
are: they hold a path or a text, and a hash.

Not pulumi.runtime.rpc: it is a program's side of the wire. It waits for outputs, makes a whole map
secret for one secret in it, knows one of the texts for unknown, and takes 0.3 s to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

SIG = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
DEFAULTS = "__defaults"  # among arguments: the names of those that the provider filled in
# One text for each type of value that is not known yet; providers send the first.
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWN_TEXTS = {
    UNKNOWN_TEXT,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}

Values = dict[str, Any]


class Unknown:
    """The type of UNKNOWN, of which there is one."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the engine encrypts in the state and hides on screen."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(...)"


def decode(struct: struct_pb2.Struct) -> Values:
    """A message as Python values; whole numbers are int."""
    return {name: _decode(value) for name, value in struct.fields.items()}


def _decode(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWN_TEXTS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _signed(decode(value.struct_value))
    return None


def _signed(value: Values) -> Any:
    """The value behind a signed object; other objects as they are."""
    signature = value.get(SIG)
    if signature == SECRET:
        return Secret(value.get("value"))
    if signature == OUTPUT:
        known = value.get("value", UNKNOWN)
        return Secret(known) if value.get("secret") else known
    return value


def encode(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Python values as a message; names whose value is None are left out."""
    struct = struct_pb2.Struct()
    for name, value in values.items():
        if value is not None:
            _encode(value, struct.fields[name])
    return struct


def _encode(value: Any, into: struct_pb2.Value) -> None:
    if value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif value is UNKNOWN:
        into.string_value = UNKNOWN_TEXT
    elif isinstance(value, Secret):
        into.struct_value.CopyFrom(encode({SIG: SECRET, "value": value.value}))
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, (int, float)):
        into.number_value = value
    elif isinstance(value, Mapping):
        into.struct_value.CopyFrom(encode(value))
    elif isinstance(value, (list, tuple)):
        into.list_value.SetInParent()
        for item in value:
            _encode(item, into.list_value.values.add())
    else:
        into.string_value = str(value)


def plain(value: Any) -> Any:
    """The value without secrets, at any depth, and without names whose value is None."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:
    """Whether anything in the value is not known yet."""
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN


def has_secret(value: Any) -> bool:
    """Whether anything in the value is secret."""
    if isinstance(value, dict):
        return any(has_secret(item) for item in value.values())
    if isinstance(value, list):
        return any(has_secret(item) for item in value)
    return isinstance(value, Secret)


def mark(value: Any, like: Any) -> Any:
    """The value with the secrets of another one, which has the same form or nearly so.

    Where the forms differ, all is secret that could be: an output may not leak what an argument
    kept.
    """
    if not has_secret(like) or value is None or isinstance(value, Secret):
        return value
    if isinstance(like, Secret):
        return Secret(value)
    if isinstance(like, dict) and isinstance(value, dict):
        return {name: mark(item, like.get(name)) for name, item in value.items()}
    if isinstance(like, list) and isinstance(value, list) and len(like) == len(value):
        return [mark(item, model) for item, model in zip(value, like, strict=True)]
    return Secret(value)


def is_asset(value: Any) -> bool:
    """Whether the value is an asset or an archive."""
    return isinstance(value, dict) and value.get(SIG) in (ASSET, ARCHIVE)
