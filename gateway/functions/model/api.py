"""What is answered where: an HTTP request in, an answer out.

Nothing here knows AWS, and the model is handed in: something with NAME, SYSTEM_PROMPT,
PROMPT_TOKENS, complete(request) and stream(request).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import chat
import checks
from answers import Answer
from errors import ApiError

EXAMPLE = '{"prompt": "..."}'


def route(method: str, path: str, body: bytes, model: Any, content_type: str = "") -> Answer:
    """Answer one request. What is wrong with it becomes a 4xx, never an exception."""
    try:
        methods = methods_at(path)
        known = {"OPTIONS", *methods, *(["HEAD"] if "GET" in methods else [])}
        allow = {"Allow": ", ".join(sorted(known))}
        if method not in known:
            message = f"This path answers {allow['Allow']}, not {ascii(method)[:20]}."
            raise ApiError(405, "method_not_allowed", message, headers=allow)
        if method == "OPTIONS":
            return Answer(204, headers=allow)
        if method == "HEAD":
            return Answer(methods["GET"](body, model).status)
        if method == "POST":
            refuse_other_types(content_type)
        return methods[method](body, model)
    except ApiError as error:
        return Answer(error.status, error.body(), error.headers)


def known_path(path: str) -> str:
    """A path as the log shows it: without what a caller put into it, which may be a prompt."""
    path = path.rstrip("/")
    if path.rpartition("/")[0] == chat.MODELS:
        return f"{chat.MODELS}/{{model}}"
    return path if path in ("/model", chat.MODELS, chat.PATH) else "(unknown)"


def methods_at(path: str) -> dict[str, Callable[[bytes, Any], Answer]]:
    """What answers the HTTP methods of a path."""
    routes: dict[str, dict[str, Callable[[bytes, Any], Answer]]] = {
        "/model": {"GET": describe, "POST": prompt},
        chat.MODELS: {"GET": chat.models},
        chat.PATH: {"POST": chat.completions},
    }
    path = path.rstrip("/")
    above, _, name = path.rpartition("/")
    if above == chat.MODELS:
        return {"GET": partial(chat.one_model, name)}
    if path not in routes:
        known = ", ".join(routes)
        raise ApiError(404, "not_found", f"There is nothing at {ascii(path)[:100]}, only {known}.")
    return routes[path]


def refuse_other_types(content_type: str) -> None:
    """Refuse a body that says it is something else than JSON. It may say nothing."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        message = f"The body is {ascii(kind)[:60]}. Send JSON, and Content-Type: application/json."
        raise ApiError(415, "unsupported_media_type", message)


def describe(body: bytes, model: Any) -> Answer:
    """What GET answers: the model's name, its limits, and what counts if nothing is said."""
    limits = {
        "prompt_tokens": model.PROMPT_TOKENS,
        "max_tokens": checks.MAX_TOKENS,
        "stop": checks.STOPS,
        "body_bytes": checks.BODY_BYTES,
    }
    return Answer(200, {"name": model.NAME, "limits": limits, "defaults": checks.DEFAULTS})


def prompt(body: bytes, model: Any) -> Answer:
    """What POST answers, in our own shape or, where there are "inputs", in LangChain's."""
    fields = checks.read(body, EXAMPLE)
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
    return Answer(200, answer, usage=done["usage"], first_token=done.get("first_token"))


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
    answer = [{"generated_text": generated}]
    return Answer(200, answer, usage=done["usage"], first_token=done.get("first_token"))


def complete(text: str, options: dict[str, Any], model: Any) -> dict[str, Any]:
    """Put a prompt behind the system prompt, and ask the model."""
    messages = [
        {"role": "system", "content": model.SYSTEM_PROMPT},
        {"role": "user", "content": text},
    ]
    done: dict[str, Any] = model.complete({**checks.DEFAULTS, **options, "messages": messages})
    return done
