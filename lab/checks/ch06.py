"""Chapter 06: what a deployment freezes, and how answers end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import steps
from lab.exercise.state import Exercise, NotYet

# A test asks the program itself: its digest changes for exactly the True ones.
REDEPLOYS = {
    "authorization of the method": True,
    "timeout of the integration": True,
    "memory of the function": False,
    "name of the stage": False,
    "who may call (resource policy)": True,
    "retention of the log": False,
}
WHY = {
    "authorization of the method": "A method is part of the API, and the deployment froze it.",
    "timeout of the integration": "An integration is part of the API, and the deployment froze it.",
    "memory of the function": "The function is called where it is: its next call has the memory.",
    "name of the stage": "The stage is in front of the deployment, and is not frozen with it.",
    "who may call (resource policy)": "The resource policy is frozen: it works when deployed.",
    "retention of the log": "The log is not part of the API.",
}


def redeploys(value: Any, _: Mapping[str, Any]) -> str:
    """Which edits make a new deployment."""
    steps.filled(
        value,
        REDEPLOYS,
        bool,
        ("is not True or False.", "Write True or False."),
        lambda name: (WHY[name], "Ask: is it in the copy?"),
    )
    return "A deployment is a copy of the API: paths, methods, integrations, policy. Only those."


def cut(value: Any, _: Mapping[str, Any]) -> str:
    """An answer that ended at max_tokens."""
    _check_answer(value)
    if value.status != 200:
        raise NotYet(
            f"The answer is a refusal with status {value.status}.",
            "Print it: it says what was wrong with the request.",
        )
    if value.finish_reason != "length":
        raise NotYet(
            f"The model ended by itself: finish_reason is {value.finish_reason!r}.",
            "Give it less room: max_tokens=8, or ask for something long.",
        )
    return f"Cut after {value.usage.get('completion_tokens', 0)} tokens, and the answer says so."


def refused(value: Any, _: Mapping[str, Any]) -> str:
    """A 4xx from the function itself."""
    _check_answer(value)
    if value.status < 400:
        raise NotYet(
            f"The status is {value.status}: the request was answered, not refused.",
            "Send something that the function does not take.",
        )
    if value.status >= 500:
        raise NotYet(
            f"The status is {value.status}: that is a fault, and not a refusal.",
            "A refusal begins with a 4: send an empty prompt.",
        )
    if value.who != "function":
        raise NotYet(
            f"This {value.status} is not from the function: the gateway refused before asking it.",
            "Call the right path with a prompt that the function does not take.",
        )
    return f"{value.status} without x-amzn-ErrorType: the function read the request and refused it."


def _check_answer(value: Any) -> None:
    if not all(hasattr(value, name) for name in ("status", "finish_reason", "who", "usage")):
        raise NotYet(
            f"An answer of ask() is wanted, and this is a {type(value).__name__}.",
            'Write ask("…"), without .completion behind it.',
        )


EXERCISES = (
    Exercise(
        "6.1",
        "Which of these edits make a new deployment? Say True or False for each.",
        redeploys,
        "A deployment is a copy of the API as it is: what is in that copy?",
        "redeploys = {\n" + "".join(f"    {n!r}: {t},\n" for n, t in REDEPLOYS.items()) + "}",
        "arguments that the list does not name; the digest in gateway/deployment.py has them all",
    ),
    Exercise(
        "6.2",
        "Get an answer that the model could not finish: finish_reason is length.",
        cut,
        "ask() takes max_tokens.",
        'cut = ask("What is gravity?", max_tokens=8)',
        "what the answer says",
    ),
    Exercise(
        "6.3",
        "Get a refusal (4xx) from the function itself, not from the gateway.",
        refused,
        "The function reads the body: send it one that it cannot use.",
        'refused = ask("")',
        "why it was refused",
    ),
)
