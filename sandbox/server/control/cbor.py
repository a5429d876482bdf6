"""CBOR (RFC 8949), as much as AWS's protocol of that name uses; the emulator has none of its own."""

from __future__ import annotations

import math
import struct
from typing import Any

Item = tuple[Any, int]  # a value, and where it ends

FLOATS = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}
SIMPLE = {20: False, 21: True, 22: None, 23: None}
EPOCH = 1  # the tag of a moment, in seconds
BREAK = 0xFF
DEEPEST = 64


class Malformed(ValueError):
    """The bytes are no CBOR."""


class Moment(float):
    """Seconds since 1970, which CBOR marks as a moment."""


def loads(data: bytes) -> Any:
    """The value that the bytes are.

    Raises:
        Malformed: they are not exactly one value.
    """
    try:
        value, end = _item(data, 0, 0)
    except (IndexError, struct.error, UnicodeDecodeError, TypeError, OverflowError) as error:
        raise Malformed(str(error)) from None
    if end != len(data):
        raise Malformed(f"{len(data) - end} bytes follow the value")
    return value


def _item(data: bytes, at: int, depth: int) -> Item:
    if depth > DEEPEST:
        raise Malformed("values are nested too deep")
    major, low = data[at] >> 5, data[at] & 31
    if major == 7:
        return _simple(data, at, low)
    if low == 31 and major in (2, 3, 4, 5):
        return _endless(data, at + 1, major, depth)
    number, at = _number(data, at + 1, low)
    if major in (0, 1):
        return (number if major == 0 else -1 - number), at
    if major in (2, 3):
        text = data[at : at + number]
        if len(text) < number:
            raise Malformed("the value is cut short")
        return (text if major == 2 else text.decode()), at + number
    if major == 6:
        return _item(data, at, depth + 1)
    if number > len(data):
        raise Malformed("the value is cut short")
    items = []
    for _ in range(number * (major - 3)):
        value, at = _item(data, at, depth + 1)
        items.append(value)
    return _collection(major, items), at


def _collection(major: int, items: list[Any]) -> Any:
    if major == 4:
        return items
    return dict(zip(items[::2], items[1::2], strict=True))


def _endless(data: bytes, at: int, major: int, depth: int) -> Item:
    items = []
    while data[at] != BREAK:
        value, at = _item(data, at, depth + 1)
        items.append(value)
    if major == 2:
        return b"".join(items), at + 1
    if major == 3:
        return "".join(items), at + 1
    if major == 5 and len(items) % 2:
        raise Malformed("a key without a value")
    return _collection(major, items), at + 1


def _number(data: bytes, at: int, low: int) -> tuple[int, int]:
    if low < 24:
        return low, at
    if low > 27:
        raise Malformed(f"{low} is no length")
    size = 1 << (low - 24)
    if at + size > len(data):
        raise Malformed("the value is cut short")
    return int.from_bytes(data[at : at + size], "big"), at + size


def _simple(data: bytes, at: int, low: int) -> Item:
    if low in FLOATS:
        form, size = FLOATS[low]
        return struct.unpack_from(form, data, at + 1)[0], at + 1 + size
    if low not in SIMPLE:
        raise Malformed(f"{low} is no simple value")
    return SIMPLE[low], at + 1


def dumps(value: Any) -> bytes:
    """A value as CBOR; what is null is left out of maps, as AWS does."""
    if value is None or isinstance(value, bool):
        return bytes([0xF6 if value is None else 0xF5 if value else 0xF4])
    if isinstance(value, Moment):
        return _head(6, EPOCH) + b"\xfb" + struct.pack(">d", value)
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value if math.isfinite(value) else 0.0)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(3, len(text)) + text
    if isinstance(value, (list, tuple)):
        return _head(4, len(value)) + b"".join(dumps(each) for each in value)
    pairs = {key: each for key, each in value.items() if each is not None}
    return _head(5, len(pairs)) + b"".join(dumps(k) + dumps(v) for k, v in pairs.items())


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for low, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([major << 5 | low]) + number.to_bytes(size, "big")
    raise Malformed(f"{number} is too big")
