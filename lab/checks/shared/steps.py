"""What graders share: run what was handed in, under mocks where it is a step, and read what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lab.deploy.explain import of_exception
from lab.exercise.state import NotYet
from lab.mocks import mocks
from lab.mocks.mocks import Made


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


def inputs(given: Mapping[str, Any], wanted: Mapping[str, tuple[Any, str]]) -> None:
    """Compare a resource's inputs: for each name the value that it has to have, and a hint.

    Raises:
        NotYet: the first that is another, with its hint.
    """
    for name, (truth, hint) in wanted.items():
        if given.get(name) != truth:
            raise NotYet(f"The {name} is {given.get(name) or 'not set'}.", hint)


def called(write: Callable[..., Any], *given: Any, hint: str, what: str = "") -> Any:
    """What a learner's function gives back.

    Args:
        hint: what is told when it raises.
        what: what it is called with, in words, where it is called more than once.

    Raises:
        NotYet: it raised.
    """
    try:
        return write(*given)
    except Exception as error:  # noqa: BLE001 - the learner's code may raise anything
        who = f"With {what}, your" if what else "Your"
        raise NotYet(f"{who} function raised {type(error).__name__}: {error}.", hint) from None


def filled(
    value: Any,
    truths: Mapping[str, Any],
    kinds: type | tuple[type, ...],
    no_kind: tuple[str, str],
    wrong: Callable[[str], tuple[str, str]],
) -> None:
    """Compare a dict that a learner has filled in.

    Args:
        truths: what belongs to each name.
        kinds: of its values. True is a number in Python, and none here.
        no_kind: what a value of another kind is, and a hint.
        wrong: why the value of a name is another, and a hint.

    Raises:
        NotYet: the first name that is missing, or has another value.
    """
    if not isinstance(value, Mapping):
        raise NotYet(f"A dict is wanted, and this is a {type(value).__name__}.", "Fill the dict.")
    for name, truth in truths.items():
        if name not in value:
            raise NotYet(f"The dict has no {name!r} any more.", "Leave the names as they are.")
        found = value[name]
        if not isinstance(found, kinds) or isinstance(found, bool) != isinstance(truth, bool):
            raise NotYet(f"{name}: {found!r} {no_kind[0]}", no_kind[1])
        if found != truth:
            why, hint = wrong(name)
            raise NotYet(f"{name}: {found} is wrong. {why}", hint)
