"""`progress`: the course as a map with marks, from what the kit's folder keeps."""

from __future__ import annotations

import functools
import re
import time
from pathlib import Path
from typing import Any

from lab import course
from lab.draw.kernel import shell
from lab.marks import journal
from lab.marks.state import Progress, progress_of
from lab.marks.view import ProgressView

CHECKS = Path(__file__).resolve().parents[1] / "checks"
MINUTE = 60.0  # seconds between two notes that a page is being worked on


def progress() -> ProgressView:
    """Show what is done, how long it took, and where to go on.

    >>> progress()
    00 Start  ✓ done  …
    """
    return ProgressView(now())


def now() -> Progress:
    """The same as plain state."""
    return progress_of(journal.read(), numbers())


@functools.cache
def numbers() -> tuple[str, ...]:
    """The numbers of all exercises, read from the graders as text.

    To import them would load the gateway's program and a second of time, on each `start`.
    """
    found = []
    for chapter in course.CHAPTERS:
        file = CHECKS / f"ch{chapter.number:02d}.py"
        if chapter.teaches and file.exists():
            found += re.findall(
                r'^    Exercise\(\s*"(\d+\.\d+)"', file.read_text("utf-8"), re.MULTILINE
            )
    return tuple(found)


def watch(page: str) -> None:
    """Note that a page is begun, and, at most once a minute, that its cells still run."""
    journal.note("start", page)
    ipython = shell()
    if ipython is None or not hasattr(ipython, "events"):
        return
    if (old := getattr(ipython, "_kit_watch", None)) is not None:
        ipython.events.unregister("post_run_cell", old)
    ipython._kit_watch = _noting(page)
    ipython.events.register("post_run_cell", ipython._kit_watch)


def _noting(page: str) -> Any:
    last = [time.monotonic()]

    def active(*_: object) -> None:
        if time.monotonic() - last[0] >= MINUTE:
            last[0] = time.monotonic()
            journal.note("active", page)

    return active
