"""Chapter 14: where a slow call's time went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import steps
from lab.exercise.state import Exercise

# A test adds them up: the latency is all of them and the 900 ms of work.
TOOK = {
    "the gateway itself": 40,
    "the function's start": 5150,
    "the way between the two": 50,
}
WHY = {
    "the gateway itself": "It is what of latency is not integrationLatency.",
    "the function's start": "REPORT says it: a cold start's Init Duration.",
    "the way between the two": "Of integrationLatency, take off the start and the work.",
}


def took(value: Any, _: Mapping[str, Any]) -> str:
    """Where a slow call's time went."""
    steps.filled(
        value,
        TOOK,
        (int, float),
        ("is no number.", "Milliseconds."),
        lambda name: (
            WHY[name],
            "latency holds integrationLatency, and that holds start and work.",
        ),
    )
    return "A cold start. Neither the gateway nor the prompt was slow."


EXERCISES = (
    Exercise(
        "14.1",
        "latency is 6140, integrationLatency 6100, Duration 900, Init Duration 5150: how many "
        "milliseconds took the gateway itself, the function's start, and the way between them?",
        took,
        "Each number holds the next ones: latency, integrationLatency, then start and work.",
        "took = {\n" + "".join(f'    "{n}": {t},\n' for n, t in TOOK.items()) + "}",
        "what the caller's own network added",
    ),
)
