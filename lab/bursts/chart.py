"""The drawing of a burst: measured dots above, the token bucket's prediction below.

A shape says the verdict, not the colour. All dots of one verdict are one path: a thousand of them
stay small enough to be sent four times a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from lab.bursts.bucket import ANSWERED, FAILED, LIMITED, VERDICTS, Lane, levels
from lab.bursts.state import Burst
from lab.draw import theme, words
from lab.draw.html import Markup, tag
from lab.draw.inline import INK
from lab.draw.inline import number as _n
from lab.draw.inline import text as _text

WIDTH, LEFT, RIGHT = 640.0, 116.0, 622.0
ROW, ROWS = 11.0, 6  # pixels of a row of dots, and rows at most: more lie on each other
BAR = 26.0  # pixels of a row of bars
TALL = 30.0  # pixels of a full bucket
BARS = 240  # bars at most

INKS = {
    verdict: theme.ink(kind, theme.SHAPES[kind])
    for verdict, kind in ((ANSWERED, "good"), (LIMITED, "warn"), (FAILED, "bad"))
}
GROUND = theme.ink("ground", theme.PANEL)
QUIET, LEVEL = theme.ink("dim", theme.SHAPES["quiet"]), theme.ink("new", theme.SHAPES["new"])
SHAPES = {ANSWERED: "●", LIMITED: "▲", FAILED: "✗"}


class Dot(Protocol):
    """What has a place in the chart."""

    @property
    def at(self) -> float:
        """Seconds after the start."""

    @property
    def verdict(self) -> str:
        """Which shape it is."""


def chart(burst: Burst, label: str) -> Markup:
    """The whole drawing, described by its label."""
    end = burst.last_second() + (0 if burst.dotted else _wide(burst))
    drawn: list[Markup] = []
    y = 8.0
    for lane in burst.lanes:
        y = (_dots if burst.dotted else _bars)(drawn, burst, lane, y, end)
    y = _axis(drawn, y, end)
    return tag(
        "svg",
        tag("title", label),
        tag("rect", width=WIDTH, height=_n(y), fill=GROUND),
        *drawn,
        viewBox=f"0 0 {WIDTH:.0f} {_n(y)}",
        role="img",
        aria_label=label,
        font_family=theme.FONT,
        class_="kit-roomy",  # where it cannot be read, the tables below say the same
        style="max-width:100%;display:block",
    )


def _dots(drawn: list[Markup], burst: Burst, lane: Lane, y: float, end: float) -> float:
    """A lane with a dot for each request; where the next lane begins."""
    drawn.append(_text(8, y + 13, words.cut(lane.name, 40), bold=True))
    y += 20
    measured = sorted((r for r in burst.rows if r.lane == lane.name), key=lambda row: row.at)
    if burst.state != "idle":
        drawn.append(_text(8, y + 11, "measured"))
        y = _strip(drawn, measured, y, end, hollow=False) + 6
    foreseen = [one for one in burst.foreseen if one.lane == lane.name]
    if foreseen:
        drawn.append(_text(8, y + 11, "predicted"))
        y = _strip(drawn, foreseen, y, end, hollow=True) + 4
    if foreseen and lane.limit:
        y = _bucket(drawn, burst, lane, y, end) + 4
    return y + 6


def _bucket(drawn: list[Markup], burst: Burst, lane: Lane, y: float, end: float) -> float:
    """What the lane's bucket holds, as a line between empty and full."""
    assert lane.limit is not None
    foreseen = [one for one in burst.foreseen if one.lane == lane.name]
    times = sorted({*(i * end / 120 for i in range(121)), *(one.at for one in foreseen[:60])})
    points = levels(foreseen, lane.limit, times)
    top = max(lane.limit.burst, 1)
    path = " ".join(
        f"{_n(_x(time, end))},{_n(y + TALL * (1 - held / top))}" for time, held in points
    )
    drawn += [
        tag("path", d=f"M{_n(LEFT)} {_n(y + TALL)}H{_n(RIGHT)}", stroke=QUIET),
        tag("path", d=f"M{path}", fill="none", stroke=LEVEL, stroke_width=2),
        _text(8, y + 12, f"bucket: {lane.limit.burst:g}"),
        _text(8, y + 27, f"+{lane.limit.rate:g} a second"),
    ]
    return y + TALL


