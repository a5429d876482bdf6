"""Traffic on the page: a lane for each who answered, a dot for each call, and the same as text."""

from __future__ import annotations

from typing import Any

from lab.draw import panels, theme, words
from lab.draw.html import Markup, clean, tag
from lab.draw.inline import INK
from lab.draw.inline import number as _n
from lab.draw.inline import text as _text
from lab.draw.once import Drawn
from lab.traffic.state import ANSWERED, FAILED, LIMITED, VERDICTS, Shot, Traffic

SHAPES = {ANSWERED: "●", LIMITED: "▲", FAILED: "✗"}
INKS = {
    verdict: theme.ink(kind, theme.SHAPES[kind])
    for verdict, kind in ((ANSWERED, "good"), (LIMITED, "warn"), (FAILED, "bad"))
}
QUIET = theme.ink("dim", theme.SHAPES["quiet"])
WIDTH, LEFT, RIGHT, LANE = 640.0, 206.0, 626.0, 26.0
NAME = 29  # characters left of LEFT: candidate/127.31.128.143:8080
DOTS = 60  # on a line of text


class TrafficView(Drawn):
    """Calls at a steady rate, while they are made and as a record.

    Attributes:
        rows: each call that was made.
        counts: how many were `answered`, `limited` (429) and `failed`.
        by: how many each backend answered.
    """

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic

    @property
    def rows(self) -> tuple[Shot, ...]:
        """Each call that was made."""
        return tuple(self.traffic.rows)

    @property
    def counts(self) -> dict[str, int]:
        """How many calls were answered, limited and failed."""
        return self.traffic.counts()

    @property
    def by(self) -> dict[str, int]:
        """How many calls each has answered."""
        told = {lane: self.traffic.counts(lane)[ANSWERED] for lane in self.traffic.lanes}
        return {lane: number for lane, number in told.items() if number}

    @property
    def median(self) -> float | None:
        """Half of the answered calls took no longer, in seconds."""
        return self.traffic.median()

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        return self.traffic.facts()

    def text(self) -> str:
        """The plain-text form."""
        lines = [self._title(), f"  {words.STATES[self.traffic.state]}: {self._sentence()}"]
        wide = max((len(panels.excerpt(lane, 60)) for lane in self.traffic.lanes), default=0)
        for lane in self.traffic.lanes:
            dots = "".join(SHAPES[row.verdict] for row in self.traffic.of(lane))
            more = f" … {len(dots)} in all" if len(dots) > DOTS else ""
            lines.append(f"  {panels.excerpt(lane, 60):{wide}} {dots[:DOTS]}{more}")
        lines += [f"  {line}" for line in self._remarks()]
        return clean("\n".join(panels.excerpt(line) for line in lines))

    def html(self) -> Markup:
        """The lanes, and the counts of each."""
        return panels.panel(
            panels.title(panels.excerpt(self._title(), 400)),
            tag("p", panels.badge(words.STATES[self.traffic.state]), " ", self._sentence()),
            lanes(self.traffic, panels.excerpt(f"{self._title()}. {self._sentence()}", 600)),
            self._table() if self.traffic.rows else None,
            *(panels.muted(panels.excerpt(line, 400)) for line in self._remarks()),
            label="Who answered",
        )

    def _title(self) -> str:
        pace = f"{words.count(self.traffic.planned, 'call')} at {self.traffic.rate:g} a second"
        parts = (f"{pace}: {self.traffic.request}", self.traffic.where, self.traffic.when)
        return " · ".join(part for part in parts if part)

    def _sentence(self) -> str:
        if self.traffic.problem:
            return panels.excerpt(self.traffic.problem, 600)
        counts = self.traffic.counts()
        told = ", ".join(
            f"{number:,} {verdict}" for verdict, number in counts.items()
            if number or verdict != LIMITED
        )  # fmt: skip
        middle = self.traffic.median()
        took = f"; half of the answers took {words.seconds(middle)} or less" if middle else ""
        return f"{told}{took}."

    def _table(self) -> Markup:
        rows = []
        for lane in self.traffic.lanes:
            middle = self.traffic.median(lane)
            rows.append((
                panels.excerpt(lane, 100),
                *self.traffic.counts(lane).values(),
                words.seconds(middle) if middle is not None else "none",
            ))  # fmt: skip
        heads = ("who", *(f"{SHAPES[verdict]} {verdict}" for verdict in VERDICTS), "median time")
        return panels.table("Who answered", heads, rows, numbers=range(1, 5))

    def _remarks(self) -> list[str]:
        found = ["● answered, ▲ limited (429), ✗ failed; a dot stands where the call was sent."]
        found += [f"At {one.at:.1f} s: {one.what}." for one in self.traffic.moments]
        return found + [f"{number} × {reason}" for reason, number in self.traffic.reasons()]


