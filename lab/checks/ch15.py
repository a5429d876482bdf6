"""Chapter 15: where a slow call's time went, and a log that is silent unless something fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import keyed, steps
from lab.exercise import watched
from lab.exercise.state import Exercise, NotYet

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


LEVEL = 'The level of POST /model is "ERROR": {**logging, "logging_level": …}.'


def quiet(value: Any, outputs: Mapping[str, Any]) -> str:
    """A prompt that is answered leaves no line in the execution log; one that fails does."""
    steps.function(value)
    fine = keyed.answered(outputs)
    failed = keyed.post(outputs, "/model", {})
    told = watched.lines(outputs, "execution_log_group", failed.request_id)
    if not told:
        raise NotYet(
            f"A prompt that failed with {failed.status} left no line either.",
            '"OFF" is silent always; "ERROR" tells what failed.',
        )
    if kept := watched.lines(outputs, "execution_log_group", fine.request_id, wait=False):
        raise NotYet(f"The answered prompt left {len(kept)} lines.", LEVEL + " Then up().")
    return f"No line of the answer, and {len(told)} of the failure."


EXERCISES = (
    Exercise(
        "15.1",
        "latency is 6140, integrationLatency 6100, Duration 900, Init Duration 5150: how many "
        "milliseconds took the gateway itself, the function's start, and the way between them?",
        took,
        "Each number holds the next ones: latency, integrationLatency, then start and work.",
        "took = {\n" + "".join(f'    "{n}": {t},\n' for n, t in TOOK.items()) + "}",
        "what the caller's own network added",
    ),
    Exercise(
        "15.2",
        "Write quiet(logging): the arguments of the log for POST /model, so that an answered prompt "
        "leaves no line in the execution log, and a failed one does.",
        quiet,
        "method_logging, above, has the arguments. One of them is another.",
        """def quiet(logging):
    return {**logging, "logging_level": "ERROR"}""",
        "the other methods: their level stays what it is",
        calls=True,
    ),
)
