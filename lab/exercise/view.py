"""A verdict, a hint, a solution: what `check`, `hint` and `solution` show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.interactive import Interactive
from lab.draw.kernel import in_notebook
from lab.draw.panels import excerpt
from lab.draw.view import WIDGET, View, model
from lab.exercise import state as exercise
from lab.exercise.controls import Controls
from lab.exercise.state import Exercise, Verdict

WORDS = {
    exercise.NOT_TRIED: words.NOT_TRIED,
    exercise.NOT_YET: words.NOT_YET,
    exercise.RIGHT: words.RIGHT,
    exercise.ERROR: words.ERROR,
}


class VerdictView(Interactive):
    """The verdict first, then why, one hint, what was not looked at, and the help that was asked for."""

    def __init__(
        self, found: Verdict, when: str, asked_for: Callable[[str], object] = lambda kind: None
    ) -> None:
        self._found, self._when, self._asked_for = found, when, asked_for
        self._shown: list[Help] = []

    @property
    def helps(self) -> bool:
        """Whether there is help to ask for: nobody needs it for what is right."""
        return self.verdict not in (exercise.RIGHT, exercise.ERROR)

    def make_controls(self) -> Controls:
        """The buttons below it."""
        return Controls(self)

    def reveal(self, kind: str) -> None:
        """Show a help below the verdict: `hint` or `solution`."""
        if all(shown.kind != kind for shown in self._shown):
            self._shown.append(Help(self._found.exercise, kind))
            self._asked_for(kind)
        self.failure = None
        self.draw()

    def _ipython_display_(self) -> None:
        """The verdict, and buttons below it if there is help to ask for."""
        if not in_notebook():
            print(self.text())
            return
        from IPython.display import display

        self._record = display(self._repr_mimebundle_(), raw=True, display_id=True)
        if self.helps:
            still = {"text/plain": "", "text/html": ""}
            display({WIDGET: model(self.live()), **still}, raw=True)

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
            "shown": [one.kind for one in self._shown],
            "failure": self._failure_state(),
        }

    def text(self) -> str:
        """The verdict in plain text."""
        lines = [
            f"{WORDS[self.verdict]}: exercise {self._found.exercise.id}",
            excerpt(self._found.sentence),
        ]
        lines += [f"Hint: {self._found.hint}"] if self._found.hint else []
        lines += [self._unchecked(), f"{self._more()}{self._when}", *self._failure_lines()]
        return clean("\n".join([*lines, *(one.text() for one in self._shown)]))

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
            self._failure_pieces(),
            *(one.pieces() for one in self._shown),
            label=name,
        )

    def _unchecked(self) -> str:
        return f"Not checked: {self._found.exercise.unchecked}."

    def _more(self) -> str:
        name = self._found.exercise.id
        return "" if not self.helps else f'More: hint("{name}"), solution("{name}"). '


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
        return panels.panel(self.pieces(), label=self._title())

    def pieces(self) -> Markup:
        """The help as a piece of a panel."""
        shown = tag("p", self._help()) if self.kind == "hint" else panels.code(self._help())
        task = panels.muted(self.exercise.task)
        return tag("div", panels.title(self._title()), task, shown)

    def _title(self) -> str:
        return f"Exercise {self.exercise.id}: {self.kind}"

    def _help(self) -> str:
        return self.exercise.hint if self.kind == "hint" else self.exercise.solution

    __repr__ = View.__repr__
