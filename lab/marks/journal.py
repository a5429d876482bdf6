"""What a learner did and when: a line of JSON each, added to a file in the kit's folder.

It stays on this machine: no account, nothing is sent. A lesson never fails because it cannot be
written. Lines that cannot be read are put aside, and all others count.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from lab.marks.minutes import spent, tried
from sandbox.home import home, private, replace

NAME = "progress.jsonl"
LIMIT = 1 << 20  # bytes: then what no longer counts is left out
LONGEST = 16_384  # bytes of a line; an answer that is longer is not kept
WAIT = 1.0  # seconds for another notebook that writes
KINDS = ("start", "active", "predict", "check", "hint", "solution")

Event = dict[str, Any]


def folder() -> Path:
    """Where it is kept."""
    return home()


def note(kind: str, page: str, **facts: Any) -> None:
    """Add what has just happened on a page. Never raises because of the disk.

    Args:
        kind: one of KINDS.
        page: the chapter's slug, which stays when chapters are numbered anew.
        facts: what else is to be known, as data that survives JSON.
    """
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    line = json.dumps({"at": now, "kind": kind, "page": page, **facts}) + "\n"
    if len(line) > LONGEST:
        facts.pop("answer", None)
        line = json.dumps({"at": now, "kind": kind, "page": page, **facts}) + "\n"
    with suppress(OSError):
        _add(folder() / NAME, line)


def read(path: Path | None = None) -> list[Event]:
    """All that was noted, in the order in which it was; damaged lines are put aside.

    Args:
        path: the file, where it is not this kit's own.
    """
    path = path or folder() / NAME
    try:
        lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    events = [_event(line) for line in lines]
    bad = [line for line, event in zip(lines, events, strict=True) if event is None and line]
    if bad:
        with suppress(OSError, Timeout):
            _put_aside(path)
    return [event for event in events if event]


def condensed(events: Iterable[Event]) -> list[Event]:
    """What a course's state follows from, in the same order: less than there is.

    Kept are the first start of each page, the first answer to each prediction, for each exercise
    the last check that was right and the last that was not, with how many there were, each help once; then the minutes of
    each page, as one sum that stands for all before it.
    """
    found = list(events)
    kept: dict[tuple[Any, ...], int] = {}
    tries: dict[tuple[Any, ...], int] = {}
    for number, event in enumerate(found):
        about = event.get("exercise") or event.get("question")
        key = (event["kind"], event["page"], str(about), event.get("verdict") == "right")
        if event["kind"] == "check":
            kept[key] = number
            tries[key] = tries.get(key, 0) + tried(event)
            found[number] = {**event, "tries": tries[key]}
        elif event["kind"] != "active":
            kept.setdefault(key, number)
    sums = [
        {"at": found[-1]["at"], "kind": "active", "page": page, "minutes": round(minutes, 2)}
        for page, minutes in spent(found).items()
    ]
    return [*(found[number] for number in sorted(kept.values())), *sums]


def valid(found: Any) -> bool:
    """Whether this is an event, whoever wrote it: when, what, on which page."""
    try:
        moment = datetime.fromisoformat(found["at"])
        return bool(moment.tzinfo and found["kind"] in KINDS and isinstance(found["page"], str))
    except (ValueError, KeyError, TypeError):
        return False


def _event(line: str) -> Event | None:
    """The event of a line; None when it is none."""
    try:
        found: Event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if valid(found) else None


def _add(path: Path, line: str) -> None:
    private(path.parent)
    lock = _lock(path)
    with suppress(Timeout):  # whoever waits longer adds its line all the same: it is one write
        lock.acquire(timeout=WAIT)
    try:
        if path.exists() and path.stat().st_size > LIMIT:
            _replace(path, condensed(read(path)))
        with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "rb+") as file:
            file.write(b"\n" * _torn(file) + line.encode())
    finally:
        lock.release()


def _torn(file: BinaryIO) -> bool:
    """Whether the last line was cut, by a power failure: it must not swallow the next one."""
    if not file.seek(0, os.SEEK_END):
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _lock(path: Path) -> FileLock:
    return FileLock(f"{path}.lock", mode=0o600)


def _put_aside(path: Path) -> None:
    """Keep a file with damaged lines under another name, and its good lines in its place."""
    with _lock(path).acquire(timeout=WAIT):
        text = path.read_bytes()
        good = [
            event
            for line in text.decode("utf-8", "replace").splitlines()
            if (event := _event(line))
        ]
        aside = path.with_name(f"{path.stem}.damaged-{time.strftime('%Y%m%d-%H%M%S')}.jsonl")
        replace(aside, text)
        _replace(path, good)


def _replace(path: Path, events: list[Event]) -> None:
    replace(path, "".join(json.dumps(event) + "\n" for event in events).encode())
