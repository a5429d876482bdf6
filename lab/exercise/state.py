"""Exercises: what is asked, and the four verdicts on what a learner hands in.

not tried   the blank is still there
not yet     looked at, and wrong in a way that has a name: one sentence and one hint each
right       all that the grader looks at is as asked
error       the grader itself failed; the learner is not to blame
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

NOT_TRIED, NOT_YET, RIGHT, ERROR = "not tried", "not yet", "right", "error"
VERDICTS = (NOT_TRIED, NOT_YET, RIGHT, ERROR)


class NotYet(Exception):
    """A grader's rejection: the sentence that says what is wrong, and one hint for just that."""

    def __init__(self, sentence: str, hint: str) -> None:
        super().__init__(sentence)
        self.sentence, self.hint = sentence, hint


@dataclass(frozen=True)
class Exercise:
    """One task of a chapter.

    Attributes:
        grade: takes the value and the stack's outputs ({} when there are none); returns a
            sentence on why it is right, or raises NotYet.
        hint: the first step, for `hint(id)`.
        solution: code that is right, for `solution(id)`.
        unchecked: what the grader does not look at.
        calls: whether it calls what is deployed, and so can look at it nowhere else.
    """

    id: str
    task: str
    grade: Callable[[Any, Mapping[str, Any]], str]
    hint: str
    solution: str
    unchecked: str
    calls: bool = False

    @property
    def chapter(self) -> int:
        """The chapter that it belongs to: 3 for "3.2"."""
        return int(self.id.split(".")[0])


@dataclass(frozen=True)
class Verdict:
    """What a check found."""

    exercise: Exercise
    verdict: str
    sentence: str
    hint: str = ""


def judge(exercise: Exercise, value: Any, outputs: Mapping[str, Any]) -> Verdict:
    """Grade a value; never raises: what the grader raises is the verdict `error`."""
    if blank(value):
        sentence = "The blank (...) is still there. " + exercise.task
        return Verdict(exercise, NOT_TRIED, sentence, exercise.hint)
    try:
        return Verdict(exercise, RIGHT, exercise.grade(value, outputs))
    except NotYet as wrong:
        return Verdict(exercise, NOT_YET, wrong.sentence, wrong.hint)
    except Exception as error:  # noqa: BLE001 - it becomes the verdict
        sentence = f"The checker failed, not you: {type(error).__name__}: {error}"
        hint = f"Please report it with the exercise's number, {exercise.id}, and your answer."
        return Verdict(exercise, ERROR, sentence, hint)


def blank(value: Any, depth: int = 0) -> bool:
    """Whether a value still has a blank: `...` anywhere in it, None, or a function of only `...`."""
    if value is ... or value is None:
        return True
    if isinstance(value, types.FunctionType):
        return _does_nothing(value)
    if depth > 20:
        return False
    if isinstance(value, Mapping):
        return any(blank(part, depth + 1) for part in value.values() if part is not None)
    if isinstance(value, (list, tuple, set)):
        return any(blank(part, depth + 1) for part in value if part is not None)
    return False


def _does_nothing(function: types.FunctionType) -> bool:
    code = function.__code__
    # A function that returns a constant has the same code; only its constants differ.
    other = [one for one in code.co_consts if one not in (None, ..., function.__doc__)]
    return not other and code.co_code in {f.__code__.co_code for f in (_empty, _documented)}


def _empty() -> None: ...


def _documented() -> None:
    """Nothing but a docstring: its code loads another constant than the one above."""
