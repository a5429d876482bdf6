"""Shows a view once: a cell that has drawn it already does not draw it again as its value."""

from __future__ import annotations

from lab.draw.kernel import cell, in_notebook
from lab.draw.view import View


class Once:
    """Remembers the cell in which a view was drawn while it worked."""

    _shown_in: int | None = None

    def shown(self) -> None:
        """It is on the page already."""
        self._shown_in = cell()

    def on_the_page(self) -> bool:
        """Whether the running cell has drawn it."""
        return self._shown_in is not None and self._shown_in == cell()


class Drawn(Once, View):
    """A view without controls, drawn while it works: the cell's value draws it only if it was not."""

    def _ipython_display_(self) -> None:
        if self.on_the_page():
            return
        if not in_notebook():
            print(self.text())
            return
        from IPython.display import display

        display(self._repr_mimebundle_(), raw=True)
