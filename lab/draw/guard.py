"""The one guard around handlers: a failure is shown, never swallowed.

ipywidgets drops what a button's handler raises: the click returns, and a test run stays green.
So no handler is registered bare. `guard` shows a panel with what happened, why and the fix, tells
the view that it failed, and with KIT_RAISE=1, as in tests, raises again.
"""

from __future__ import annotations

import functools
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.panels import excerpt
from lab.draw.view import View
from lab.errors import LabError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Failure(View):
    """The panel that stands where a handler failed."""

    what: str
    why: str = ""
    fix: str = ""
    trace: str = ""

    @classmethod
    def of(cls, error: BaseException, during: str = "") -> Failure:
        """What to show for an error: its own words if it teaches, else its kind and place."""
        if isinstance(error, LabError):
            what, _, why = error.message.partition("\n")
            return cls(what, why, error.fix)
        trace = "".join(traceback.format_exception(error))
        return cls(
            f"{during or 'The kit'} failed: {type(error).__name__}: {error}",
            "This is a fault of the kit, or of code in a cell that it ran; nothing was hidden.",
            "Run the cell again. If it fails again, the details below say where.",
            trace[-4000:],
        )

    def state(self) -> dict[str, Any]:
        """What, why, fix and trace."""
        return {
            "state": "failed",
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
            "trace": self.trace,
        }

    def text(self) -> str:
        """The same on three lines, and the trace."""
        lines = [f"{words.FAILED}: {excerpt(self.what)}", excerpt(self.why)]
        lines += [f"Fix: {self.fix}"] if self.fix else []
        return clean("\n".join(line for line in [*lines, excerpt(self.trace.rstrip())] if line))

    def pieces(self) -> Markup:
        """What goes into a panel; the trace is folded."""
        return tag(
            "div",
            panels.note(words.FAILED, tag("strong", excerpt(self.what))),
            tag("p", excerpt(self.why)) if self.why else None,
            panels.fix(self.fix),
            panels.details("Where it happened", panels.code(excerpt(self.trace)))
            if self.trace
            else None,
        )

    def html(self) -> Markup:
        """A panel of its own."""
        return panels.panel(self.pieces(), label="Failed")

    __repr__ = View.__repr__


def strict() -> bool:
    """Whether guarded failures are raised again, as every test run wants: KIT_RAISE=1."""
    return os.environ.get("KIT_RAISE", "") not in ("", "0")


def guard(
    show: Callable[[Failure], None],
    *,
    during: str = "",
    failed: Callable[[BaseException], None] | None = None,
) -> Callable[[Callable[..., Result]], Callable[..., Result | None]]:
    """Wrap a handler so that what it raises is shown.

    Args:
        show: puts the panel where the learner looks.
        during: what the handler does, for the message: "Sending the prompt".
        failed: told first, so that the state of the view is `failed` whatever drawing does.
    """

    def wrap(handler: Callable[..., Result]) -> Callable[..., Result | None]:
        @functools.wraps(handler)
        def guarded(*args: Any, **kwargs: Any) -> Result | None:
            try:
                return handler(*args, **kwargs)
            except Exception as error:
                if failed is not None:
                    failed(error)
                show(Failure.of(error, during))
                if strict():
                    raise
                return None

        return guarded

    return wrap
