"""What graders of steps share: run it under mocks, and find what it declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.checks import mocks
from lab.checks.mocks import Made
from lab.deploy.explain import of_exception
from lab.exercise.state import NotYet


def function(value: Any) -> Callable[..., Any]:
    """The value if it can be called.

    Raises:
        NotYet: it is something else.
    """
    if not callable(value):
        raise NotYet(
            f"A function is wanted, and this is a {type(value).__name__}.",
            "Hand in the function itself, without calling it: check(id, name).",
        )
    return value  # type: ignore[no-any-return]


def declared(step: Callable[[], Any]) -> list[Made]:
    """What the step declares.

    Raises:
        NotYet: it raised; the sentence has the reason, and the hint the fix if one is known.
    """
    try:
        return mocks.run(step)
    except mocks.StepFailed as failure:
        message, fix = of_exception(failure.error)
        raise NotYet(
            f"Your function raised. {message}", fix or "Read the last line: it says what is wrong."
        ) from None


def only(made: list[Made], kind: str, hint: str) -> Made:
    """The one resource of this kind.

    Raises:
        NotYet: there is none, or more than one.
    """
    found = [one for one in made if one.kind == kind]
    if len(found) != 1:
        raise NotYet(f"Your function declares {len(found)} of {kind}; one is wanted.", hint)
    return found[0]
