"""`check`, `hint` and `solution`: what a learner does with a chapter's exercises."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from lab import course
from lab.draw.clock import now
from lab.errors import LabError
from lab.exercise.state import Exercise, judge
from lab.exercise.view import Help, VerdictView
from lab.session import session


def check(id: str, value: Any) -> VerdictView:
    """Say whether an exercise is right, and if not, what is wrong with it.

    >>> check("1.1", trust).verdict
    'not yet'

    Raises:
        LabError: there is no such exercise.
    """
    return VerdictView(judge(find(id), value, _outputs()), now())


def hint(id: str) -> Help:
    """The first step of an exercise."""
    return Help(find(id), "hint")


def solution(id: str) -> Help:
    """Code that solves an exercise."""
    return Help(find(id), "solution")


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
    """All exercises by number, read from lab/checks/chNN.py of the chapters that have steps."""
    chapters = [chapter for chapter in course.CHAPTERS if chapter.steps]
    modules = [import_module(f"lab.checks.ch{chapter.number:02d}") for chapter in chapters]
    return {exercise.id: exercise for module in modules for exercise in module.EXERCISES}


def _outputs() -> Mapping[str, Any]:
    """The stack's outputs where a notebook has opened one; grading starts nothing by itself."""
    try:
        return dict(session.known_outputs())
    except LabError:
        return {}
