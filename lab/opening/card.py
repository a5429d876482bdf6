"""The card that `start` shows: where this notebook deploys to, with what, and what is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.view import View


@dataclass
class Card(View):
    """The first thing on a page.

    Attributes:
        facts: name -> value, in the order shown.
        problems: (what, the fix) of what does not work, or soon will not.
        phase: what is being done while it is not ready yet.
        status: running, done or failed.
    """

    title: str
    facts: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    phase: str = ""
    status: str = "running"

    def state(self) -> dict[str, Any]:
        """All of it, as plain data."""
        return {
            "status": self.status,
            "title": self.title,
            "facts": dict(self.facts),
            "problems": [list(problem) for problem in self.problems],
            "phase": self.phase,
        }

    def text(self) -> str:
        """The plain-text form."""
        width = max((len(name) for name in self.facts), default=0)
        lines = [self.title, *(f"  {name:<{width}}  {value}" for name, value in self.facts.items())]
        for what, fix in self.problems:
            lines += [f"  {words.WARNING}: {what}", *([f"    Fix: {fix}"] if fix else [])]
        return clean("\n".join([*lines, self._last()]))

    def html(self) -> Markup:
        """A table of facts, problems below it."""
        return panels.panel(
            panels.title(self.title),
            panels.definition(self.facts.items(), "This session") if self.facts else None,
            *(panels.note(words.WARNING, what, panels.fix(fix)) for what, fix in self.problems),
            tag("p", panels.badge(words.STATES[self.status]), " ", self._last()),
            label=self.title,
        )

    def _last(self) -> str:
        if self.status == "running":
            return f"Starting: {self.phase}." if self.phase else "Starting."
        if self.status == "failed":
            return "Not ready."
        count = len(self.problems)
        return f"Ready, with {words.count(count, 'warning')}." if count else "Ready."

    def _ipython_display_(self) -> None:
        """Shown by `start` already: a cell that ends with it shows no second one."""

    def __repr__(self) -> str:
        return self.text()
