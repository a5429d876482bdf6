"""How far the set-up is, before there is any package to draw it with. Standard library."""

from __future__ import annotations

import sys
import time

WIDTH = 24  # characters of the bar
LINE_EVERY = 10.0  # seconds between two lines where nothing can be redrawn


class Bar:
    """A bar that redraws its line in a terminal, and prints a line every ten seconds elsewhere.

    Args:
        title: what is being done.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._redraw = sys.stdout.isatty()
        self._begun = self._shown = time.monotonic()
        print(f"{title} ...", end="" if self._redraw else "\n", flush=True)

    def show(self, fraction: float, doing: str) -> None:
        """Say how much is done, 0 to 1, and what is being done."""
        now = time.monotonic()
        if self._redraw:
            filled = round(WIDTH * min(fraction, 1))
            drawn = "#" * filled + "." * (WIDTH - filled)
            self._write(f"{self._title} [{drawn}] {fraction:4.0%} {doing}"[:100])
        elif now - self._shown >= LINE_EVERY:
            self._shown = now
            print(f"  {fraction:4.0%}  {doing}", flush=True)

    def done(self, text: str = "") -> None:
        """Leave one line that says it is done and how long it took."""
        line = f"{self._title}: {text or 'done'}, {time.monotonic() - self._begun:.0f} s"
        if self._redraw:
            self._write(line + "\n")
        else:
            print(line, flush=True)

    def stop(self) -> None:
        """End the line as it is: something went wrong and will be told below."""
        if self._redraw:
            print(flush=True)

    def _write(self, text: str) -> None:
        sys.stdout.write(f"\r\x1b[2K{text}")
        sys.stdout.flush()
