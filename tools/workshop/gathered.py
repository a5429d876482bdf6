"""What a room has handed in: files read with care, answers looked at again, one learner a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from lab.marks import journal
from lab.marks.progress import numbers
from lab.marks.state import DONE, Page, Progress, progress_of
from tools.workshop import verify
from tools.workshop.handin import FORM, LONGEST

LARGEST = 4 << 20  # bytes of a file
MOST = 20_000  # events of one
TRIES = 3  # checks of one exercise without success: somebody should go there
SLOW = 1.5  # of the page's own minutes

Verify = Callable[[list[dict[str, Any]]], dict[str, str]]


@dataclass(frozen=True)
class Learner:
    """One learner, as far as the files tell.

    Attributes:
        verdicts: exercise or prediction -> verified, claimed or false.
        seen: when something was noted last.
        made: when the file was written.
    """

    who: str
    progress: Progress
    verdicts: dict[str, str]
    seen: datetime
    made: str

    @property
    def stuck(self) -> list[str]:
        """The exercises that somebody should look at, with why."""
        found = []
        for page in self.progress.pages:
            for number, verdict in page.exercises.items():
                if verdict not in ("", "right") and page.tries.get(number, 0) >= TRIES:
                    found.append(f"{number} ({page.tries[number]} tries)")
            if page.begun and page.state != DONE and page.minutes > SLOW * page.chapter.minutes:
                found.append(f"page {page.chapter.number:02d} ({page.minutes:.0f} minutes)")
        return found

    def count(self, verdict: str) -> int:
        """How many exercises have this verdict."""
        return sum(v == verdict for name, v in self.verdicts.items() if not name.startswith("p"))


@dataclass(frozen=True)
class Gathered:
    """All of a folder: the learners by name, and the files that are none, with why."""

    learners: tuple[Learner, ...]
    unread: tuple[tuple[str, str], ...]


def gather(folder: Path, verified: Verify = verify.verify) -> Gathered:
    """Read each hand-in file and each journal in a folder; of a learner's several the newest.

    Raises:
        OSError: the folder cannot be listed.
    """
    found: dict[str, Learner] = {}
    unread = []
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".json", ".jsonl") or path.name.endswith(".part"):
            continue
        try:
            who, made, events = read(path)
        except (OSError, ValueError) as error:
            unread.append((path.name, str(error)))
            continue
        learner = of(who, made, events, verified(events))
        if who not in found or found[who].seen <= learner.seen:
            found[who] = learner
    return Gathered(tuple(found[who] for who in sorted(found, key=str.casefold)), tuple(unread))


def read(path: Path) -> tuple[str, str, list[dict[str, Any]]]:
    """Who, when, and what happened, of one file that anybody may have written.

    Raises:
        ValueError: it is no such file; the text says why.
        OSError: it cannot be read.
    """
    if path.is_symlink() or not path.is_file():
        raise ValueError("is no regular file")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"is larger than {LARGEST >> 20} MB")
    text = path.read_bytes().decode("utf-8", "replace")
    if path.suffix == ".jsonl":  # a journal, as a kit's folder has it
        lines = [_parsed(line) for line in text.splitlines()]
        return path.stem[:LONGEST], "", _events([line for line in lines if journal.valid(line)])
    found = _parsed(text)
    if not isinstance(found, dict) or found.get("form") != FORM:
        raise ValueError("is no hand-in file of this version of the kit")
    who, events = found.get("who"), found.get("events")
    if not isinstance(who, str) or not who.strip() or not isinstance(events, list):
        raise ValueError("says not who, or not what")
    return who[:LONGEST], str(found.get("made"))[:40], _events(events)


def of(who: str, made: str, events: list[dict[str, Any]], verdicts: dict[str, str]) -> Learner:
    """A learner; what is not true does not count."""
    believed = [event for event in events if not _false(event, verdicts)]
    moments = [datetime.fromisoformat(event["at"]) for event in events]
    seen = max(moments, default=datetime.fromtimestamp(0, timezone.utc))
    return Learner(who, progress_of(believed, numbers()), verdicts, seen, made)


def minutes(learners: Iterable[Learner]) -> dict[str, list[float]]:
    """The minutes of those who are done with a page, by its name."""
    found: dict[str, list[float]] = {}
    for learner in learners:
        for page in learner.progress.pages:
            if page.state == DONE and page.minutes >= 1:
                found.setdefault(page.chapter.name, []).append(page.minutes)
    return found


def waiting(learners: Iterable[Learner]) -> dict[str, list[str]]:
    """Who is stuck at which exercise: the exercise -> names, those with most first."""
    found: dict[str, list[str]] = {}
    for learner in learners:
        for where in learner.stuck:
            found.setdefault(where.split(" (")[0], []).append(learner.who)
    return dict(sorted(found.items(), key=lambda one: -len(one[1])))


def at(learner: Learner) -> Page | None:
    """The page that a learner is at; None for who is done."""
    return learner.progress.goes_on


def _false(event: dict[str, Any], verdicts: dict[str, str]) -> bool:
    return verify.said_right(event) and verdicts.get(verify.name_of(event)) == verify.FALSE


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _events(found: list[Any]) -> list[dict[str, Any]]:
    """Those that are events, of a page that there is.

    Raises:
        ValueError: there are more than anybody makes.
    """
    if len(found) > MOST:
        raise ValueError(f"has more than {MOST:,} events")
    return [event for event in found if journal.valid(event)]
