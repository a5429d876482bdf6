"""The buttons below a verdict that is not right: a first step, and the solution."""

from __future__ import annotations

from typing import Protocol

from lab.draw import fields
from lab.draw.guard import Failure, guard

NAMES = {"hint": "First step", "solution": "Solution"}


class Helped(Protocol):
    """What these buttons ask for help."""

    def reveal(self, kind: str) -> None:
        """Show this help below the verdict."""

    def show_failure(self, failure: Failure) -> None:
        """Show that a handler failed."""


class Controls:
    """Two buttons. What they show is the verdict's."""

    def __init__(self, verdict: Helped) -> None:
        guarded = guard(verdict.show_failure, during="The help")
        self.hint, self.solution = (
            fields.button(name, guarded(lambda _, kind=kind: verdict.reveal(kind)))
            for kind, name in NAMES.items()
        )
        self.box = fields.box(fields.row(self.hint, self.solution))

    def draw(self) -> None:
        """Nothing of them changes."""
