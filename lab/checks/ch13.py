"""Chapter 13: what a reservation leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import steps
from lab.exercise.state import Exercise

# A test asks the budget itself: 300 tokens, a prompt of 50, max_tokens 150, an answer of 20.
LEFT = {
    "while it runs": 100,
    "after its answer": 230,
    "if the function had refused it": 300,
}
WHY = {
    "while it runs": "Reserved is what it may need at most: the prompt and max_tokens.",
    "after its answer": "Settled is what it needed: the prompt and the answer.",
    "if the function had refused it": "A call without an answer gives all of it back.",
}


def left(value: Any, _: Mapping[str, Any]) -> str:
    """How many tokens a call leaves, while it runs and after it."""
    steps.filled(
        value,
        LEFT,
        int,
        ("is no number of tokens.", "A whole number."),
        lambda name: (WHY[name], "Subtract it from 300."),
    )
    return "Reserve the most, settle what it was: too early a refusal may happen, never too late."


EXERCISES = (
    Exercise(
        "13.1",
        "300 tokens are left; a call has a prompt of 50 and max_tokens 150; its answer has 20. "
        "How many are left while it runs, after its answer, and if it had been refused?",
        left,
        "Reserved is the prompt and max_tokens; settled is the prompt and the answer.",
        "left = {\n" + "".join(f"    {n!r}: {t},\n" for n, t in LEFT.items()) + "}",
        "calls at the same time",
    ),
)
