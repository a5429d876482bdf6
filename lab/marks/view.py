"""The map of the course with its marks, as text and as a table."""

from __future__ import annotations

from typing import Any

from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.view import View
from lab.marks import state
from lab.marks.state import Page, Progress

MARKS = {
    state.NEW: words.Word("=", "not begun", "quiet"),
    state.BEGUN: words.Word("…", "begun", "change"),
    state.DONE: words.DONE,
}


class ProgressView(View):
    """What is done, page by page; where it goes on; how many minutes that takes."""

    def __init__(self, found: Progress) -> None:
        self.found = found

    def state(self) -> dict[str, Any]:
        """All of it, as plain data."""
        on = self.found.goes_on
        return {
            "pages": [_state(page) for page in self.found.pages],
            "continue_at": on.chapter.name if on else None,
            "minutes_spent": round(self.found.spent),
            "minutes_left": round(self.found.to_go),
        }

    def text(self) -> str:
        """The map in plain text, a line a page."""
        width = max(len(page.chapter.title) for page in self.found.pages)
        lines = [
            f"{page.chapter.number:02d} {page.chapter.title:<{width}}  {MARKS[page.state]!s:<12}"
            f" {_exercises(page):<22} {_minutes(page)}"
            for page in self.found.pages
        ]
        return clean("\n".join([line.rstrip() for line in [*lines, self._last()]]))

    def html(self) -> Markup:
        """The same as a table, what comes next above it."""
        rows = [
            (
                f"{page.chapter.number:02d} {page.chapter.title}",
                panels.badge(MARKS[page.state]),
                _exercises(page),
                _predicted(page),
                _minutes(page),
            )
            for page in self.found.pages
        ]
        headings = ("page", "mark", "exercises", "prediction", "minutes")
        return panels.panel(
            panels.title("Your course"),
            tag("p", self._last()),
            panels.table("Pages", headings, rows, named=(2, 3, 4)),
            label="Progress",
        )

    def _last(self) -> str:
        on = self.found.goes_on
        where = f"Continue at {on.chapter.name}." if on else "All pages are done."
        return (
            f"{where} {self.found.right} of {self.found.exercises} exercises are right; "
            f"{self.found.spent:.0f} minutes spent, about {self.found.to_go:.0f} left."
        )

    __repr__ = View.__repr__


def _state(page: Page) -> dict[str, Any]:
    return {
        "page": page.chapter.name,
        "mark": page.state,
        "exercises": dict(page.exercises),
        "hinted": sorted(page.hinted),
        "predicted": page.predicted,
        "minutes": round(page.minutes, 1),
        "planned": page.chapter.minutes,
    }


def _exercises(page: Page) -> str:
    if not page.exercises:
        return ""
    helped = f", {len(page.hinted)} with help" if page.hinted else ""
    return f"{page.right} of {len(page.exercises)} right{helped}"


def _predicted(page: Page) -> str:
    return {None: "", True: "right", False: "wrong"}[page.predicted]


def _minutes(page: Page) -> str:
    return (
        f"{page.minutes:.0f} of {page.chapter.minutes}" if page.begun else f"{page.chapter.minutes}"
    )
