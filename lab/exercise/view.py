"""A verdict, a hint, a solution: what `check`, `hint` and `solution` show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.panels import excerpt
from lab.draw.view import View
from lab.exercise import state as exercise
from lab.exercise.state import Exercise, Verdict

WORDS = {
    exercise.NOT_TRIED: words.NOT_TRIED,
    exercise.NOT_YET: words.NOT_YET,
    exercise.RIGHT: words.RIGHT,
    exercise.ERROR: words.ERROR,
}


class VerdictView(View):
    """The verdict first, then why, one hint, and what was not looked at."""

    def __init__(self, found: Verdict, when: str) -> None:
        self._found, self._when = found, when

    @property
    def verdict(self) -> str:
        """`not tried`, `not yet`, `right` or `error`."""
        return self._found.verdict

    def state(self) -> dict[str, Any]:
        """The exercise, the verdict and its reasons."""
        found = self._found
        return {
            "exercise": found.exercise.id,
            "verdict": found.verdict,
            "sentence": found.sentence,
            "hint": found.hint,
            "unchecked": found.exercise.unchecked,
            "when": self._when,
        }

    def text(self) -> str:
        """The verdict in plain text."""
        lines = [
            f"{WORDS[self.verdict]}: exercise {self._found.exercise.id}",
            excerpt(self._found.sentence),
        ]
        lines += [f"Hint: {self._found.hint}"] if self._found.hint else []
        return clean("\n".join([*lines, self._unchecked(), f"{self._more()}{self._when}"]))

    def html(self) -> Markup:
        """The verdict in a panel; the hint is folded."""
        name = f"Exercise {self._found.exercise.id}"
        hint = self._found.hint
        return panels.panel(
            panels.note(WORDS[self.verdict], tag("strong", name)),
            tag("p", excerpt(self._found.sentence)),
            panels.details("Hint", tag("p", hint)) if hint else None,
            panels.muted(self._unchecked()),
            panels.muted(self._more(), self._when),
            label=name,
        )

    def _unchecked(self) -> str:
        return f"Not checked: {self._found.exercise.unchecked}."

    def _more(self) -> str:
        name = self._found.exercise.id
        if self.verdict in (exercise.RIGHT, exercise.ERROR):
            return ""
        return f'More: hint("{name}"), solution("{name}"). '


@dataclass(frozen=True)
class Help(View):
    """A hint or the solution of an exercise, on request."""

    exercise: Exercise
    kind: str  # "hint" or "solution"

    def state(self) -> dict[str, Any]:
        """The exercise, the task and the help."""
        return {"exercise": self.exercise.id, "task": self.exercise.task, self.kind: self._help()}

    def text(self) -> str:
        """The help in plain text."""
        return f"{self._title()}\n{self.exercise.task}\n{self._help()}"

    def html(self) -> Markup:
        """The help in a panel."""
        shown = tag("p", self._help()) if self.kind == "hint" else panels.code(self._help())
        return panels.panel(
            panels.title(self._title()),
            panels.muted(self.exercise.task),
            shown,
            label=self._title(),
        )

    def _title(self) -> str:
        return f"Exercise {self.exercise.id}: {self.kind}"

    def _help(self) -> str:
        return self.exercise.hint if self.kind == "hint" else self.exercise.solution

    __repr__ = View.__repr__
