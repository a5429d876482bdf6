"""The events of ConverseStream, read into pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from inner import ArgumentsPiece, CallPiece, EndPiece, Piece, TextPiece, Usage

Reason = Literal["stop", "length", "stop_sequence"]
# Of why it ended. What a guardrail has cut is over, too: its text was told.
REASONS: dict[str, Reason] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "stop_sequence": "stop_sequence",
}


def pieces(events: Iterable[dict[str, Any]], prompt_tokens: int) -> Iterator[Piece]:
    """The pieces of an answer, an EndPiece last. Usage comes at the end: until then a piece is one.

    Args:
        prompt_tokens: how many the prompt is thought to have.
    """
    usage, reason = Usage(prompt_tokens), ""
    for event in events:
        for piece in begun(event, usage):
            usage = piece.usage
            yield piece
        if stop := event.get("messageStop"):
            reason = stop["stopReason"]
        if told := event.get("metadata"):
            usage = Usage(told["usage"]["inputTokens"], told["usage"]["outputTokens"])
    yield EndPiece(REASONS.get(reason, "stop"), usage)


def begun(event: dict[str, Any], usage: Usage) -> Iterator[Piece]:
    """The pieces in one event; what a model thinks aloud is no part of its answer."""
    more = Usage(usage.prompt_tokens, usage.completion_tokens + 1)
    if use := event.get("contentBlockStart", {}).get("start", {}).get("toolUse"):
        yield CallPiece(use["toolUseId"], use["name"], more)
    delta = event.get("contentBlockDelta", {}).get("delta", {})
    if text := delta.get("text"):
        yield TextPiece(text, more)
    if arguments := delta.get("toolUse", {}).get("input"):
        yield ArgumentsPiece(arguments, more)
