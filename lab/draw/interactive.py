"""A view with controls: they stand above, and its record below is drawn anew.

A view knows its controls; controls know only the protocol that they themselves ask for.
"""

from __future__ import annotations

from typing import Any, Protocol

from lab.draw.guard import Failure
from lab.draw.html import Markup, tag
from lab.draw.kernel import in_notebook
from lab.draw.view import WIDGET, View, model


class Drawn(Protocol):
    """The controls of a view."""

    box: Any  # the widget that holds them all

    def draw(self) -> None:
        """Show the view's state, without a loss of the focus."""


class Interactive(View):
    """Base of the views that have controls while a kernel runs.

    A subclass gives `make_controls`, and says in `no_kernel` what stands in their place in a
    notebook that is only read.

    Attributes:
        failure: of the handler that failed last; None when none did.
    """

    no_kernel = "These controls need a running kernel: run the cell."
    failure: Failure | None = None
    _controls: Any = None
    _record: Any = None

    def make_controls(self) -> Drawn:
        """The controls, wired to this view."""
        raise NotImplementedError

    @property
    def settled(self) -> bool:
        """Whether the record may be drawn: False while it would only flicker."""
        return True

    def live(self) -> Any:
        """The controls; made once."""
        if self._controls is None:
            self._controls = self.make_controls()
        return self._controls.box

    def show_failure(self, failure: Failure) -> None:
        """Show that a handler failed, where its result would be."""
        self.failure = failure
        self.draw()

    def draw(self) -> None:
        """Draw what is on the page once more: the controls and, once it has settled, the record."""
        if self._controls is not None:
            self._controls.draw()
        if self._record is not None and self.settled:
            self._record.update(self._repr_mimebundle_(), raw=True)

    def _ipython_display_(self) -> None:
        """Controls above, record below: what is drawn anew is never what has the focus."""
        if not in_notebook():
            print(self.text())
            return
        from IPython.display import display

        still = {"text/plain": self.no_kernel, "text/html": str(tag("p", self.no_kernel))}
        display({WIDGET: model(self.live()), **still}, raw=True)
        self._record = display(self._repr_mimebundle_(), raw=True, display_id=True)

    # How a failure stands in the three forms of a view.

    def _failure_state(self) -> dict[str, Any] | None:
        return self.failure.state() if self.failure else None

    def _failure_lines(self) -> list[str]:
        return [self.failure.text()] if self.failure else []

    def _failure_pieces(self) -> Markup | None:
        return self.failure.pieces() if self.failure else None


class Still(View):
    """A view without its controls: what is drawn while a cell works, and no click can be taken."""

    def __init__(self, view: View) -> None:
        self._view = view

    def state(self) -> dict[str, Any]:
        """The view's."""
        return self._view.state()

    def text(self) -> str:
        """The view's."""
        return self._view.text()

    def html(self) -> Markup:
        """The view's."""
        return self._view.html()
