"""The server-sent events of chat completions, read into pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from errors import ApiError
from inner import ArgumentsPiece, CallPiece, EndPiece, Piece, TextPiece, Usage

DATA, DONE = b"data:", b"[DONE]"


def pieces(lines: Iterator[bytes], prompt_tokens: int) -> Iterator[Piece]:
    """The pieces of an answer, an EndPiece last.

    Until the backend tells how many tokens it took, each piece counts as one.

    Args:
        prompt_tokens: how many the prompt is thought to have.

    Raises:
        ApiError: 502, the stream tells of an error, has no end, or is something else.
    """
    usage, reason = Usage(prompt_tokens), ""
    for data in datas(lines):
        if data == DONE:
            break
        event = read(data)
        if told := event.get("usage"):
            usage = Usage(told["prompt_tokens"], told["completion_tokens"])
        for choice in event.get("choices", ()):
            for piece in delta(choice.get("delta") or {}, usage):
                usage = piece.usage
                yield piece
            reason = choice.get("finish_reason") or reason
    if not reason:
        raise ApiError(502, "backend_lost", "The backend's answer has no end.", type="server_error")
    yield EndPiece("length" if reason == "length" else "stop", usage)


def datas(lines: Iterator[bytes]) -> Iterator[bytes]:
    """What events carry; comments, names and empty lines carry nothing."""
    for line in lines:
        if line.startswith(DATA):
            yield line[len(DATA) :].strip()


def read(data: bytes) -> dict[str, Any]:
    """One event. A backend may answer 200, and tell of its failure in here."""
    try:
        event = json.loads(data)
    except ValueError:
        event = None
    if not isinstance(event, dict) or "error" in event:
        message = "The backend has failed while it answered."
        raise ApiError(502, "backend_failed", message, type="server_error")
    return event


def delta(given: dict[str, Any], usage: Usage) -> Iterator[Piece]:
    """The pieces in one event."""
    more = Usage(usage.prompt_tokens, usage.completion_tokens + 1)
    if text := given.get("content"):
        yield TextPiece(text, more)
    for call in given.get("tool_calls") or ():
        function = call.get("function") or {}
        if call.get("id"):
            yield CallPiece(call["id"], function["name"], more)
        if arguments := function.get("arguments"):
            yield ArgumentsPiece(arguments, more)
