"""Chapter 20: a path of one's own that streams, and what a client makes of a stream."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from gateway import api
from lab.checks.shared import keyed, steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

# A model that is not there: the function refuses, and nobody waits for an answer.
ASKED = {"model": "none", "input": "Hello.", "max_output_tokens": 1}
TOLD = {"model": "none", "messages": [{"role": "user", "content": "Hello."}], "max_tokens": 1}


def any_shape(value: Any, outputs: Mapping[str, Any]) -> str:
    """A path of whatever name that leads to the function, asks for a key, and streams."""
    write = steps.function(value)
    _check_variable(write)
    for path, body in (("/responses", ASKED), ("/messages", TOLD)):
        reply = keyed.post(outputs, path, body)
        if calls.no_path(reply):
            raise NotYet(
                f"POST {path} gets {reply.status}: what is served has no such path or method.",
                "Give back the path, its method and its integration. Then up().",
            )
        calls.of_function(reply, f"POST {path}", "")
        if reply.header("Content-Length"):
            raise NotYet(
                f"POST {path} is answered in one piece of {reply.header('Content-Length')} bytes.",
                "The integration takes **invocation, which has all of the switch.",
            )
    other = calls.call(outputs, "POST", "/responses", json=ASKED)
    if other.status not in (401, 403):
        raise NotYet(
            f"POST /responses without a key gets {other.status}: everybody may ask there.",
            "The method takes **access.",
        )
    return f"One path for every shape: it streams, and without a key it is {other.status}."


def _check_variable(write: Callable[..., Any]) -> None:
    """One path, whose part stands for whatever was asked."""

    def step() -> Any:
        access = {"authorization": "NONE", "api_key_required": True}
        return write(api.rest_api({}), access, {"uri": "arn:any"})

    hint = 'path_below("shapePath", rest_api, rest_api.root_resource_id, "{shape}")'
    path = steps.only(steps.declared(step), "Resource", hint).inputs
    if not re.fullmatch(r"\{\w+\+?\}", str(path.get("pathPart"))):
        raise NotYet(
            f"The path is {path.get('pathPart')!r}: that is one name.",
            "A part in braces stands for whatever is asked: {shape}.",
        )


def _event(delta: Mapping[str, Any] | None, reason: str | None = None) -> str:
    """A line of a stream; without a delta, the one that counts the tokens: it has no choices."""
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    usage = {"prompt_tokens": 26, "completion_tokens": 3}
    rest = {"choices": []} if delta is None else {"choices": [choice]}
    return "data: " + json.dumps({"id": "chatcmpl-1", **rest, "usage": usage})


BEGIN = [_event({"role": "assistant", "content": ""}), ""]
END = [_event({}, "stop"), "", "data: [DONE]", ""]
WORDS = [line for word in ("Hel", "lo", "!") for line in (_event({"content": word}), "")]
# What is told when text_of fails on it, and the lines. Each has one thing more to look out for.
STREAMS: tuple[tuple[str, list[str], str], ...] = (
    ("a stream of three pieces", [*BEGIN, *WORDS, *END], "Hello!"),
    (
        "a text with `data: ` in it, and a line end",
        [*BEGIN, _event({"content": "the data: \n"}), "", _event({"content": " [DONE]"}), "", *END],
        "the data: \n [DONE]",
    ),
    (
        "a piece whose content is null",
        [_event({"role": "assistant", "content": None}), "", *WORDS, *END],
        "Hello!",
    ),
    (
        "a piece without choices, which counts the tokens",
        [*BEGIN, *WORDS, _event({}, "stop"), "", _event(None), "", "data: [DONE]", ""],
        "Hello!",
    ),
    (
        "a line that begins with a colon: a comment, which keeps the connection open",
        [": keep-alive", "", *BEGIN, *WORDS, *END],
        "Hello!",
    ),
)


def text_of(value: Any, _: Mapping[str, Any]) -> str:
    """The text of an answer that came in server-sent events."""
    read = steps.function(value)
    for what, lines, wanted in STREAMS:
        got = steps.called(
            read,
            list(lines),
            what=what,
            hint="Not every line is JSON, not every piece has choices, and not each delta has a "
            "content.",
        )
        if got != wanted:
            said = "nothing" if got is None else repr(got)
            raise NotYet(
                f"With {what}, it gives {said} in place of {wanted!r}.",
                "Skip what does not begin with 'data: ', cut that off, stop at [DONE]; the text is "
                "in choices[0], delta, content.",
            )
    return "It reads what OpenAI's clients read: pieces, their end, and what is no text."


EXERCISES = (
    Exercise(
        "20.1",
        "Write any_shape(rest_api, access, invocation): the parts with which POST /{shape}, for "
        "whatever shape is, leads to the function and streams.",
        any_shape,
        "Path, method and integration, as for conversations: path_below, path_method, "
        "proxy_integration.",
        """def any_shape(rest_api, access, invocation):
    path = path_below(
        "shapePath", rest_api, rest_api.root_resource_id, "{shape}")
    method = path_method("shapeMethod", rest_api, path, "POST", access)
    return [path, method, proxy_integration(
        "shapeIntegration", rest_api, method, invocation)]""",
        "bodies: no validator looks at what is sent there",
        calls=True,
    ),
    Exercise(
        "20.2",
        "Write text_of(lines): the answer's text, from the lines of a stream of server-sent "
        "events.",
        text_of,
        'A loop over the lines: what begins with "data: " is JSON after that, but for [DONE].',
        """def text_of(lines):
    text = ""
    for line in lines:
        data = line.removeprefix("data: ")
        if data == line or data == "[DONE]":
            continue
        for choice in json.loads(data)["choices"]:
            text += choice["delta"].get("content") or ""
    return text""",
        "a stream that breaks off: without [DONE], an answer is not complete",
    ),
)
