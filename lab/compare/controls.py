"""The controls of two settings: the prompt, both settings, and a Send that turns into Stop."""

from __future__ import annotations

from typing import Protocol

import ipywidgets

from lab.compare.state import Pair, Setting, read, written
from lab.draw import fields, kernel
from lab.draw.guard import Failure, guard
from lab.draw.html import tag
from lab.draw.view import INTERVAL
from lab.errors import LabError

SENDS = "Send the prompt with both settings (Ctrl+Enter)"


class Asking(Protocol):
    """What these controls ask with."""

    pair: Pair

    @property
    def running(self) -> bool:
        """Whether something is on its way."""

    def begin(self, prompt: str, first: Setting, second: Setting) -> None:
        """Ask for both."""

    def step(self, wait: float = 0.0) -> bool:
        """Take in what happened; False when it is over."""

    def stop(self) -> None:
        """Stop waiting."""

    def show_failure(self, failure: Failure) -> None:
        """Show that a handler failed."""


class Controls:
    """Three fields and a button. They read and show; what happens is the view's."""

    def __init__(self, view: Asking) -> None:
        self._view = view
        guarded = guard(view.show_failure, during="The comparison")
        first, second = view.pair.columns
        hint = "temperature=0, max_tokens=16, seed=7"
        self.prompt = fields.area("Prompt", 3, value=view.pair.prompt)
        self.settings = [
            fields.line(name, value=written(one.setting), placeholder=hint, layout=fields.wide())
            for name, one in (("First setting", first), ("Second setting", second))
        ]
        self.button = fields.button("Send", guarded(self._press), SENDS, primary=True)
        self.status = ipywidgets.HTML()
        self._again = guarded(self._pump)
        self.box = fields.box(self.prompt, *self.settings, fields.row(self.button), self.status)
        self.draw()

    def draw(self) -> None:
        """The button's word, and how far it is."""
        running = self._view.running
        self.button.description = "Stop" if running else "Send"
        asked = sum(one.exchange is not None for one in self._view.pair.columns)
        self.status.value = str(tag("p", f"asking, {asked} of 2")) if running else ""

    def _press(self, _: object) -> None:
        if self._view.running:
            self._view.stop()
            return
        try:
            first, second = (read(field.value) for field in self.settings)
        except ValueError as error:
            raise LabError(f"{error}.", "temperature=0, max_tokens=16, for example.") from None
        self._view.begin(self.prompt.value, first, second)
        self._pump()

    def _pump(self) -> None:
        kernel.pump(self._view.step, self._again, INTERVAL)
