"""Two answers side by side, below each other where there is little room; the figures as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.compare.controls import Controls
from lab.compare.state import Column, Pair, Setting
from lab.draw import kernel, panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.interactive import Interactive
from lab.draw.panels import excerpt
from lab.draw.view import INTERVAL
from lab.errors import LabError
from lab.prompt import answer as drawing
from lab.prompt.state import Exchange, Running

SHOWN = 2000  # characters of an answer
BESIDE = "display:flex;flex-wrap:wrap;gap:4px 24px"
COLUMN = "flex:1 1 240px;min-width:0"  # below each other where two are too wide


class Comparison(Interactive):
    """One prompt with two settings.

    Args:
        new: an exchange of a prompt with a setting, not sent yet.
        start: puts an exchange on its way.
        now: the date and time, as text for the record.
    """

    no_kernel = f"{Interactive.no_kernel} What was asked is below."

    def __init__(
        self,
        pair: Pair,
        *,
        new: Callable[[str, Setting], Exchange],
        start: Callable[[Exchange], Running],
        now: Callable[[], str],
    ) -> None:
        self.pair = pair
        self._new, self._start, self._now = new, start, now
        self._sending: Running | None = None
        self._place = 0

    # The work. Nothing here knows of widgets.

    def send(self) -> None:
        """Ask for both and wait for the end; an interrupt stops the waiting."""
        first, second = self.pair.columns
        self.begin(self.pair.prompt, first.setting, second.setting)
        kernel.finish(self.step, self.stop, INTERVAL)

    def begin(self, prompt: str, first: Setting, second: Setting) -> None:
        """Put the first on its way.

        Raises:
            LabError: the two before are still on their way.
        """
        if self.running:
            raise LabError("The prompt before is still on its way.", "Wait for it, or press Stop.")
        self.failure = None
        self.pair = Pair(prompt, (Column(first), Column(second)))
        self._go(0)

    def step(self, wait: float = 0.0) -> bool:
        """Take in what happened; when the first is over, the second goes."""
        if self._sending is None:
            return False
        try:
            self._sending.take(wait)
        finally:
            self._take()
        first = self.pair.columns[0].exchange
        over = self._sending is None and self._place == 0
        if over and first is not None and first.state != "stopped":
            self._go(1)
        return self.running

    def stop(self) -> None:
        """Stop waiting for what is on its way; the second is not sent any more."""
        if self._sending is not None:
            self._sending.stop()
            self._take()

    @property
    def running(self) -> bool:
        """Whether one of both is on its way."""
        return self._sending is not None

    @property
    def settled(self) -> bool:
        """Whether the record may be drawn."""
        return not self.running

    def _go(self, place: int) -> None:
        self._place = place
        exchange = self._new(self.pair.prompt, self.pair.columns[place].setting)
        exchange = exchange.begin(self._now())
        self.pair = self.pair.with_exchange(place, exchange)
        self._sending = self._start(exchange)
        self.draw()

    def _take(self) -> None:
        assert self._sending is not None
        exchange = self._sending.exchange
        self.pair = self.pair.with_exchange(self._place, exchange)
        if exchange.over:
            self._sending = None
        self.draw()

    # How it looks.

    def make_controls(self) -> Controls:
        """Prompt, both settings, Send."""
        return Controls(self)

    def state(self) -> dict[str, Any]:
        """The prompt and both columns."""
        return {
            "state": "failed" if self.failure else self.pair.state,
            "prompt": excerpt(self.pair.prompt, drawing.ASKED),
            "columns": [
                {
                    "setting": dict(one.setting),
                    "dollars": one.dollars,
                    **(drawing.facts(one.exchange) if one.exchange else {"state": "idle"}),
                }
                for one in self.pair.columns
            ],
            "failure": self._failure_state(),
        }

    def text(self) -> str:
        """The prompt, one answer after the other, and the figures of both."""
        lines = [f"Prompt: {excerpt(self.pair.prompt, drawing.ASKED)}"]
        for column in self.pair.columns:
            word, sentence = _verdict(column)
            lines += [f"{column.name}: {word}, {sentence}", *_answer(column)]
        lines += [f"{name}: {one} | {other}" for name, one, other in self._figures()]
        return clean("\n".join([*lines, *self._failure_lines(), self._when()]))

    def html(self) -> Markup:
        """Two columns, then a table of what was measured."""
        headings = ("what", *(column.name for column in self.pair.columns))
        figures = self._figures()
        return panels.panel(
            panels.title(f"Prompt: {excerpt(self.pair.prompt, drawing.ASKED)}"),
            tag("div", *map(_column, self.pair.columns), style=BESIDE),
            panels.table("What was measured", headings, figures) if figures else None,
            *(
                panels.details(
                    f"The request with {one.name}", drawing.inspector(one.exchange.request)
                )
                for one in self.pair.columns
                if one.exchange
            ),
            self._failure_pieces(),
            panels.muted("Code form: ", tag("code", self.code_form())),
            panels.muted(self._when()),
            label="One prompt, two settings",
        )

    def code_form(self) -> str:
        """The call that asks this again."""
        one, other = (dict(column.setting) for column in self.pair.columns)
        return clean(f"compare({self.pair.prompt[:80]!r}, {one!r}, {other!r})")

    def _figures(self) -> list[tuple[str, str, str]]:
        """Rows of what both were, those left out of which neither says anything."""
        sides = [_numbers(column) for column in self.pair.columns]
        names = dict.fromkeys(name for side in sides for name in side)
        return [(name, sides[0].get(name, ""), sides[1].get(name, "")) for name in names]

    def _when(self) -> str:
        known = [column.exchange for column in self.pair.columns if column.exchange]
        return drawing.place(known[-1]) if known else "not sent"


def _verdict(column: Column) -> tuple[words.Word, str]:
    if column.exchange is None:
        return words.IDLE, "not sent"
    return drawing.verdict(column.exchange)


def _answer(column: Column) -> list[str]:
    """What was written, or why nothing was."""
    if column.exchange is None:
        return []
    known = drawing.facts(column.exchange)
    told = [known.get("completion"), known.get("said"), known.get("problem"), known.get("fix")]
    return [excerpt(str(text), SHOWN) for text in told if text]


def _column(column: Column) -> Markup:
    word, sentence = _verdict(column)
    return tag(
        "div",
        tag("p", tag("strong", column.name)),
        tag("p", panels.badge(word), " ", sentence),
        *map(panels.prose, _answer(column)),
        style=COLUMN,
    )


def _numbers(column: Column) -> dict[str, str]:
    """What was measured, and what it would cost on AWS."""
    if column.exchange is None:
        return {}
    seconds = {"seconds": f"{column.exchange.seconds:.2f}"} if column.exchange.over else {}
    rows = {n: v for n, v in drawing.numbers(column.exchange) if n not in ("model", "request id")}
    if column.dollars is not None:
        rows["on AWS, a million of these"] = f"~ {column.dollars * 1e6:,.0f} US dollars"
    return seconds | rows
