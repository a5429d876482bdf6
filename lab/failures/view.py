"""The table on the page."""

from __future__ import annotations

from typing import Any

from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.once import Drawn
from lab.failures.state import Failures


class FailuresView(Drawn):
    """What callers see when backends fail.

    Attributes:
        rows: each condition, provoked.
    """

    def __init__(self, failures: Failures) -> None:
        self.failures = failures

    @property
    def rows(self) -> tuple[Any, ...]:
        """Each condition, provoked."""
        return tuple(self.failures.rows)

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        return self.failures.facts()

    def text(self) -> str:
        """The plain-text form."""
        lines = [f"{words.STATES[self.failures.state]}: {self._sentence()}"]
        for row in self.failures.rows:
            mark = "" if row.right else " (not what the table says)"
            first, second = row.asked
            name, saw = panels.excerpt(row.name, 60), panels.excerpt(row.saw, 200)
            lines.append(f"  {name:50} {first} + {second}  {saw}{mark}")
        return clean("\n".join(lines))

    def html(self) -> Markup:
        """The table."""
        rows = [
            (
                panels.excerpt(row.name, 60),
                *row.asked,
                panels.excerpt(row.saw, 200),
                words.OK if row.right else words.FAIL,
            )
            for row in self.failures.rows
        ]
        heads = ("what happens", "asked first", "asked second", "the last caller sees", "as told")
        return panels.panel(
            tag("p", panels.badge(words.STATES[self.failures.state]), " ", self._sentence()),
            panels.table("Conditions", heads, rows, numbers=(1, 2)) if rows else None,
            label="Failures",
        )

    def _sentence(self) -> str:
        if self.failures.problem:
            return panels.excerpt(self.failures.problem, 600)
        made, wrong = len(self.failures.rows), len(self.failures.wrong)
        told = f"{wrong} came out otherwise" if wrong else "each came out as the tests say"
        return f"{words.count(made, 'condition')} provoked; {told}."
