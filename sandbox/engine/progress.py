"""A progress bar in a terminal or notebook; a line every ten seconds anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # rich is loaded when there is something to draw
    from rich.progress import Progress as Rich

LINE_EVERY = 10.0  # seconds between two lines where nothing can be redrawn
_TOO_EARLY = 0.02  # below this fraction a guess of the time left is noise


class Progress(AbstractContextManager["Progress"]):
    """Shows how far a long job is: `with Progress("Build") as p: p.show(0.4, "done 4 of 10")`.

    Args:
        title: what is being done.
        quiet: show nothing.
        clock: seconds, monotonic; handed in by tests.
    """

    def __init__(
        self, title: str, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._title, self._quiet, self._clock = title, quiet, clock
        self._begun = self._shown = clock()
        self._bar = None if quiet else _bar(title)

    def __enter__(self) -> Progress:  # noqa: PYI034  typing.Self came with Python 3.11
        if self._bar:
            self._bar.start()
        elif not self._quiet:
            print(f"{self._title} ...", flush=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, fraction: float, doing: str) -> None:
        """Say how much is done, 0 to 1, and what is being done; call it at least every second."""
        now = self._clock()
        left = time_left(now - self._begun, fraction)
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=fraction, doing=doing, left=left)
        elif not self._quiet and now - self._shown >= LINE_EVERY:
            self._shown = now
            print(f"  {fraction:4.0%}  {doing}{', ' + left if left else ''}", flush=True)


def time_left(elapsed: float, fraction: float) -> str:
    """About how long it will still take, in words; empty when it is too early to say."""
    if not _TOO_EARLY < fraction < 1:
        return ""
    left = elapsed / fraction * (1 - fraction)
    return f"about {left / 60:.0f} min left" if left >= 90 else f"about {left:.0f} s left"


def _bar(title: str) -> Rich | None:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(file=sys.stdout)
    if not (console.is_terminal or console.is_jupyter):
        return None
    bar = Bar(
        TextColumn("{task.description}"), BarColumn(24), TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[doing]}"), TextColumn("{task.fields[left]}"),
        console=console, transient=True,
    )  # fmt: skip
    bar.add_task(title, total=1.0, doing="", left="")
    return bar
