"""What a dialect does with each field of a request: three lists, and a fourth that nobody wrote.

*Used* fields change the answer. *Harmless* ones are sent by clients on their own and change
nothing here. *Refused* ones would make the answer another one, which this gateway cannot give. A
name on none of the lists is newer than this gateway: it is left out, and the answer says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from checks import Check
from errors import ApiError
from inner import Ask, Message

HEADER = "x-ignored-fields"  # the header that says so
PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")  # what may stand in a header
NAMES = 20


@dataclass(frozen=True)
class Lists:
    """The fields of a dialect.

    Attributes:
        used: how each field that changes the answer is checked, and what it becomes.
        harmless: how each field that changes nothing is checked.
        refused: why a field is refused, as the end of a sentence.
    """

    used: dict[str, Check]
    harmless: dict[str, Check]
    refused: dict[str, str]


@dataclass(frozen=True)
class Request:
    """A request that has been read.

    Attributes:
        ask: what the model is asked.
        stream: whether the answer is wanted in pieces.
        ignored: names of fields that were sent and changed nothing.
        echoed: what the dialect repeats in its answer.
    """

    ask: Ask
    stream: bool
    ignored: list[str]
    echoed: dict[str, Any] = field(default_factory=dict)


def read(given: dict[str, Any], lists: Lists) -> tuple[dict[str, Any], list[str]]:
    """The fields that are used, each checked; and the names of those that are not.

    A field that is null is one that is not there: so some clients leave out what they do not set.

    Raises:
        ApiError: 400, a field is refused, or its value is wrong.
    """
    used: dict[str, Any] = {}
    ignored: list[str] = []
    for name, value in given.items():
        if value is None:
            continue
        if name in lists.used:
            used[name] = lists.used[name](value, name)
            continue
        if name in lists.refused and value not in (False, [], {}, ""):
            message = f"{name} is not supported here: {lists.refused[name]}."
            raise ApiError(400, "unsupported_parameter", message, name)
        if name in lists.harmless:
            lists.harmless[name](value, name)
        ignored.append(name)
    return used, ignored


def told(ignored: list[str]) -> dict[str, str]:
    """The header that names what was ignored; none where nothing was.

    A caller chooses these names: what may not stand in a header is only counted.
    """
    plain = [name for name in ignored if PLAIN_NAME.fullmatch(name)][:NAMES]
    others = len(ignored) - len(plain)
    names = [*plain, *([f"({others} more)"] if others else [])]
    return {HEADER: ", ".join(names)} if names else {}


def turns(placed: Sequence[tuple[str, Message]]) -> tuple[Message, ...]:
    """The conversation, if the model can go on from it.

    Args:
        placed: its turns, each with the place in the request where it stands.

    Raises:
        ApiError: 400, a result belongs to no call before it, or the last turn is the assistant's:
            words put into the model's mouth, which it cannot go on from.
    """
    called: set[str] = set()
    for place, message in placed:
        called.update(call.id for call in message.calls)
        if message.role == "tool" and message.call_id not in called:
            text = f"There is no call {message.call_id} before its result."
            raise ApiError(400, "invalid_request", text, place)
    messages = tuple(message for _, message in placed)
    if messages and messages[-1].role == "assistant":
        text = "The last turn is the assistant's; it must be one that it can answer."
        raise ApiError(400, "invalid_request", text, placed[-1][0])
    return messages
