"""Chapter 20: an integration that streams, and what a client makes of a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws

from gateway import api
from gateway.limits import path_method
from lab.checks.shared import steps
from lab.exercise.state import Exercise, NotYet

ENDING = "/response-streaming-invocations"
TWO_MINUTES = 120_000  # milliseconds


def two_minutes(value: Any, _: Mapping[str, Any]) -> str:
    """The integration of a method that streams for up to two minutes."""
    write = steps.function(value)

    def step() -> Any:
        rest_api = api.rest_api({})
        access = {"authorization": "NONE", "api_key_required": True}
        method = path_method("chatMethod", rest_api, _path(rest_api), "POST", access)
        return write(rest_api, method, _function())

    hint = "Declare one aws.apigateway.Integration and return it."
    given = steps.only(steps.declared(step), "Integration", hint).inputs
    _check_place(given)
    _check_stream(given)
    milliseconds = given.get("timeoutMilliseconds")
    if milliseconds != TWO_MINUTES:
        raise NotYet(
            f"The timeout_milliseconds is {milliseconds or 'not set: 29 seconds'}.",
            "Two minutes are 120,000 milliseconds.",
        )
    return "Tokens are handed on as they come, and the last one may come after two minutes: if the function's own timeout is as long."


def _path(rest_api: aws.apigateway.RestApi) -> aws.apigateway.Resource:
    return aws.apigateway.Resource(
        "completionsPath",
        rest_api=rest_api.id,
        parent_id=rest_api.root_resource_id,
        path_part="completions",
    )


def _function() -> aws.lambda_.Function:
    return aws.lambda_.Function(
        "LanguageModelLambda",
        role="arn:aws:iam::123456789012:role/any",
        runtime="python3.12",
        handler="handler.handler",
    )


def _check_place(given: Mapping[str, Any]) -> None:
    wanted = {
        "restApi": ("languageModelApi-id", "rest_api=rest_api.id"),
        "resourceId": ("completionsPath-id", "resource_id=method.resource_id"),
        "httpMethod": ("POST", "http_method=method.http_method"),
        "type": ("AWS_PROXY", 'Chapter 05: type="AWS_PROXY".'),
        "integrationHttpMethod": ("POST", 'Chapter 05: integration_http_method="POST".'),
    }
    steps.inputs(given, wanted)


def _check_stream(given: Mapping[str, Any]) -> None:
    streams = given.get("responseTransferMode") == "STREAM"
    ready = str(given.get("uri", "")).endswith(ENDING)
    if ready and not streams:
        raise NotYet(
            "The ARN is the one for streams, but the gateway still waits for the whole answer.",
            'response_transfer_mode="STREAM".',
        )
    if streams and not ready:
        raise NotYet(
            "It wants to stream, and its uri is not the ARN for that.",
            "uri=function.response_streaming_invoke_arn.",
        )
    if not streams:
        raise NotYet(
            "This integration waits for the whole answer, and then hands it on.",
            "The step streaming, above, has both halves of the switch.",
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
        "Write two_minutes(rest_api, method, function): the integration of a method that hands on "
        "tokens for up to two minutes.",
        two_minutes,
        "Chapter 05's integration, with the three arguments of the step streaming.",
        """def two_minutes(rest_api, method, function):
    return aws.apigateway.Integration(
        "patientIntegration",
        rest_api=rest_api.id,
        resource_id=method.resource_id,
        http_method=method.http_method,
        type="AWS_PROXY",
        integration_http_method="POST",
        uri=function.response_streaming_invoke_arn,
        response_transfer_mode="STREAM",
        timeout_milliseconds=120_000,
    )""",
        "credentials: the API's role, or a permission of the function",
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
