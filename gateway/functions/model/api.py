"""The contract of `/model`: an HTTP request in, an answer out.

Nothing here knows AWS, and the model is handed in: something with NAME, SYSTEM_PROMPT,
PROMPT_TOKENS and complete(request).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import checks
from errors import ApiError

PATH = "/model"
ALLOW = "GET, HEAD, OPTIONS, POST"
DEFAULTS = {"max_tokens": 128, "temperature": 0.0}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer whose body is not yet text. `usage` is for the log."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)


def route(method: str, path: str, body: bytes, model: Any) -> Answer:
    """Answer one request. What is wrong with it becomes a 4xx, never an exception."""
    try:
        if path.rstrip("/") != PATH:
            message = f"There is nothing at {ascii(path)[:100]}, only {PATH}."
            raise ApiError(404, "not_found", message)
        if method == "GET":
            return Answer(200, describe(model))
        if method == "HEAD":
            return Answer(200)
        if method == "OPTIONS":
            return Answer(204, headers={"Allow": ALLOW})
        if method == "POST":
            return prompt(body, model)
        message = f"{PATH} answers {ALLOW}, not {ascii(method)[:20]}."
        raise ApiError(405, "method_not_allowed", message, headers={"Allow": ALLOW})
    except ApiError as error:
        return Answer(error.status, error.body(), error.headers)


def describe(model: Any) -> dict[str, Any]:
    """What GET answers: the model's name, its limits, and what counts if nothing is said."""
    limits = {
        "prompt_tokens": model.PROMPT_TOKENS,
        "max_tokens": checks.MAX_TOKENS,
        "stop": checks.STOPS,
        "body_bytes": checks.BODY_BYTES,
    }
    return {"name": model.NAME, "limits": limits, "defaults": DEFAULTS}


def prompt(body: bytes, model: Any) -> Answer:
    """What POST answers, in our own shape or, where there are "inputs", in LangChain's."""
    fields = checks.read(body)
    if "inputs" in fields:
        return langchain(fields, model)
    checks.allow_only(fields, ["prompt", *checks.OPTIONS])
    text = checks.text(fields.get("prompt"), "prompt")
    done = complete(text, checks.options(fields, checks.OPTIONS), model)
    answer = {
        "completion": done["text"],
        "model": model.NAME,
        "usage": done["usage"],
        "finish_reason": done["finish_reason"],
    }
    return Answer(200, answer, usage=done["usage"])


def langchain(fields: dict[str, Any], model: Any) -> Answer:
    """The shape that LangChain's AmazonAPIGateway sends and expects back."""
    checks.allow_only(fields, ["inputs", "parameters"])
    text = checks.text(fields["inputs"], "inputs")
    given = fields.get("parameters", {})
    if not isinstance(given, dict):
        raise checks.wrong("parameters", given, "an object")
    checks.allow_only(given, checks.PARAMETERS, within="parameters.")
    options = checks.options(given, checks.PARAMETERS, within="parameters.")
    options.pop("num_return_sequences", None)
    if "max_new_tokens" in options:
        options["max_tokens"] = options.pop("max_new_tokens")
    if not options.pop("do_sample", True):
        options["temperature"] = 0.0
    repeat = options.pop("return_full_text", False)
    done = complete(text, options, model)
    generated = text + done["text"] if repeat else done["text"]
    return Answer(200, [{"generated_text": generated}], usage=done["usage"])


def complete(text: str, options: dict[str, Any], model: Any) -> dict[str, Any]:
    """Put a prompt behind the system prompt, and ask the model."""
    messages = [
        {"role": "system", "content": model.SYSTEM_PROMPT},
        {"role": "user", "content": text},
    ]
    return model.complete({**DEFAULTS, **options, "messages": messages})


def failed(request_id: str) -> Answer:
    """The answer when the fault is ours. Why is for the log, not for the caller."""
    message = f"The function failed. Its log says why, under request {request_id}."
    return Answer(500, {"error": {"type": "internal_error", "message": message}})
