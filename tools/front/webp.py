"""An animated WebP from still ones: the container alone, no pixel is touched.

The format is RIFF, as developers.google.com/speed/webp/docs/riff_container describes it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PIXELS = (b"VP8 ", b"VP8L", b"ALPH")


@dataclass(frozen=True)
class Frame:
    """A piece of the picture that changes.

    Attributes:
        left, top: where it is, in even pixels.
        shown: milliseconds until the next.
        still: a WebP of this piece.
    """

    left: int
    top: int
    width: int
    height: int
    shown: int
    still: bytes


def animated(frames: Iterable[Frame], width: int, height: int) -> bytes:
    """One file that plays the frames again and again, each over those before.

    Raises:
        ValueError: a frame is no WebP, or stands at an odd pixel.
    """
    head = struct.pack("<B3x", 0x02) + _three(width - 1) + _three(height - 1)
    chunks = [_chunk(b"VP8X", head), _chunk(b"ANIM", struct.pack("<IH", 0xFFFFFFFF, 0))]
    chunks += [_chunk(b"ANMF", _framed(frame)) for frame in frames]
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _framed(frame: Frame) -> bytes:
    if frame.left % 2 or frame.top % 2:
        raise ValueError(f"a frame begins at {frame.left}, {frame.top}: these must be even")
    place = _three(frame.left // 2) + _three(frame.top // 2)
    size = _three(frame.width - 1) + _three(frame.height - 1) + _three(frame.shown)
    kept = (_chunk(name, data) for name, data in chunks(frame.still) if name in PIXELS)
    return place + size + b"\x02" + b"".join(kept)  # 2: laid over what is there, not mixed


def chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a WebP file: (name, content).

    Raises:
        ValueError: it is none.
    """
    if file[:4] != b"RIFF" or file[8:12] != b"WEBP":
        raise ValueError("a frame is no WebP")
    at = 12
    while at + 8 <= len(file):
        name, (size,) = file[at : at + 4], struct.unpack("<I", file[at + 4 : at + 8])
        yield name, file[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _three(value: int) -> bytes:
    return struct.pack("<I", value)[:3]
