"""What is answered where: an HTTP request in, an answer out.

Nothing here knows AWS, and the model is handed in, whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import chat
import prompts
from answers import Answer
from errors import ApiError
from inner import Backend

Route = Callable[[bytes, Backend], Answer]


def route(method: str, path: str, body: bytes, model: Backend, content_type: str = "") -> Answer:
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
    return path if path in (prompts.PATH, chat.MODELS, chat.PATH) else "(unknown)"


def methods_at(path: str) -> dict[str, Route]:
    """What answers the HTTP methods of a path."""
    routes: dict[str, dict[str, Route]] = {
        prompts.PATH: {"GET": prompts.describe, "POST": prompts.answer},
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
