"""OpenAI's endpoints, as far as a small model can follow: /models and /chat/completions.

What clients send is either understood, or known to change nothing here, or refused by name. Of
what OpenAI answers, all is there that a text model can fill in.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from typing import Any

import chat_checks
import checks
from answers import Answer, event
from errors import ApiError

PATH = "/chat/completions"
MODELS = "/models"
LOADED = int(time.time())
DONE = b"data: [DONE]\n\n"


def models(body: bytes, model: Any) -> Answer:
    """What GET /models answers: there is one."""
    return Answer(200, {"object": "list", "data": [described(model)]})


def one_model(name: str, body: bytes, model: Any) -> Answer:
    """What GET /models/NAME answers."""
    refuse_other_models(name, model)
    return Answer(200, described(model))


def described(model: Any) -> dict[str, Any]:
    """The model, as OpenAI describes one."""
    return {"id": model.NAME, "object": "model", "created": LOADED, "owned_by": "gateway"}


def refuse_other_models(name: Any, model: Any) -> None:
    """Refuse a model that is not here."""
    if not isinstance(name, str):
        raise checks.wrong("model", name, f"text: {model.NAME}")
    if name != model.NAME:
        message = f"There is no model {ascii(name)[:60]} here, only {model.NAME}."
        raise ApiError(404, "model_not_found", message, "model")


def completions(body: bytes, model: Any) -> Answer:
    """What POST /chat/completions answers, whole or streamed."""
    started = time.perf_counter()
    fields = checks.read(body, chat_checks.EXAMPLE)
    given = chat_checks.checked(fields)
    refuse_other_models(given.pop("model"), model)
    stream, tell_usage = given.pop("stream"), given.pop("include_usage")
    if model.SYSTEM_PROMPT_FIRST or given["messages"][0]["role"] != "system":
        # A caller's own takes the place of ours, unless ours is to come first. With none, the
        # model's own template would put its maker's one there.
        given["messages"].insert(0, {"role": "system", "content": model.SYSTEM_PROMPT})
    request = {**checks.DEFAULTS, **given}
    if not stream:
        done = model.complete(request)
        answer = completion(done, model)
        return Answer(200, answer, usage=done["usage"], first_token=done.get("first_token"))
    usage: dict[str, int] = {}
    pieces = events(request, model, usage, tell_usage)
    next(pieces)
    first_token = time.perf_counter() - started
    return Answer(200, pieces, usage=usage, first_token=first_token)


def head(kind: str, model: Any) -> dict[str, Any]:
    """How an answer, and each piece of a streamed one, begins."""
    name = f"chatcmpl-{uuid.uuid4().hex}"
    return {"id": name, "object": kind, "created": int(time.time()), "model": model.NAME}


def counted(usage: dict[str, int]) -> dict[str, int]:
    """The tokens of prompt and answer, and their sum."""
    return {**usage, "total_tokens": sum(usage.values())}


def completion(done: dict[str, Any], model: Any) -> dict[str, Any]:
    """An answer that comes whole."""
    message = {"role": "assistant", "content": done["text"], "refusal": None, "annotations": []}
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": done["finish_reason"],
    }
    return {
        **head("chat.completion", model),
        "choices": [choice],
        "usage": counted(done["usage"]),
    }


def events(
    request: dict[str, Any], model: Any, usage: dict[str, int], tell_usage: bool
) -> Iterator[bytes]:
    """An answer in server-sent events. Closing it stops the model.

    The first piece is empty and says that the model has begun. What is wrong with the request is
    raised before it, while another status than 200 is still possible; and only a generator that
    has begun cleans up when it is closed.
    """
    same = head("chat.completion.chunk", model)
    if tell_usage:
        same["usage"] = None  # OpenAI has it in each piece, and a number in the last

    def piece(delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return event({**same, "choices": [choice]})

    with closing(model.stream(request)) as parts:
        first = next(parts)
        yield b""
        yield piece({"role": "assistant", "content": "", "refusal": None})
        for part in chain([first], parts):
            usage.update(part["usage"])
            if part["text"]:
                yield piece({"content": part["text"]})
            if part["finish_reason"]:
                yield piece({}, part["finish_reason"])
    if tell_usage:
        yield event({**same, "choices": [], "usage": counted(usage)})
    yield DONE