def lanes(traffic: Traffic, label: str) -> Markup:
    """The drawing: time to the right, a lane for each who answered."""
    names, end = traffic.lanes, traffic.last_second()
    height = 14 + LANE * max(1, len(names)) + 24
    drawn: list[Markup] = []
    for index, name in enumerate(names):
        y = 14 + LANE * index + LANE / 2
        drawn.append(_text(8, y + 4, _name(name)))
        drawn.append(_line(f"M{_n(LEFT)} {_n(y)}H{_n(RIGHT)}", QUIET, 0.5))
        for verdict in VERDICTS:
            points = [_x(row.at, end) for row in traffic.of(name) if row.verdict == verdict]
            path = "".join(_shape(verdict, x, y) for x in points)
            if path:
                drawn.append(_drawn(verdict, path))
    bottom = 14 + LANE * max(1, len(names))
    for moment in traffic.moments:
        x = _x(moment.at, end)
        drawn.append(_line(f"M{_n(x)} 6V{_n(bottom)}", INK, 1.2, "3 3"))
    drawn.append(_line(f"M{_n(LEFT)} {_n(bottom)}H{_n(RIGHT)}", INK, 1))
    drawn.append(_text(8, bottom + 16, "seconds"))
    step = next(s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1e9) if end / s <= 8)
    for index in range(int(end / step + 1e-9) + 1):
        x = _x(index * step, end)
        drawn.append(_text(x, bottom + 16, f"{index * step:g}", at="middle"))
    return tag(
        "svg",
        tag("title", label),
        *drawn,
        viewBox=f"0 0 {WIDTH:.0f} {_n(height)}",
        role="img",
        aria_label=label,
        font_family=theme.FONT,
        class_="kit-roomy",  # where it cannot be read, the table below says the same
        style="max-width:100%;display:block",
    )


def _name(lane: str) -> str:
    """Who answered, short enough for the left: `a/b/c` is `…/b/c`, or the end of it."""
    kept = lane
    while len(kept) > NAME and "/" in kept[2:]:
        kept = "…/" + kept[2:].partition("/")[2]
    return kept if len(kept) <= NAME else f"…{kept[1 - NAME :]}"


def _shape(verdict: str, x: float, y: float) -> str:
    if verdict == ANSWERED:
        return f"M{_n(x)} {_n(y)}h0"  # no line, but its round ends: the shortest circle
    if verdict == LIMITED:
        return f"M{_n(x)} {_n(y - 4)}l4 8h-8z"
    return f"M{_n(x - 4)} {_n(y - 4)}l8 8m0-8l-8 8"


def _drawn(verdict: str, path: str) -> Markup:
    ink = INKS[verdict]
    if verdict == ANSWERED:
        return tag("path", d=path, stroke=ink, stroke_width=8, stroke_linecap="round")
    fill = ink if verdict == LIMITED else "none"
    return tag("path", d=path, fill=fill, stroke=ink, stroke_width=2.2)


def _line(path: str, ink: str, width: float, dashes: str | None = None) -> Markup:
    return tag("path", d=path, stroke=ink, stroke_width=width, stroke_dasharray=dashes)


def _x(seconds: float, end: float) -> float:
    return LEFT + 8 + (RIGHT - LEFT - 16) * min(seconds / end, 1.0)
