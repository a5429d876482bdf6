"""Chapter 08: a key for one team more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

MADE = 'Give back {"red": aws.apigateway.ApiKey(…)}, then up().'


def joined(value: Any, outputs: Mapping[str, Any]) -> str:
    """A third team's key, which lets in, as the others go on to do."""
    steps.function(value)
    red = calls.as_team(outputs, "red", MADE)
    _let_in(outputs, "red", red, "The authorizer knows all keys of team_keys: run up() again.")
    blue = calls.as_team(outputs, "blue", "Give back red's key alone: the cell adds the others.")
    _let_in(outputs, "blue", blue, "Its key is another one now? Leave it as it is.")
    guess = calls.call(outputs, "GET", "/model", headers={"Authorization": "Bearer red"})
    if guess.status not in (401, 403):
        raise NotYet(
            f"A caller whose key is the word red gets {guess.status}.",
            "Leave value out: API Gateway makes one that nobody can guess.",
        )
    return "Red is let in with a key of its own, and blue with its own, as before."


def _let_in(outputs: Mapping[str, Any], team: str, headers: dict[str, str], hint: str) -> None:
    """Raise NotYet unless the function answers this team."""
    reply = calls.call(outputs, "GET", "/model", headers=headers)
    if reply.status != 200:
        raise NotYet(f"The team {team} gets {reply.status}: {reply.said[:200]}", hint)


EXERCISES = (
    Exercise(
        "8.1",
        "Write joined(): a dict with an API key for the team red, made as those of the others are. "
        "The checker calls with red's key, and with blue's.",
        joined,
        "team_keys, above, makes such a dict of several teams.",
        """def joined():
    return {"red": aws.apigateway.ApiKey(
        "teamKey-red", description="Of the team red")}""",
        "the key's name and description",
        calls=True,
    ),
)
