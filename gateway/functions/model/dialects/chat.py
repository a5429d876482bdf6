"""OpenAI's chat completions, as far as a small model can follow.

What clients send is either understood, or known to change nothing here, or refused by name. Of
what OpenAI answers, all is there that a text model can fill in.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

import answering
import checks
from answers import Answer, event
from dialects import chat_checks, models
from inner import (
    ArgumentsPiece,
    Backend,
    Call,
    CallPiece,
    EndPiece,
    Piece,
    TextPiece,
    Usage,
    Whole,
)

PATH = "/chat/completions"
DONE = b"data: [DONE]\n\n"


def completions(body: bytes, model: Backend) -> Answer:
    """What POST /chat/completions answers, whole or streamed."""
    fields = chat_checks.given(checks.read(body, chat_checks.EXAMPLE, model.frames))
    delivery = chat_checks.delivery(fields)
    ask = chat_checks.asked(fields, model.limits)
    models.refuse_others(fields.get("model"), model)
    if not delivery.stream:
        return answering.at_once(ask, model, partial(completion, name=model.name))
    told = delivery.include_usage
    return answering.in_pieces(ask, model, partial(events, name=model.name, tell_usage=told))


def head(kind: str, name: str) -> dict[str, Any]:
    """How an answer, and each piece of a streamed one, begins."""
    id = f"chatcmpl-{uuid.uuid4().hex}"
    return {"id": id, "object": kind, "created": int(time.time()), "model": name}


def counted(usage: Usage) -> dict[str, int]:
    """The tokens of prompt and answer, and their sum."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
    }


def reason(end: EndPiece, calls: bool) -> str:
    """Why the answer is over, in OpenAI's words. A call that was cut is none that can be made."""
    if end.reason == "length":
        return "length"
    return "tool_calls" if calls else "stop"


def completion(done: Whole, name: str) -> dict[str, Any]:
    """An answer that comes whole."""
    message: dict[str, Any] = {"role": "assistant", "content": done.text, "refusal": None}
    message["annotations"] = []
    if done.calls:
        message["content"] = done.text or None
        message["tool_calls"] = [call(one) for one in done.calls]
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": reason(done.end, bool(done.calls)),
    }
    return {
        **head("chat.completion", name),
        "choices": [choice],
        "usage": counted(done.end.usage),
    }


def call(one: Call) -> dict[str, Any]:
    """A call of a tool."""
    function = {"name": one.name, "arguments": one.arguments}
    return {"id": one.id, "type": "function", "function": function}


def events(pieces: Iterator[Piece], name: str, tell_usage: bool) -> Iterator[bytes]:
    """An answer in server-sent events."""
    same = head("chat.completion.chunk", name)
    if tell_usage:
        same["usage"] = None  # OpenAI has it in each piece, and a number in the last

    def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return event({**same, "choices": [choice]})

    yield chunk({"role": "assistant", "content": "", "refusal": None})
    calls = 0
    for piece in pieces:
        if isinstance(piece, TextPiece):
            yield chunk({"content": piece.text})
        elif isinstance(piece, CallPiece):
            begun = call(Call(piece.id, piece.name, ""))
            yield chunk({"tool_calls": [{"index": calls, **begun}]})
            calls += 1
        elif isinstance(piece, ArgumentsPiece):
            more = {"index": calls - 1, "function": {"arguments": piece.text}}
            yield chunk({"tool_calls": [more]})
        else:
            yield chunk({}, reason(piece, calls > 0))
            if tell_usage:
                yield event({**same, "choices": [], "usage": counted(piece.usage)})
    yield DONE
