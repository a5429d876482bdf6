"""The course as a map with marks: what is done of each page, and where it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lab import course
from lab.marks.minutes import spent, tried

NEW, BEGUN, DONE = "not begun", "begun", "done"


@dataclass(frozen=True)
class Page:
    """What is done of one page.

    Attributes:
        exercises: of the page, by number -> the last verdict; "" where it was not tried.
        hinted: exercises whose first step or solution was shown.
        tries: checks that were not right yet, by exercise.
        predicted: whether the prediction was right; None where there was none.
        minutes: spent, as far as it can be told.
        begun: whether it was started, ever.
        left: whether another page was begun after it.
    """

    chapter: course.Chapter
    exercises: Mapping[str, str]
    hinted: frozenset[str] = frozenset()
    tries: Mapping[str, int] = field(default_factory=dict)
    predicted: bool | None = None
    minutes: float = 0.0
    begun: bool = False
    left: bool = False

    @property
    def right(self) -> int:
        """How many of its exercises are right."""
        return sum(verdict == "right" for verdict in self.exercises.values())

    @property
    def state(self) -> str:
        """`done`: all exercises are right; where there are none, another page was begun after it."""
        if self.exercises and self.right == len(self.exercises):
            return DONE
        if not self.begun:
            return NEW
        return DONE if not self.exercises and self.left else BEGUN

    @property
    def to_go(self) -> float:
        """Minutes that it still takes, by the page's own figure."""
        if self.state == DONE:
            return 0.0
        share = self.right / len(self.exercises) if self.exercises else 0.0
        return max(self.chapter.minutes - self.minutes, self.chapter.minutes * (1 - share) * 0.25)


@dataclass(frozen=True)
class Progress:
    """The course, page by page, in its order."""

    pages: tuple[Page, ...]
    last: str = ""  # the slug of the page that was worked on last

    @property
    def right(self) -> int:
        """How many exercises are right."""
        return sum(page.right for page in self.pages)

    @property
    def exercises(self) -> int:
        """How many there are."""
        return sum(len(page.exercises) for page in self.pages)

    @property
    def spent(self) -> float:
        """Minutes so far."""
        return sum(page.minutes for page in self.pages)

    @property
    def to_go(self) -> float:
        """Minutes that the rest takes, by the pages' own figures."""
        return sum(page.to_go for page in self.pages)

    @property
    def goes_on(self) -> Page | None:
        """The page to go on with: that of last time, else the next that is not done; None at the end."""
        slugs = [page.chapter.slug for page in self.pages]
        at = slugs.index(self.last) if self.last in slugs else 0
        ahead = [*self.pages[at:], *self.pages[:at]]
        return next(
            (page for page in ahead if page.state != DONE and page.chapter.number != 99), None
        )

    @property
    def line(self) -> str:
        """All of it in one line, for the card of `start`."""
        if not any(page.begun for page in self.pages):
            return "nothing yet"
        page = self.goes_on
        on = f"continue at {page.chapter.number:02d}" if page else "all done"
        return f"{self.right} of {self.exercises} exercises right, {on}"


def progress_of(
    events: Iterable[Mapping[str, Any]],
    numbers: Sequence[str],
    chapters: Sequence[course.Chapter] = course.CHAPTERS,
) -> Progress:
    """The course as these events left it.

    Args:
        events: as lab.marks.journal keeps them, oldest first.
        numbers: of all exercises there are, such as "3.1".
    """
    known = [dict(event) for event in events]
    by_page: dict[str, list[dict[str, Any]]] = {}
    for event in known:
        by_page.setdefault(event["page"], []).append(event)
    order = [event["page"] for event in known if "minutes" not in event]
    minutes = spent(known)
    pages = []
    for chapter in chapters:
        own = [n for n in numbers if n.split(".")[0] == str(chapter.number)]
        happened = by_page.get(chapter.slug, [])
        pages.append(
            Page(
                chapter,
                {number: _verdict(happened, number) for number in own},
                frozenset(
                    event["exercise"]
                    for event in happened
                    if event["kind"] in ("hint", "solution") and event.get("exercise") in own
                ),
                {number: _tries(happened, number) for number in own},
                _predicted(happened),
                minutes.get(chapter.slug, 0.0),
                bool(happened),
                _left(order, chapter.slug),
            )
        )
    return Progress(tuple(pages), order[-1] if order else "")


def _left(order: list[str], slug: str) -> bool:
    """Whether another page was begun after this one."""
    return slug in order and set(order[order.index(slug) :]) != {slug}


def _verdict(happened: list[dict[str, Any]], number: str) -> str:
    """An exercise's last verdict; once right it stays right, whatever is tried afterwards."""
    found = [
        str(event.get("verdict"))
        for event in happened
        if event["kind"] == "check" and event.get("exercise") == number
    ]
    return "right" if "right" in found else found[-1] if found else ""


def _tries(happened: list[dict[str, Any]], number: str) -> int:
    """How often an exercise was handed in and not right."""
    return sum(
        tried(event)
        for event in happened
        if event["kind"] == "check"
        and event.get("exercise") == number
        and event.get("verdict") != "right"
    )


def _predicted(happened: list[dict[str, Any]]) -> bool | None:
    """Whether the page's prediction was right; the first one counts."""
    found = [bool(event.get("right")) for event in happened if event["kind"] == "predict"]
    return found[0] if found else None
