"""Where the time of an answer went: a bar, a table, the same as text; and the request as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from lab.draw import fields, panels, theme, words
from lab.draw.guard import guard
from lab.draw.html import Markup, clean, join, tag
from lab.draw.interactive import Interactive
from lab.prompt import answer as drawing
from lab.prompt.state import Exchange
from lab.times.state import FUNCTION, GATEWAY, MODEL, WAY, Measured, Part, by_whom, parts

TONES = {WAY: ("dim", "quiet"), GATEWAY: ("new", "new"), FUNCTION: ("change", "change")}
TONES[MODEL] = ("good", "good")
WIDE, HIGH = 640.0, 16.0
UNKNOWN = "not known"
LATE = "No log has told yet: on AWS, lines come some seconds later. Look again."


class Controls:
    """A button: logs may have come."""

    def __init__(self, view: TimesView) -> None:
        guarded = guard(view.show_failure, during="Reading the logs")
        self.again = fields.button("Look again", guarded(lambda _: view.look()))
        self.box = fields.box(fields.row(self.again))

    def draw(self) -> None:
        """Nothing of it changes."""


class TimesView(Interactive):
    """The parts of the time that one exchange took.

    Args:
        exchange: which is over.
        look: reads what the logs say of it.
    """

    def __init__(self, exchange: Exchange, look: Callable[[], Measured]) -> None:
        self._exchange, self._look = exchange, look
        self.measured = Measured(exchange.seconds * 1000)

    def look(self) -> None:
        """Read the logs again."""
        self.measured, self.failure = self._look(), None
        self.draw()

    def make_controls(self) -> Controls:
        """What reads again."""
        return Controls(self)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Each part, with its milliseconds; None where nobody told."""
        return parts(self.measured)

    @property
    def told(self) -> bool:
        """Whether any log has told anything."""
        return any(part.milliseconds is not None for part in self.parts)

    def state(self) -> dict[str, Any]:
        """What was measured, the parts and their sums."""
        return {
            "state": "failed" if self.failure else "done",
            "when": self._exchange.when,
            "measured": asdict(self.measured),
            "parts": [asdict(part) for part in self.parts],
            "sums": by_whom(self.parts),
            "failure": self._failure_state(),
        }

    def text(self) -> str:
        """A line a part."""
        lines = [self._title(), self._sums(), *([] if self.told else [LATE])]
        lines += [f"  {took(p.milliseconds)}: {p.who}, {p.what} ({p.clock})" for p in self.parts]
        return clean("\n".join([*lines, *self._failure_lines(), drawing.place(self._exchange)]))

    def html(self) -> Markup:
        """The sums first, then the bar and the parts; the request is folded."""
        rows = [
            (join((_swatch(p.who), f"{p.who}: {p.what}")), took(p.milliseconds), p.clock)
            for p in self.parts
        ]
        table = panels.table("Where the time went", ("part", "took", "clock"), rows, numbers=(1,))
        return panels.panel(
            panels.title(self._title()),
            tag("p", self._sums()),
            None if self.told else panels.muted(LATE),
            self._bar(),
            table,
            drawing.inspector(self._exchange.request),
            panels.muted(drawing.place(self._exchange)),
            self._failure_pieces(),
            label=self._title(),
        )

    def _title(self) -> str:
        return f"{words.seconds(self._exchange.seconds)} from sending to the last byte"

    def _sums(self) -> str:
        return ", ".join(f"{who} {took(sum_)}" for who, sum_ in by_whom(self.parts).items())

    def _bar(self) -> Markup:
        """The whole as long as the page; what is not known stays empty."""
        label = self._sums()
        x, pieces = 0.0, []
        whole = max(self.measured.whole, sum(p.milliseconds or 0.0 for p in self.parts), 1.0)
        for part in self.parts:
            width = WIDE * (part.milliseconds or 0.0) / whole
            if width >= 0.5:
                pieces.append(_rect(x, width, theme.ink(*_tone(part.who))))
            x += width
        return tag(
            "svg",
            tag("title", label),
            _rect(0, WIDE, theme.ink("soft", theme.SHADE)),
            *pieces,
            viewBox=f"0 0 {WIDE:.0f} {HIGH:.0f}",
            role="img",
            aria_label=label,
            style="display:block;width:100%",
        )


def took(milliseconds: float | None) -> str:
    """A time, or that it is not known."""
    return UNKNOWN if milliseconds is None else words.seconds(milliseconds / 1000)


def _tone(who: str) -> tuple[str, str]:
    name, kind = TONES[who]
    return name, theme.SHAPES[kind]


def _swatch(who: str) -> Markup:
    return tag("span", "■ ", style=f"color:{theme.ink(*_tone(who))}", aria_hidden="true")


def _rect(x: float, width: float, ink: str) -> Markup:
    return tag("rect", x=f"{x:.1f}", y=0, width=f"{width:.1f}", height=HIGH, fill=ink)
