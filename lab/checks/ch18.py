"""Chapter 18: what a client sends to go on with a conversation, and what it gets for a wrong path."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lab.checks.shared import steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

ASKED, SAID, NEXT = "What is gravity?", "A force.", "Who found it?"
BEFORE = [
    {"role": "system", "content": "You are brief."},
    {"role": "user", "content": ASKED},
]


def carry_on(value: Any, _: Mapping[str, Any]) -> str:
    """The messages that ask the next question of a conversation."""
    write = steps.function(value)
    messages = deepcopy(BEFORE)
    tip = "It is called as carry_on(messages, answer, question): a list, and two texts."
    got = steps.called(write, messages, SAID, NEXT, hint=tip)
    if not isinstance(got, list):
        raise NotYet(f"It gives a {type(got).__name__}.", "messages is a list: give back a list.")
    if messages != BEFORE:
        raise NotYet(
            "It changes the list that it was given, which is somebody else's.",
            "[*messages, …] is a new list.",
        )
    _check_turns(got)
    return "All that was said goes along each time: the model keeps nothing between two calls."


def _check_turns(got: list[Any]) -> None:
    if got[: len(BEFORE)] != BEFORE:
        raise NotYet(
            "What was said before is not sent again, so the model would not know of it.",
            "Begin with all of messages, as they are.",
        )
    added = got[len(BEFORE) :]
    if {"role": "assistant", "content": SAID} not in added:
        raise NotYet(
            "The answer is not among the messages, or not as the model's.",
            'It is a message of the role "assistant".',
        )
    if added != [{"role": "assistant", "content": SAID}, {"role": "user", "content": NEXT}]:
        raise NotYet(
            "After the answer, the question does not come as the last message, of the user.",
            '{"role": "user", "content": question}, and nothing behind it.',
        )


def unknown(value: Any, outputs: Mapping[str, Any]) -> str:
    """A path that does not exist: 404, in the shape that clients of OpenAI parse."""
    steps.function(value)
    reply = calls.call(outputs, "GET", "/no-such-path")
    if reply.status == 403:
        raise NotYet(
            "GET /no-such-path still gets 403: clients raise PermissionDeniedError.",
            "The response_type is MISSING_AUTHENTICATION_TOKEN, the status_code 404. Then up().",
        )
    if reply.status != 404:
        raise NotYet(f"GET /no-such-path gets {reply.status}.", 'status_code="404"')
    error = reply.data.get("error") if isinstance(reply.data, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        raise NotYet(
            f"404, but clients find no error in it: {reply.body[:200]!r}",
            'The body is JSON: {"error": {"message": …, "type": …, "code": …}}.',
        )
    if error.get("code") != "unknown_url":
        raise NotYet(f"The code is {error.get('code')!r}.", "It is unknown_url, as OpenAI's is.")
    other = calls.call(outputs, "GET", "/model")
    if other.status == 404:
        raise NotYet(
            "GET /model gets 404 now, too.", "DEFAULT_4XX is every refusal: take the one kind."
        )
    return f"404 unknown_url, so clients raise NotFoundError; /model says {other.status} as before."


EXERCISES = (
    Exercise(
        "18.1",
        "Write carry_on(messages, answer, question): the messages that ask a question after the "
        "model has answered.",
        carry_on,
        "Two messages more: what the model said, and what the user asks now.",
        """def carry_on(messages, answer, question):
    return [*messages, {"role": "assistant", "content": answer},
            {"role": "user", "content": question}]""",
        "how long a conversation may get: the context window ends it",
    ),
    Exercise(
        "18.2",
        "Write unknown(rest_api): a list with the gateway response that makes of a path which does not "
        "exist a 404 in OpenAI's shape, with the code unknown_url.",
        unknown,
        "aws.apigateway.Response, as in chapter 07; the template is JSON with error in it.",
        """def unknown(rest_api):
    error = {"type": "invalid_request_error", "code": "unknown_url",
             "message": "There is no such path.", "param": None}
    return [aws.apigateway.Response(
        "unknownUrl", rest_api_id=rest_api.id, status_code="404",
        response_type="MISSING_AUTHENTICATION_TOKEN",
        response_templates={
            "application/json": json.dumps({"error": error})})]""",
        "type and message: clients show them, and raise by status and code",
        calls=True,
    ),
)