def _strip(
    drawn: list[Markup], dots: Sequence[Dot], y: float, end: float, *, hollow: bool
) -> float:
    """Dots side by side, those of the same moment below each other; where the strip ends."""
    last = [float("-inf")] * ROWS
    paths: dict[str, list[str]] = {verdict: [] for verdict in VERDICTS}
    used = 1
    for index, dot in enumerate(dots):
        x = _x(dot.at, end)
        free = (row for row in range(ROWS) if x - last[row] >= ROW - 1)
        row = next(free, index % ROWS)
        last[row], used = x, max(used, row + 1)
        paths[dot.verdict].append(_shape(dot.verdict, x, y + row * ROW + ROW / 2))
    for verdict, found in paths.items():
        if verdict == ANSWERED and found:
            drawn.append(_circles(found, INKS[verdict], 7.6))
            drawn += [_circles(found, GROUND, 5)] if hollow else []
        elif found:
            drawn.append(_path(verdict, found, hollow))
    return y + used * ROW


def _shape(verdict: str, x: float, y: float) -> str:
    """The outline of one dot around a point, as part of a path."""
    if verdict == ANSWERED:
        return f"M{_n(x)} {_n(y)}h0"  # no line, but its round ends: the shortest circle
    if verdict == LIMITED:
        return f"M{_n(x)} {_n(y - 4)}l4 8h-8z"
    return f"M{_n(x - 3)} {_n(y - 3)}l6 6m0-6l-6 6"


def _circles(found: Iterable[str], ink: str, wide: float) -> Markup:
    return tag("path", d="".join(found), stroke=ink, stroke_width=wide, stroke_linecap="round")


def _path(verdict: str, found: Iterable[str], hollow: bool) -> Markup:
    ink = INKS[verdict]
    filled = "none" if hollow or verdict == FAILED else ink
    thick = 1.3 if hollow else 2.2 if verdict == FAILED else 1
    return tag("path", d="".join(found), fill=filled, stroke=ink, stroke_width=thick)


def _bars(drawn: list[Markup], burst: Burst, lane: Lane, y: float, end: float) -> float:
    """A lane with a bar for each second and verdict, the prediction as a line around it."""
    wide = _wide(burst)
    drawn.append(_text(8, y + 13, words.cut(lane.name, 40), bold=True))
    drawn.append(_text(LEFT, y + 13, f"a bar is {wide} s; the frame is the prediction"))
    y += 22
    made = _binned(burst.bins, lane.name, wide)
    told = _binned(burst.foreseen_bins, lane.name, wide)
    top = max((*made.values(), *told.values()), default=1)
    for verdict in VERDICTS:
        drawn.append(_text(8, y + BAR - 6, f"{SHAPES[verdict]} {verdict}"))
        for source, hollow in ((made, False), (told, True)):
            path = "".join(
                f"M{_n(_x(slot * wide, end))} {_n(y + BAR)}v{_n(-(BAR - 4) * number / top)}"
                f"H{_n(_x((slot + 1) * wide, end) - 0.5)}V{_n(y + BAR)}"
                for (slot, kind), number in sorted(source.items())
                if kind == verdict
            )
            if path and hollow:  # in ink: it lies on the bars
                drawn.append(tag("path", d=path, fill="none", stroke=INK))
            elif path:
                drawn.append(_path(verdict, [path], hollow))
        y += BAR + 4
    return y + 6


def _wide(burst: Burst) -> int:
    """Seconds of a bar."""
    return int(burst.last_second()) // BARS + 1


def _binned(bins: dict[tuple[str, int, str], int], lane: str, wide: int) -> dict:
    found: dict[tuple[int, str], int] = {}
    for (name, second, verdict), number in bins.items():
        if name == lane:
            slot = (second // wide, verdict)
            found[slot] = found.get(slot, 0) + number
    return found


def _axis(drawn: list[Markup], y: float, end: float) -> float:
    """The seconds, on a line under all lanes; where the drawing ends."""
    drawn.append(tag("path", d=f"M{_n(LEFT)} {_n(y)}H{_n(RIGHT)}", stroke=INK, stroke_width=1))
    drawn.append(_text(8, y + 16, "seconds"))
    step = next(s for s in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1e9) if end / s <= 8)
    for index in range(int(end / step + 1e-9) + 1):
        x = _x(index * step, end)
        drawn.append(tag("path", d=f"M{_n(x)} {_n(y)}v4", stroke=INK, stroke_width=1))
        drawn.append(_text(x, y + 16, f"{index * step:g}", at="middle"))
    return y + 24


def _x(seconds: float, end: float) -> float:
    return LEFT + 6 + (RIGHT - LEFT - 12) * min(seconds / end, 1.0)
