"""`check`, `hint` and `solution`: what a learner does with a chapter's exercises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from lab import course
from lab.draw.clock import now
from lab.errors import LabError
from lab.exercise.state import Exercise, judge
from lab.exercise.view import Help, VerdictView
from lab.marks import journal
from lab.marks.answers import kept
from lab.session import session


def check(id: str, value: Any) -> VerdictView:
    """Say whether an exercise is right, and if not, what is wrong with it.

    >>> check("1.1", trust).verdict
    'not yet'

    Raises:
        LabError: there is no such exercise.
    """
    exercise, outputs = find(id), Asked(_outputs())
    found = judge(exercise, value, outputs)
    _note("check", exercise, verdict=found.verdict, answer=kept(value), outputs=outputs.asked)
    return VerdictView(found, now(), asked_for=lambda kind: _note(kind, exercise))


def hint(id: str) -> Help:
    """The first step of an exercise."""
    return _help(id, "hint")


def solution(id: str) -> Help:
    """Code that solves an exercise."""
    return _help(id, "solution")


def _help(id: str, kind: str) -> Help:
    exercise = find(id)
    _note(kind, exercise)
    return Help(exercise, kind)


def _note(kind: str, exercise: Exercise, **facts: Any) -> None:
    """Keep what a learner did with an exercise in the kit's folder."""
    journal.note(kind, course.find(exercise.chapter).slug, exercise=exercise.id, **facts)


class Asked(Mapping[str, Any]):
    """The stack's outputs, which keep in mind what a grader asked of them: no more, and no secret."""

    def __init__(self, outputs: Mapping[str, Any]) -> None:
        self._outputs = outputs
        self.asked: dict[str, str] = {}

    def __getitem__(self, name: str) -> Any:
        value = self._outputs[name]
        if isinstance(value, str):
            self.asked[name] = value
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)


def find(name: str) -> Exercise:
    """The exercise of this number.

    Raises:
        LabError: there is none; the fix lists those of its chapter, or all.
    """
    known = exercises()
    found = known.get(str(name).strip())
    if found is None:
        near = [one for one in known if one.split(".")[0] == str(name).split(".")[0].strip()]
        raise LabError(f"There is no exercise {name!r}.", f"There are: {', '.join(near or known)}.")
    return found


@cache
def exercises() -> dict[str, Exercise]:
    """All exercises by number, read from lab/checks/chNN.py of the chapters that ask something."""
    chapters = [chapter for chapter in course.CHAPTERS if chapter.teaches]
    modules = [import_module(f"lab.checks.ch{chapter.number:02d}") for chapter in chapters]
    return {exercise.id: exercise for module in modules for exercise in module.EXERCISES}


def _outputs() -> Mapping[str, Any]:
    """The stack's outputs where a notebook has opened one; grading starts nothing by itself."""
    try:
        return dict(session.known_outputs())
    except LabError:
        return {}
