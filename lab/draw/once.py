"""Shows a view once: a cell that has drawn it already does not draw it again as its value."""

from __future__ import annotations

import sys
from typing import Any


class Once:
    """Remembers the cell in which a view was drawn while it worked."""

    _shown_in: Any = None

    def shown(self) -> None:
        """It is on the page already."""
        self._shown_in = _cell()

    def on_the_page(self) -> bool:
        """Whether the running cell has drawn it."""
        return self._shown_in is not None and self._shown_in == _cell()


def _cell() -> Any:
    """Which cell of this kernel is running; None outside of one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell.execution_count if shell is not None else None
