"""Answers that have to be a JSON object: none is begun that is something else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from errors import ApiError
from inner import EndPiece, Piece, TextPiece


def held(pieces: Iterator[Piece], fits: Callable[[Any], bool]) -> Iterator[Piece]:
    """The same pieces, of which the text is what a schema wants.

    What llama.cpp cannot follow of a schema, it drops in silence, and the model is free to write
    anything: from the start, which shows in the first character, before anybody has seen it; or
    from somewhere in the middle, which shows at the end.

    Args:
        fits: whether a value is what the schema wants.

    Raises:
        ApiError: 400: this schema cannot be held.
    """
    text = ""
    for piece in pieces:
        if isinstance(piece, TextPiece):
            text += piece.text
        whole = isinstance(piece, EndPiece) and piece.reason == "stop"
        begun_wrong = not text.startswith("{") and (text or whole)
        if begun_wrong or (whole and not is_json(text, fits)):
            message = "The model cannot be held to this schema: no answer fits all of it."
            raise ApiError(400, "invalid_schema", message)
        yield piece


def is_json(text: str, fits: Callable[[Any], bool]) -> bool:
    """Whether a text is JSON that fits."""
    try:
        return fits(json.loads(text))
    except ValueError:
        return False
