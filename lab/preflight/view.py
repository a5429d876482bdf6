"""The preflight's lines: OK or FAIL, what was found, and the exact fix."""

from __future__ import annotations

from typing import Any

from lab.draw import panels, words
from lab.draw.html import Markup, clean, join, tag
from lab.draw.view import View
from lab.preflight import state as preflight
from lab.preflight.state import Line

WORDS = {
    preflight.OK: words.OK,
    preflight.FAIL: words.FAIL,
    preflight.WARNING: words.WARNING,
    preflight.LATER: words.LATER,
}


class Preflight(View):
    """What the course needs of this machine, line by line."""

    TITLE = "This machine"
    CAPTION = "What the course needs of it"
    LABEL = "Preflight"

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self.lines = lines

    @property
    def ready(self) -> bool:
        """Whether nothing has failed."""
        return not self.problems

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(what, the fix) of each line that failed."""
        failed = [line for line in self.lines if line.state == preflight.FAIL]
        return [(f"{line.name}: {line.found}", line.fix) for line in failed]

    def state(self) -> dict[str, Any]:
        """Ready or not, and the lines."""
        return {
            "state": "done" if self.ready else "failed",
            "lines": [
                {"name": one.name, "state": one.state, "found": one.found, "fix": one.fix}
                for one in self.lines
            ],
        }

    def text(self) -> str:
        """A line each, and the fix below what needs one."""
        shown = []
        for line in self.lines:
            shown.append(f"{WORDS[line.state]!s:9} {line.name}: {line.found}")
            shown += [f"{'':9} Fix: {line.fix}"] if line.fix else []
        return clean("\n".join([*shown, self._last()]))

    def html(self) -> Markup:
        """A table; the fix stands where it is read, next to what needs it."""
        rows = [(line.name, panels.badge(WORDS[line.state]), _found(line)) for line in self.lines]
        return panels.panel(
            panels.title(self.TITLE),
            panels.table(self.CAPTION, ("what", "verdict", "found"), rows),
            tag("p", self._last()),
            label=self.LABEL,
        )

    def _last(self) -> str:
        if self.ready:
            return "Ready."
        return f"Not ready: {words.count(len(self.problems), 'thing')} to fix, from the top."


def _found(line: Line) -> Markup:
    fix = [tag("br"), tag("strong", "Fix: "), tag("code", line.fix)] if line.fix else []
    return join([line.found, *fix])
