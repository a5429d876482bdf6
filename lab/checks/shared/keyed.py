"""What graders share that ask a gateway which asks for a key: a call by the team blue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.exercise import calls
from lab.exercise.state import NotYet
from lab.prompt.state import Reply

HELLO = {"prompt": "Say hello.", "max_tokens": 1}


def post(outputs: Mapping[str, Any], path: str, body: Mapping[str, Any]) -> Reply:
    """POST a body to a path of the stage, with the team's key.

    Raises:
        NotYet: nothing is deployed, or nothing answers.
    """
    return calls.call(outputs, "POST", path, json=dict(body), headers=calls.key_of(outputs))


def answered(outputs: Mapping[str, Any]) -> Reply:
    """A short prompt of the checker's own, which the function has answered.

    Raises:
        NotYet: nothing is deployed, or it gets another answer.
    """
    reply = post(outputs, "/model", HELLO)
    if reply.status != 200:
        raise NotYet(
            f"The checker's prompt gets {reply.status}: {reply.said[:200]}",
            "It has to be answered: are all steps of the file in place, and deployed?",
        )
    return reply
