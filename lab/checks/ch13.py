"""Chapter 13: what a client sends to go on with a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lab.checks.shared import steps
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


EXERCISES = (
    Exercise(
        "13.1",
        "Write carry_on(messages, answer, question): the messages that ask a question after the "
        "model has answered.",
        carry_on,
        "Two messages more: what the model said, and what the user asks now.",
        """def carry_on(messages, answer, question):
    return [*messages, {"role": "assistant", "content": answer},
            {"role": "user", "content": question}]""",
        "how long a conversation may get: the context window ends it",
    ),
)
