"""Chapter 16: where the function's own numbers are counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lab.checks.shared import keyed, steps
from lab.exercise import watched
from lab.exercise.state import Exercise, NotYet

NAMESPACE = "Company/Models"
MODEL = "gen_ai.request.model"


def company(value: Any, outputs: Mapping[str, Any]) -> str:
    """Tokens that are counted in the company's namespace, by model."""
    steps.function(value)
    reply = keyed.answered(outputs)
    found = _counted(watched.lines(outputs, "log_group", reply.request_id))
    if found is None:
        raise NotYet(
            "The function counted nothing: its line has no _aws.",
            "Give back all of variables: {**variables, …}.",
        )
    spaces, dimensions = found
    if spaces != {NAMESPACE}:
        raise NotYet(
            f"It counts in {', '.join(sorted(map(repr, spaces)))}.",
            f'"METRICS_NAMESPACE" is "{NAMESPACE}". Then up().',
        )
    if MODEL not in dimensions:
        raise NotYet("The model is no dimension any more.", "MODEL_NAME stays: {**variables, …}.")
    return f"Its tokens are counted in {NAMESPACE}, for each model apart."


def _counted(lines: list[str]) -> tuple[set[str], set[str]] | None:
    """The namespaces and dimensions of a line in the embedded metric format; None without one."""
    for line in lines:
        try:
            metrics = json.loads(line)["_aws"]["CloudWatchMetrics"]
        except (ValueError, KeyError, TypeError):
            continue
        names = {name for one in metrics for group in one["Dimensions"] for name in group}
        return {str(one["Namespace"]) for one in metrics}, names
    return None


EXERCISES = (
    Exercise(
        "16.1",
        "Write company(variables): what the function is told, with the namespace Company/Models. The "
        "model stays the dimension.",
        company,
        "metrics_variables, above, has the variable's name. The other one stays.",
        """def company(variables):
    return {**variables, "METRICS_NAMESPACE": "Company/Models"}""",
        "alarms and charts of the old namespace: from now on they see no tokens",
        calls=True,
    ),
)
