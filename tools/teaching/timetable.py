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
LAST = course.CHAPTERS[-1]  # cleaning up; whatever is left out, this is not
PATHS = {"half a day": 255, "one day": 420, "two days": 840}  # minutes, breaks included, no lunch


@dataclass(frozen=True)
class Row:
    """A line of a timetable: from which minute on, how long, what."""

    begins: int
    minutes: int
    what: str
    chapter: course.Chapter | None = None


def table(minutes: int, chapters: Sequence[course.Chapter] = course.CHAPTERS) -> list[Row]:
    """As many pages in their order as fit into so many minutes, with talk and breaks; then the last.

    Args:
        minutes: from the first word to the last, without lunch.
    """
    rows, at, since = [Row(0, OPENING, "Opening, and everybody's `make check-room`")], OPENING, 0
    end = minutes - LAST.minutes
    for chapter in [each for each in chapters if each is not LAST]:
        needs = chapter.minutes + TALK
        pause = BREAK if since + needs > EVERY else 0
        if at + pause + needs > end:
            break
        if pause:
            rows.append(Row(at, BREAK, "Break"))
            at, since = at + BREAK, 0
        rows.append(Row(at, needs, f"{chapter.number:02d} {chapter.title}", chapter))
        at, since = at + needs, since + needs
    return [*rows, Row(at, LAST.minutes, f"{LAST.number:02d} {LAST.title}", LAST)]


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
