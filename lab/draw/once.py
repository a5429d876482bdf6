"""Shows a view once: a cell that has drawn it already does not draw it again as its value."""

from __future__ import annotations

from lab.draw.kernel import cell


class Once:
    """Remembers the cell in which a view was drawn while it worked."""

    _shown_in: int | None = None

    def shown(self) -> None:
        """It is on the page already."""
        self._shown_in = cell()

    def on_the_page(self) -> bool:
        """Whether the running cell has drawn it."""
        return self._shown_in is not None and self._shown_in == cell()
