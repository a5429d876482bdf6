"""What every view is: state, text and HTML of one thing; and how it gets on the page and stays.

A view is live while something runs and a record when it is done. Both go through one display, so
that a saved notebook holds the record only: plain HTML and text, which need no kernel.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, final

from lab.draw.html import Markup
from lab.draw.kernel import in_notebook

WIDGET = "application/vnd.jupyter.widget-view+json"
INTERVAL = 0.25  # seconds between two draws; more often is flicker, not news


class View:
    """Base of all views. A subclass gives `state`, `text` and `html`; `live` when it has controls."""

    def state(self) -> dict[str, Any]:
        """All facts that any form shows, as plain data that survives JSON."""
        raise NotImplementedError

    def text(self) -> str:
        """The plain-text form."""
        raise NotImplementedError

    def html(self) -> Markup:
        """The HTML form: escaped, without controls and without script."""
        raise NotImplementedError

    def live(self) -> Any | None:
        """The ipywidgets form; None where the HTML form is drawn again and again."""
        return None

    def record(self) -> Record:
        """The view as it is now, frozen."""
        return Record(self.state(), self.text(), self.html())

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"text/plain": self.text(), "text/html": str(self.html())}


class Record(View):
    """A view that is over: it shows what was, and needs nothing that was running then."""

    def __init__(self, state: dict[str, Any], text: str, html: Markup) -> None:
        self._state, self._text, self._html = state, text, html

    def state(self) -> dict[str, Any]:
        """The facts, as they were."""
        return self._state

    def text(self) -> str:
        """The plain-text form, as it was."""
        return self._text

    def html(self) -> Markup:
        """The HTML form, as it was."""
        return self._html


@final
class Display:
    """A place on the page for one view: shown, drawn again, and in the end replaced by its record.

    In a notebook it is an output that is updated in place. In plain Python and in a terminal the
    record is printed once, at the end: nobody reads a tree that scrolls by.

    >>> with Display(tree) as display:
    ...     for event in events:
    ...         display.draw()          # at most four times a second
    """

    def __init__(
        self, view: View, *, clock: Callable[[], float] = time.monotonic, every: float = INTERVAL
    ) -> None:
        self.view = view
        self._clock, self._every = clock, every
        self._handle: Any = None
        self._drawn = float("-inf")
        self._over = False

    def __enter__(self) -> Display:
        self.show()
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def show(self) -> None:
        """Put the view on the page, live where it has a live form."""
        if in_notebook() and self._handle is None:
            from IPython.display import display

            self._handle = display(self._bundle(), raw=True, display_id=True)
        self._drawn = self._clock()

    def draw(self, *, now: bool = False) -> bool:
        """Draw the view again if the last time is long enough ago, or `now`. True when drawn."""
        if self._over or not (now or self._clock() - self._drawn >= self._every):
            return False
        self._drawn = self._clock()
        # A view with a live form draws itself: sending it again would throw away the focus.
        if self._handle is not None and self.view.live() is None:
            self._handle.update(self._bundle(), raw=True)
        return True

    def finish(self) -> Record:
        """Replace what is shown by the view's record; called twice, it does so once."""
        record = self.view.record()
        if not self._over:
            self._over = True
            if self._handle is not None:
                self._handle.update(record._repr_mimebundle_(), raw=True)
            elif not in_notebook():
                say(record.text())
        return record

    def _bundle(self) -> dict[str, Any]:
        bundle = self.view._repr_mimebundle_()
        widget = self.view.live()
        if widget is not None:
            # The still picture beside it is what a reader without widgets gets.
            bundle[WIDGET] = model(widget)
        return bundle


def model(widget: Any) -> dict[str, Any]:
    """What a page needs to find a widget's live form."""
    return {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}


def say(text: str) -> None:
    """Print, also where the terminal's encoding lacks a character."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))
