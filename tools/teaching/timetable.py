"""How long a course takes: each page's own minutes, time to talk, and what the machine needs of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import course

MEASURED = Path(__file__).resolve().parents[2] / "teach" / "measured.json"
TALK = 5  # minutes after each page: one question to the room, and its answers
BREAK, EVERY = 15, 90  # minutes of a break, and of work before it
OPENING = 15  # minutes: who is here, the room check, the first picture
SHOWN = 10  # minutes of a page that is shown by the trainer, and done by learners at home
# A path: minutes, breaks included and lunch not, and the step whose page it has to reach.
PATHS = {
    "half a day": (255, "model_url"),
    "one day": (420, "usage_plans"),
    "two days": (840, "canary"),
}


@dataclass(frozen=True)
class Row:
    """A line of a timetable: from which minute on, how long, what."""

    begins: int
    minutes: int
    what: str
    chapter: course.Chapter | None = None


def table(
    minutes: int, goal: str, chapters: Sequence[course.Chapter] = course.CHAPTERS
) -> list[Row]:
    """All pages up to a goal, in their order, with talk and breaks; then the last one.

    Where they do not fit, the longest are shown instead of done, and of these, one that does not come
    next to another that is shown: never the first, and never the goal.

    Args:
        minutes: from the first word to the last, without lunch.
        goal: a step; its page is the last that is done, but for cleaning up.
    """
    last = chapters[-1]
    reached = next(chapter for chapter in chapters if goal in chapter.steps)
    taken = list(chapters[: chapters.index(reached) + 1])
    shown: list[course.Chapter] = []
    rows = _rows(taken, shown, last)
    while rows[-1].begins + rows[-1].minutes > minutes:
        left = [c for c in taken[1:-1] if c not in shown and c.minutes > SHOWN]
        if not left:
            break
        shown.append(max(left, key=lambda chapter: (chapter.minutes, -_beside(chapter, shown))))
        rows = _rows(taken, shown, last)
    return rows


def _beside(chapter: course.Chapter, shown: Sequence[course.Chapter]) -> int:
    """How many of a page's neighbours are shown: who only looks for an hour, forgets it."""
    return sum(abs(chapter.number - each.number) == 1 for each in shown)


def _rows(
    taken: Sequence[course.Chapter], shown: Sequence[course.Chapter], last: course.Chapter
) -> list[Row]:
    rows, at, since = [Row(0, OPENING, "Opening, and everybody's `make check-room`")], OPENING, 0
    for chapter in taken:
        needs = (SHOWN if chapter in shown else chapter.minutes) + TALK
        if since and since + needs > EVERY:
            rows.append(Row(at, BREAK, "Break"))
            at, since = at + BREAK, 0
        what = f"{chapter.number:02d} {chapter.title}" + (" (shown)" if chapter in shown else "")
        rows.append(Row(at, needs, what, chapter))
        at, since = at + needs, since + needs
    return [*rows, Row(at, last.minutes, f"{last.number:02d} {last.title}", last)]


def measured(path: Path = MEASURED) -> dict[str, float]:
    """Seconds that each page's cells took in the last recorded run of all pages, by the page's slug."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["pages"]
        return {name.partition("_")[2]: float(took["seconds"]) for name, took in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def machine(path: Path = MEASURED) -> str:
    """On what that run was, and when; "" where there is none."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["machine"])
    except (OSError, ValueError, KeyError):
        return ""


def clock(minutes: int) -> str:
    """A time since the beginning, as `1:35`."""
    return f"{minutes // 60}:{minutes % 60:02d}"
