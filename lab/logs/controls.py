"""The controls of the log viewer: filter, level, and a Follow that turns into Pause."""

from __future__ import annotations

import time
from typing import Protocol

import ipywidgets

from lab.draw import fields, kernel, panels, words
from lab.draw.guard import Failure, guard
from lab.draw.html import Markup, tag
from lab.draw.view import INTERVAL
from lab.logs.events import LEVELS
from lab.logs.state import Logs

EVERY = 1.0  # seconds between two looks while it follows
LONGEST = 300.0  # seconds after which following ends by itself


class Viewer(Protocol):
    """What these controls show and steer."""

    logs: Logs
    failure: Failure | None

    @property
    def running(self) -> bool:
        """Whether lines are being fetched."""

    def begin(self) -> None:
        """Fetch what is new."""

    def step(self, wait: float = 0.0) -> bool:
        """Take in what came; False when all of it is there."""

    def read(self) -> object:
        """Fetch what is new and wait for it."""

    def stop(self) -> None:
        """Fetch no more."""

    def filter(self, grep: str = "", level: str = "") -> object:
        """Show lines with this text, of this level or a worse one."""

    def clear(self) -> None:
        """Show only what comes from now on."""

    def draw(self) -> None:
        """Draw what is on the page once more."""

    def show_failure(self, failure: Failure) -> None:
        """Show that a handler failed."""


class Controls:
    """The widgets of a log view. They read and show; what happens is the view's."""

    def __init__(self, view: Viewer) -> None:
        self._view = view
        guarded = guard(view.show_failure, during="The log viewer")
        small = ipywidgets.Layout(width="auto")
        self.grep = fields.line(
            "Filter",
            value=view.logs.grep,
            placeholder="text in a line",
            continuous_update=False,
            layout=fields.wide(),
        )
        levels = [("all", ""), *((f"{level} or worse", level) for level in LEVELS[1:])]
        self.level = fields.choice("Level", levels, value=view.logs.level)
        self.refresh = fields.button(
            "Read again", guarded(self._read), "Read what is new", layout=small
        )
        self.follow = fields.button("Follow", guarded(self._toggle), layout=small)
        self.clear = fields.button(
            "Clear",
            guarded(lambda _: view.clear()),
            "Show only what comes from now on",
            layout=small,
        )
        self.status = ipywidgets.HTML()
        self._until, self._next = 0.0, 0.0
        self._pumping = False
        for control in (self.grep, self.level):
            control.observe(guarded(self._filter), "value")
        self._again = guarded(self._pump)
        buttons = fields.row(self.refresh, self.follow, self.clear)
        self.box = fields.box(self.grep, self.level, buttons, self.status)
        self.draw()

    @property
    def following(self) -> bool:
        """Whether it looks for new lines again and again."""
        return time.monotonic() < self._until

    def draw(self) -> None:
        """Show the state: the button's word, and the status line."""
        self.follow.description = "Pause" if self.following else "Follow"
        self.follow.tooltip = (
            "Read no more" if self.following else f"Read what is new, for {LONGEST / 60:.0f} min"
        )
        self.status.value = str(self._status() or "")

    def _status(self) -> Markup | None:
        """What the record below does not say: what is filtered, and that it goes on."""
        logs = self._view.logs
        if self._view.failure is not None:
            return self._view.failure.html()
        if logs.state == "done" and not (logs.grep or logs.level or self.following):
            return None
        text = (
            f"{words.count(len(logs.matching()), 'line')} of {len(logs.lines):,} pass the filter."
        )
        text += " Following." if self.following else ""
        line = tag("p", panels.badge(words.STATES[logs.state]), " ", text)
        return panels.panel(line, label="Status")

    def _filter(self, _: object) -> None:
        self._view.filter(self.grep.value, self.level.value)

    def _read(self, _: object) -> None:
        self._view.begin()
        if not self._pumping:
            self._pump()

    def _toggle(self, _: object) -> None:
        if self.following:
            self._until = 0.0
            self._view.stop()
        else:
            self._until = time.monotonic() + LONGEST
            self._read(None)

    def _pump(self) -> None:
        """Take in lines: between the kernel's messages where it can, else until it is over."""
        loop = kernel.loop()
        if loop is None:
            self._view.read()
            self._until = 0.0
            self.draw()
            return
        busy, again = self._view.running, self._view.step()
        if busy and not again:  # one look is over
            self._next = time.monotonic() + EVERY
            self._view.draw()
        if self.following and not again and time.monotonic() >= self._next:
            self._view.begin()
        self._pumping = again or self.following
        if self._pumping:
            loop.call_later(INTERVAL, self._again)
        else:
            self.draw()
