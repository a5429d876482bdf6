"""What a page of the kit does in the browser: keys, focus and copying, by a small module (page.js).

ipywidgets sets no attributes, so it cannot keep a notebook's shortcuts out of its own controls;
anywidget can. The module travels over the kernel's connection: no build, no server, no network.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lab.draw.kernel import in_notebook
from lab.draw.view import WIDGET, model

HERE = Path(__file__).parent


class Page(anywidget.AnyWidget):
    """Nothing to see: the module that serves all controls and records of a page.

    Attributes:
        sheet: the style sheet of controls; the module leaves it in the page.
        once: whether the browser tells when the module has come.
    """

    _esm = (HERE / "page.js").read_text(encoding="utf-8")
    sheet = traitlets.Unicode((HERE / "page.css").read_text(encoding="utf-8")).tag(sync=True)
    once = traitlets.Bool(False).tag(sync=True)


@cache
def page() -> Page:
    """The one that all controls share."""
    return Page()


def install() -> None:
    """Bring the module into this page, for records on it; what brought it goes again."""
    if not in_notebook():
        return
    from IPython.display import display

    nothing = {"text/plain": "", "text/html": ""}
    bringer = Page(once=True)
    handle: Any = display({WIDGET: model(bringer), **nothing}, raw=True, display_id=True)

    def came(*_: object) -> None:
        handle.update(nothing, raw=True)
        bringer.close()

    bringer.on_msg(came)
