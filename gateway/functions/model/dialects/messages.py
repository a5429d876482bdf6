"""Anthropic's Messages: text, tools and JSON, whole or streamed, and a count of tokens.

A message has a list of blocks: text, or the use of a tool. In a stream, each block starts, grows
by deltas and stops. Every event needs its name: Anthropic's clients skip an event without one.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

import answering
from answers import Answer, event
from dialects import fields, messages_checks
from errors import ApiError
from inner import ArgumentsPiece, Backend, CallPiece, EndPiece, Piece, TextPiece, Usage, Whole

PATH = "/messages"
COUNT_PATH = "/messages/count_tokens"

# The kinds of errors by their status; clients choose an exception by the status, and show this.
ERROR_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
}


def create(body: bytes, model: Backend) -> Answer:
    """What POST /messages answers, whole or streamed."""
    request = messages_checks.read(body, model)
    begun = opening(model.name)
    if request.stream:
        answer = answering.in_pieces(request.ask, model, partial(events, begun), broken)
    else:
        answer = answering.at_once(request.ask, model, partial(message, begun))
    answer.headers.update(fields.told(request.ignored))
    return answer


def count_tokens(body: bytes, model: Backend) -> Answer:
    """What POST /messages/count_tokens answers: how many tokens that request would read."""
    request = messages_checks.read_for_count(body, model)
    answer = Answer(200, {"input_tokens": model.count(request.ask)})
    answer.headers.update(fields.told(request.ignored))
    return answer


def error_body(error: ApiError) -> dict[str, Any]:
    """A refusal in Anthropic's shape."""
    rest = "api_error" if error.status >= 500 else "invalid_request_error"
    kind = ERROR_TYPES.get(error.status, rest)
    return {"type": "error", "error": {"type": kind, "message": error.message}}


def opening(model_name: str) -> dict[str, Any]:
    """A message that has only begun."""
    return {
        "id": f"msg_{uuid.uuid4().hex}",
        "type": "message",
        "role": "assistant",
        "model": model_name,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
        "usage": counted(Usage()),
    }


def counted(usage: Usage) -> dict[str, Any]:
    """The tokens, as Messages names them: none is from a cache, none is thought."""
    return {
        "input_tokens": usage.prompt_tokens,
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": None,
        "cache_creation": None,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "server_tool_use": None,
        "inference_geo": None,
        "service_tier": "standard",
    }


def ended(end: EndPiece, called: bool) -> dict[str, Any]:
    """Why nothing more comes."""
    reason = {"length": "max_tokens", "stop": "end_turn"}.get(end.reason, end.reason)
    if called and end.reason == "stop":
        reason = "tool_use"
    return {"stop_reason": reason, "stop_sequence": end.stopped_by}


# Blocks


def text_block(text: str = "") -> dict[str, Any]:
    """Some text."""
    return {"type": "text", "text": text, "citations": None}


def tool_use(call_id: str, name: str, arguments: str = "{}") -> dict[str, Any]:
    """A tool that the client is asked to run. Arguments that max_tokens has cut are no JSON."""
    try:
        given = json.loads(arguments)
    except ValueError:
        given = {}
    return {
        "type": "tool_use",
        "id": "toolu_" + call_id.removeprefix("call_"),
        "name": name,
        "input": given,
        "caller": {"type": "direct"},
    }


def message(begun: dict[str, Any], done: Whole) -> dict[str, Any]:
    """A message that comes whole."""
    blocks = [tool_use(call.id, call.name, call.arguments) for call in done.calls]
    if done.text or not blocks:
        blocks.insert(0, text_block(done.text))
    why = ended(done.end, called=bool(done.calls))
    return {**begun, "content": blocks, **why, "usage": counted(done.end.usage)}


# Events


def events(begun: dict[str, Any], pieces: Iterator[Piece]) -> Iterator[bytes]:
    """A message in server-sent events."""
    for each in told(begun, pieces):
        yield event(each, name=each["type"])


def broken(error: ApiError) -> bytes:
    """The event that tells of a failure."""
    return event(error_body(error), name="error")


def told(begun: dict[str, Any], pieces: Iterator[Piece]) -> Iterator[dict[str, Any]]:
    """What happens, in the order that clients expect: no event may be missing."""
    first = next(pieces)
    read = counted(Usage(first.usage.prompt_tokens, 0))
    yield {"type": "message_start", "message": {**begun, "usage": read}}
    blocks: list[str] = []  # the types of the blocks so far: the last one is open
    for piece in chain([first], pieces):
        if isinstance(piece, TextPiece):
            if blocks[-1:] != ["text"]:
                yield from stopped(blocks)
                yield started(blocks, text_block())
            yield delta(blocks, {"type": "text_delta", "text": piece.text})
        elif isinstance(piece, CallPiece):
            yield from stopped(blocks)
            yield started(blocks, tool_use(piece.id, piece.name))
        elif isinstance(piece, ArgumentsPiece):
            yield delta(blocks, {"type": "input_json_delta", "partial_json": piece.text})
        else:
            if not blocks:
                yield started(blocks, text_block())
            yield from stopped(blocks)
            why = ended(piece, called="tool_use" in blocks)
            yield {"type": "message_delta", "delta": why, "usage": counted(piece.usage)}
            yield {"type": "message_stop"}


def started(blocks: list[str], block: dict[str, Any]) -> dict[str, Any]:
    """A block starts."""
    blocks.append(block["type"])
    return {"type": "content_block_start", "index": len(blocks) - 1, "content_block": block}


def delta(blocks: list[str], more: dict[str, Any]) -> dict[str, Any]:
    """The block grows."""
    return {"type": "content_block_delta", "index": len(blocks) - 1, "delta": more}


def stopped(blocks: list[str]) -> Iterator[dict[str, Any]]:
    """The block is done, if there is one."""
    if blocks:
        yield {"type": "content_block_stop", "index": len(blocks) - 1}
