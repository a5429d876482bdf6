"""Chapter 25: whether to ask the next backend, and a share of the traffic for another pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import steps
from lab.exercise.state import Exercise, NotYet

# What a backend did: its status (0: no connection), whether a token was seen; whether to go on.
CASES = (
    (200, True, False, "an answer"),
    (503, False, True, "a 503 before a token"),
    (429, False, True, "a 429: too much for this one"),
    (0, False, True, "no connection"),
    (400, False, False, "a 400: the request is wrong, and the next would say so, too"),
    (404, False, False, "a 404: there is no such model"),
    (503, True, False, "a failure after the first token: the caller has read it"),
    (0, True, False, "a connection that breaks after the first token"),
    (408, False, True, "a 408: it waited too long for us"),
)


def ask_next(value: Any, _: Mapping[str, Any]) -> str:
    """Whether the next backend is asked."""
    decide = steps.function(value)
    for status, seen, truth, what in CASES:
        tip = "Two numbers to compare with, and one flag."
        got = steps.called(decide, status, seen, what=what, hint=tip)
        if bool(got) != truth:
            told = "asks the next" if got else "gives up"
            raise NotYet(
                f"With {what}, it {told}.",
                "Never after a token. Else: no connection, 408, 429 and everything from 500 on.",
            )
    return "It goes on where another can help, and never once a token was seen."


def quarter(value: Any, _: Mapping[str, Any]) -> str:
    """A listener's action that gives a quarter to the candidate."""
    write = steps.function(value)
    tip = "It gives back a dictionary; nothing has to be declared."
    action = steps.called(write, "arn:stable", "arn:candidate", hint=tip)
    groups = _groups(action)
    weights = {each.get("arn"): each.get("weight") for each in groups}
    if set(weights) != {"arn:stable", "arn:candidate"}:
        raise NotYet(
            f"Its target groups are {', '.join(map(str, weights)) or 'none'}.",
            'forward has "target_groups": a list of {"arn": ..., "weight": ...}.',
        )
    stable, candidate = weights["arn:stable"], weights["arn:candidate"]
    if not isinstance(stable, int) or not isinstance(candidate, int) or stable + candidate <= 0:
        raise NotYet(
            f"The weights are {stable!r} and {candidate!r}.",
            "Whole numbers of 0 to 999, and not all 0: then nobody is asked, and callers see 503.",
        )
    if stable != 3 * candidate:
        raise NotYet(
            f"The candidate gets {candidate} of {stable + candidate}.",
            "A quarter: one of four, or 25 of 100.",
        )
    return "One request of four goes to the candidate, drawn anew for each."


def _groups(action: Any) -> list[dict[str, Any]]:
    if not isinstance(action, dict) or action.get("type") != "forward":
        raise NotYet(
            f"It gives {action!r}.", 'A listener\'s action begins {"type": "forward", ...}.'
        )
    forward = action.get("forward")
    groups = forward.get("target_groups") if isinstance(forward, dict) else None
    if not isinstance(groups, list) or not all(isinstance(each, dict) for each in groups):
        raise NotYet(
            "It has no forward with target_groups.",
            "target_group_arn names one group; for shares, it is forward, as in the step shares.",
        )
    return groups


EXERCISES = (
    Exercise(
        "25.1",
        "Write ask_next(status, token_seen): whether the next backend is asked. The status is 0 "
        "where there was no connection.",
        ask_next,
        "First the token; then what another backend could do better.",
        """def ask_next(status, token_seen):
    if token_seen:
        return False
    return status in (0, 408, 429) or status >= 500""",
        "a backend that answers 200 and says nothing: it has to be given up by the clock",
    ),
    Exercise(
        "25.2",
        "Write quarter(stable, candidate): a listener's action that gives a quarter of the "
        "requests to the second of two target groups' ARNs.",
        quarter,
        'A dictionary with "type" and "forward"; the step shares makes a part of one.',
        """def quarter(stable, candidate):
    groups = [{"arn": stable, "weight": 3}, {"arn": candidate, "weight": 1}]
    return {"type": "forward", "forward": {"target_groups": groups}}""",
        "whether the candidate is healthy: its quarter is not given to others",
    ),
)
