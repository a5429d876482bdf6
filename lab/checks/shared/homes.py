"""What graders share that ask a model's homes: calls with a team's key, and who has answered them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.exercise import calls
from lab.exercise.state import NotYet
from lab.prompt.state import Reply

SERVED_BY = "x-served-by"
PROMPT = {"prompt": "Say hi.", "max_tokens": 1}
RULE_HINT = "Declare the rule at the listener that you are given, and up() before you check."


def ask(outputs: Mapping[str, Any], path: str, **headers: str) -> Reply:
    """A short prompt to a path of the stage, with the key of the first team.

    Raises:
        NotYet: there is no stage, or nothing answers there.
    """
    return calls.call(
        outputs, "POST", path, json=PROMPT, headers={**calls.key_of(outputs), **headers}
    )


def look(outputs: Mapping[str, Any], path: str) -> Reply:
    """GET of a path of the stage, with the key of the first team.

    Raises:
        NotYet: there is no stage, or nothing answers there.
    """
    return calls.call(outputs, "GET", path, headers=calls.key_of(outputs))


def others_as_before(outputs: Mapping[str, Any], hint: str) -> None:
    """Whether another path still leads to an instance, past the rule that was added.

    Raises:
        NotYet: it does not.
    """
    other = look(outputs, "/instances/models")
    if not server(other):
        raise NotYet(
            f"GET /instances/models gets {other.status}, and from no instance: the rule takes it, too.",
            hint,
        )


def server(reply: Reply) -> str:
    """Who has answered, as its header says: `stable/127.31.0.5:8080`, `function`, or ""."""
    return reply.header(SERVED_BY)
