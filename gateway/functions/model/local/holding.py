"""Answers that have to be a JSON object: none is begun that is something else."""

from __future__ import annotations

import json
from collections.abc import Iterator

from errors import ApiError
from inner import EndPiece, Piece, TextPiece


def held(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, of which the text is an object.

    A schema that llama.cpp could not follow leaves the model free to write anything. That shows in
    the first character; so the first piece is looked at before anybody sees it.

    Raises:
        ApiError: 400, before the first piece: this schema cannot be held.
        ValueError: at the end, the whole is no JSON, although nothing has cut it.
    """
    text = ""
    for piece in pieces:
        if isinstance(piece, TextPiece):
            text += piece.text
        whole = isinstance(piece, EndPiece) and piece.reason == "stop"
        if not text.startswith("{") and (text or whole):
            message = "The model cannot be held to this schema: no answer fits all of it."
            raise ApiError(400, "invalid_schema", message)
        if whole:
            json.loads(text)
        yield piece
