"""What is answered where: an HTTP request in, an answer out.

Nothing here knows AWS, and the model is handed in, whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import prompts
from answers import Answer
from dialects import chat, messages, models, responses
from errors import ApiError
from inner import Backend

Method = Callable[[bytes, Backend], Answer]


@dataclass(frozen=True)
class Route:
    """A path: what answers there, and how.

    Attributes:
        methods: what answers each HTTP method.
        name: the path as the log shows it, without what a caller has put into it.
        streams: whether an answer may come in pieces, where the gateway takes them.
        error_body: a refusal in the shape of the path's dialect.
    """

    methods: dict[str, Method]
    name: str
    streams: bool = False
    error_body: Callable[[ApiError], dict[str, Any]] = ApiError.body

    def refusal(self, error: ApiError) -> Answer:
        """The answer that says no."""
        return Answer(error.status, self.error_body(error), error.headers)


def route(method: str, path: str, body: bytes, model: Backend, content_type: str = "") -> Answer:
    """Answer one request. What is wrong with it becomes a 4xx, never an exception."""
    here = at(path)
    try:
        if not here.methods:
            asked, known = ascii(path.rstrip("/"))[:100], ", ".join(ROUTES)
            raise ApiError(404, "not_found", f"There is nothing at {asked}, only {known}.")
        methods = {"OPTIONS", *here.methods, *(["HEAD"] if "GET" in here.methods else [])}
        allow = {"Allow": ", ".join(sorted(methods))}
        if method not in methods:
            message = f"This path answers {allow['Allow']}, not {ascii(method)[:20]}."
            raise ApiError(405, "method_not_allowed", message, headers=allow)
        if method == "OPTIONS":
            return Answer(204, headers=allow)
        if method == "HEAD":
            return Answer(here.methods["GET"](body, model).status)
        if method == "POST":
            refuse_other_types(content_type)
        return here.methods[method](body, model)
    except ApiError as error:
        return here.refusal(error)


def at(path: Any) -> Route:
    """What answers at a path; a route without methods where there is nothing."""
    path = str(path).rstrip("/")
    above, _, name = path.rpartition("/")
    if above == models.PATH:
        return Route({"GET": partial(models.show_one, name)}, f"{models.PATH}/{{model}}")
    return ROUTES.get(path, Route({}, "(unknown)"))


def refuse_other_types(content_type: str) -> None:
    """Refuse a body that says it is something else than JSON. It may say nothing."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        message = f"The body is {ascii(kind)[:60]}. Send JSON, and Content-Type: application/json."
        raise ApiError(415, "unsupported_media_type", message)


def embeddings(body: bytes, model: Backend) -> Answer:
    """What POST /embeddings answers: no, by name, so that nobody looks for a typing error."""
    message = (
        f"There is no embedding model here: {model.name} writes text, and what can be read off it "
        "compares texts poorly. Ask another service for embeddings."
    )
    raise ApiError(404, "model_not_found", message, "model")


ROUTES = {
    each.name: each
    for each in (
        Route({"GET": prompts.describe, "POST": prompts.answer}, prompts.PATH),
        Route({"GET": models.list_all}, models.PATH),
        Route({"POST": chat.completions}, chat.PATH, streams=True),
        Route({"POST": responses.create}, responses.PATH, streams=True),
        Route({"POST": responses.count_input}, responses.COUNT_PATH),
        Route({"POST": messages.create}, messages.PATH, True, messages.error_body),
        Route({"POST": messages.count_tokens}, messages.COUNT_PATH, False, messages.error_body),
        Route({"POST": embeddings}, "/embeddings"),
    )
}
