"""Chapter 14: a field of one's own in the access log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lab.checks.shared import steps
from lab.exercise import calls, watched
from lab.exercise.state import Exercise, NotYet

AGENT = "course-checker/1.0"
KEPT = ("requestId", "status", "latency", "team")
NAME = "$context.identity has what is known of the caller; the variable's name ends in userAgent."


def with_agent(value: Any, outputs: Mapping[str, Any]) -> str:
    """A line that says with which program a call was made, a refused one's too."""
    steps.function(value)
    reply = calls.call(outputs, "GET", "/model", headers={"User-Agent": AGENT})
    line = _line(watched.lines(outputs, "access_log_group", reply.request_id))
    for name in KEPT:
        if name not in line:
            raise NotYet(
                f"The line has no {name!r} any more.", "Give back all of fields: {**fields, …}."
            )
    if "agent" not in line:
        raise NotYet("The line has no field 'agent'.", "Add it to fields, then run up().")
    if line["agent"] != AGENT:
        raise NotYet(f"The field says {line['agent']!r}, and the caller was {AGENT!r}.", NAME)
    return f"{line['status']}, and whoever was refused said to be {AGENT}."


def _line(found: list[str]) -> dict[str, Any]:
    if not found:
        raise NotYet(
            "The checker's call left no line.",
            "logging_account() of the file sets the account's role, then up().",
        )
    try:
        line = json.loads(found[0])
    except ValueError:
        line = None
    if not isinstance(line, dict):
        raise NotYet(
            f"The line is no JSON: {found[0][:200]}",
            "Give back a dict: stage_logging makes JSON of it.",
        )
    return line


EXERCISES = (
    Exercise(
        "14.1",
        "Write with_agent(fields): the fields of a line and one more, agent, the program that the "
        "caller says it is.",
        with_agent,
        "It is one variable of $context more; all other fields stay.",
        """def with_agent(fields):
    return {**fields, "agent": "$context.identity.userAgent"}""",
        "whether it is true: a caller can write anything there",
        calls=True,
    ),
)
