"""What can be chosen of a graph: a chapter, and to look again."""

from __future__ import annotations

from typing import Any, Protocol

from lab import course
from lab.draw import fields
from lab.draw.guard import Failure, guard


class Chosen(Protocol):
    """What these controls choose of."""

    focus: int | None

    @property
    def chapters(self) -> list[int]:
        """The chapters that there are."""

    @property
    def changes_with_time(self) -> bool:
        """Whether it can be looked at again."""

    def show(self, focus: int | None) -> None:
        """Show a chapter; None: all."""

    def look(self) -> None:
        """Read it again."""

    def show_failure(self, failure: Failure) -> None:
        """Show that a handler failed."""


class Controls:
    """A labelled choice of the chapter, and a button where there may be something new."""

    def __init__(self, graph: Chosen) -> None:
        self._graph = graph
        guarded = guard(graph.show_failure, during="The graph")
        self.chapter = fields.choice("Chapter", self._options(), value=graph.focus or 0)
        self.chapter.observe(guarded(self._choose), "value")
        self.again = fields.button("Look again", guarded(lambda _: self._look()))
        shown = [self.chapter, *([self.again] if graph.changes_with_time else [])]
        self.box = fields.box(fields.row(*shown))

    def draw(self) -> None:
        """What is chosen is what is shown."""
        if self.chapter.value != (self._graph.focus or 0):
            self.chapter.value = self._graph.focus or 0

    def _choose(self, change: dict[str, Any]) -> None:
        if (change["new"] or None) != self._graph.focus:
            self._graph.show(change["new"] or None)

    def _look(self) -> None:
        self._graph.look()
        if [value for _, value in self.chapter.options] != [v for _, v in self._options()]:
            self.chapter.options = self._options()

    def _options(self) -> list[tuple[str, int]]:
        known = {one.number: one.title for one in course.CHAPTERS}
        chapters = sorted(
            {*self._graph.chapters, *([self._graph.focus] if self._graph.focus else [])}
        )
        return [("all", 0), *((f"{n:02d} · {known.get(n, '')}", n) for n in chapters)]
