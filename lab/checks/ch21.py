"""Chapter 21: one dialect as another, and a rate for one path alone."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lab.checks.shared import keyed, steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet
from lab.prompt.state import Reply

HELLO = {"role": "user", "content": "Hello."}
BLOCKS = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo."}]
WHOLE: dict[str, Any] = {"model": "m", "max_tokens": 8, "messages": [HELLO]}
PLAIN: dict[str, Any] = {**WHOLE, "temperature": 0.5}
# What is told when to_chat fails on it, the request for Messages, the one for chat completions.
BODIES: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("a request that both dialects spell alike", PLAIN, PLAIN),
    (
        "a system prompt",
        {**WHOLE, "system": "Be brief."},
        {**WHOLE, "messages": [{"role": "system", "content": "Be brief."}, HELLO]},
    ),
    ("blocks of text", {**WHOLE, "messages": [{"role": "user", "content": BLOCKS}]}, WHOLE),
    (
        "a system prompt of blocks",
        {**WHOLE, "system": BLOCKS},
        {**WHOLE, "messages": [{"role": "system", "content": "Hello."}, HELLO]},
    ),
    ("stop_sequences", {**WHOLE, "stop_sequences": ["."]}, {**WHOLE, "stop": ["."]}),
)


def to_chat(value: Any, _: Mapping[str, Any]) -> str:
    """A request for Messages, as one for chat completions."""
    write = steps.function(value)
    for what, body, wanted in BODIES:
        given = deepcopy(body)
        got = steps.called(
            write,
            given,
            what=what,
            hint="system and stop_sequences may be missing, and each text may be a list of blocks.",
        )
        if given != body:
            raise NotYet(
                f"With {what}, it changes the request that it was given, which is the caller's.",
                "Make a new dict: {**body, …}.",
            )
        if got != wanted:
            raise NotYet(
                f"With {what}, it gives {got!r} in place of {wanted!r}."[:300],
                'The text of blocks is "".join(block["text"] for block in blocks); what the other '
                "dialect does not know is not in it.",
            )
    return "That is what a gateway does for each dialect; the way back is another function."


COUNT, ANSWER = "/messages/count_tokens", "/messages"
TRIES = 3


def count_limit(value: Any, outputs: Mapping[str, Any]) -> str:
    """Counting is throttled to one request a second, and nothing else is."""
    steps.function(value)
    counted = [
        keyed.post(outputs, COUNT, {"model": "none", "messages": [HELLO]}) for _ in range(TRIES)
    ]
    if calls.no_path(counted[0]):
        raise NotYet(f"POST {COUNT} gets {counted[0].status}: it is not served.", "Run up().")
    if all(_throttled(reply) for reply in counted):
        raise NotYet(
            f"{TRIES} calls of POST {COUNT} were all refused: nobody can count any more.",
            "throttling_rate_limit=1, throttling_burst_limit=1. If they are: wait a second.",
        )
    if not any(_throttled(reply) for reply in counted):
        raise NotYet(
            f"{TRIES} calls of POST {COUNT} at once were all let through.",
            'method_path="~1messages~1count_tokens/POST": each / of the path is ~1. Then up().',
        )
    others = [keyed.post(outputs, ANSWER, {**WHOLE, "model": "none"}) for _ in range(2)]
    if any(_throttled(reply) for reply in others):
        raise NotYet(
            f"Two calls of POST {ANSWER} get 429, too.",
            "Name the one path: */* is every method of the stage.",
        )
    through = sum(not _throttled(reply) for reply in counted)
    return f"{through} of {TRIES} at once were counted, the others got 429; {ANSWER} is as before."


def _throttled(reply: Reply) -> bool:
    return reply.status == 429


EXERCISES = (
    Exercise(
        "21.1",
        "Write to_chat(body): of a request for Messages the one for chat completions.",
        to_chat,
        "A function for a text that may be a list of blocks, used for system and for each message.",
        """def to_chat(body):
    def text(said):
        if isinstance(said, str):
            return said
        return "".join(block["text"] for block in said)

    chat = {**body, "messages": [{**one, "content": text(one["content"])}
                                 for one in body["messages"]]}
    if "system" in chat:
        first = {"role": "system", "content": text(chat.pop("system"))}
        chat["messages"] = [first, *chat["messages"]]
    if "stop_sequences" in chat:
        chat["stop"] = chat.pop("stop_sequences")
    return chat""",
        "tools, their results and images: gateway/functions/model/dialects has them",
    ),
    Exercise(
        "21.2",
        "Write count_limit(rest_api, stage): the settings with which POST /messages/count_tokens "
        "takes one request a second, and one at once.",
        count_limit,
        "aws.apigateway.MethodSettings, as in chapter 11; each / of a path is written ~1.",
        """def count_limit(rest_api, stage):
    return aws.apigateway.MethodSettings(
        "countLimit", rest_api=rest_api.id, stage_name=stage.stage_name,
        method_path="~1messages~1count_tokens/POST", settings={
            "throttling_rate_limit": 1, "throttling_burst_limit": 1})""",
        "log levels: settings of one method replace all of those for every method",
        calls=True,
    ),
)
