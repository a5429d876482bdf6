"""Chapter 99: what a clean-up may delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import steps
from lab.exercise.state import Exercise, NotYet

OURS, LOG = "0123456789abcdef", "arn:aws:logs:us-east-1:123456789012:log-group:"
STATE = {f"{LOG}in-use"}
TAGS = {"gateway:stack": "course", "gateway:owner": OURS}
ANOTHER = "Its owner is somebody else: their stack may have the same name."
# An ARN, its tags, whether it may go, and why.
CASES: tuple[tuple[str, dict[str, str], bool, str], ...] = (
    ("forgotten", TAGS, True, "Its owner is you, and no state has it: it may go."),
    ("in-use", TAGS, False, "The state has it: destroy() deletes it, in the right order."),
    ("theirs", {**TAGS, "gateway:owner": "someone"}, False, ANOTHER),
    ("bare", {}, False, "It has no tags. What does not say that it is yours is not yours."),
)  # fmt: skip


def may_go(value: Any, _: Mapping[str, Any]) -> str:
    """Whether a clean-up may delete a thing."""
    decide = steps.function(value)
    for name, tags, truth, why in CASES:
        what = f"a log group {name!r}"
        hint = "A thing may have no tag of this name: tags.get(...) then gives None."
        got = steps.called(decide, LOG + name, dict(tags), set(STATE), OURS, what=what, hint=hint)
        if not isinstance(got, bool):
            raise NotYet(f"With {what}, your function gives {got!r}.", "True or False is wanted.")
        if got != truth:
            raise NotYet(
                f"With {what}, your function says {got}. {why}", "Two questions, joined by an and."
            )
    return "Ours by its tag, and in no state: both, or it stays."


EXERCISES = (
    Exercise(
        "99.1",
        "Write may_go(arn, tags, known, owner): whether a clean-up may delete a thing. known "
        "are the ARNs in the state, owner is you.",
        may_go,
        "Two things have to be true: whose it is, and that no state has it.",
        """def may_go(arn, tags, known, owner):
    return tags.get("gateway:owner") == owner and arn not in known""",
        "ARNs that the tagging API still lists after they are gone",
    ),
)
