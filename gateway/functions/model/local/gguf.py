"""What a model file says of itself: the beginning of a GGUF file, names and their values."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# How numbers are written, by the number of their kind; the other two kinds have a length.
NUMBERS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd"))  # noqa: B905
TEXT, LIST = 8, 9
LENGTH = struct.Struct("<Q")
CONTROL = 3  # the kind of token that is no text, but frames it


def frames(file: Path) -> tuple[str, ...]:
    """The texts with which a model's chat format frames turns: tokens that are no text.

    These are the control tokens which the chat template writes, and those which begin, end or
    fill a text.
    """
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        about = dict(said(data))
    kinds = about["tokenizer.ggml.token_type"]
    template = about.get("tokenizer.chat_template", b"")
    named = {value for name, value in about.items() if name.endswith("_token_id")}
    return tuple(
        token.decode()
        for place, token in enumerate(about["tokenizer.ggml.tokens"])
        if kinds[place] == CONTROL and (place in named or token in template)
    )


def said(data: mmap.mmap) -> Iterator[tuple[str, Any]]:
    """The names and values at the beginning of the file."""
    magic, _version, _tensors, size = struct.unpack_from("<4sIQQ", data)
    if magic != b"GGUF":
        raise ValueError("this is no GGUF file")
    place = 24
    for _ in range(size):
        (name,), place = texts(data, place, 1)
        (kind,) = struct.unpack_from("<I", data, place)
        value, place = values(data, place + 4, kind, 1)
        yield name.decode(), value[0]


def values(data: mmap.mmap, place: int, kind: int, size: int) -> tuple[Any, int]:
    """So many values of a kind, and the place behind them."""
    if kind == TEXT:
        return texts(data, place, size)
    if kind == LIST:
        found = []
        for _ in range(size):
            inner, inner_size = struct.unpack_from("<IQ", data, place)
            value, place = values(data, place + 12, inner, inner_size)
            found.append(value)
        return found, place
    form = f"<{size}{NUMBERS[kind]}"
    return struct.unpack_from(form, data, place), place + struct.calcsize(form)


def texts(data: mmap.mmap, place: int, size: int) -> tuple[list[bytes], int]:
    """So many texts. There are a hundred thousand in a file, and a function waits for them."""
    found = []
    for _ in range(size):
        begin = place + LENGTH.size
        place = begin + LENGTH.unpack_from(data, place)[0]
        found.append(data[begin:place])
    return found, place
