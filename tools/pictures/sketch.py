"""Shapes for pictures that explain: cards, arrows with corners, bars, marks.

What a colour says is said by a shape or a word as well: a request that is let through is a dot, one
that is refused a cross.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from lab.draw import theme
from lab.draw.svg import LINE, PAPER, Drawing, number

Point = tuple[float, float]
HEAD = 8  # pixels that an arrow's head is long


class Sketch(Drawing):
    """A drawing of cards and arrows; all coordinates are pixels from the upper left corner."""

    def card(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        words: Sequence[str],
        *,
        kind: str = "",
        dashed: bool = False,
    ) -> None:
        """A box with its words in the middle, the first line bold.

        Args:
            kind: of theme.KINDS, for its colour; "" is plain.
            dashed: for what is not there yet, or no more.
        """
        fill, stroke = (theme.TINTS[kind], theme.SHAPES[kind]) if kind else (PAPER, LINE)
        look = f'rx="6" fill="{fill}" stroke="{stroke}" stroke-width="{2 if kind else 1.5}"'
        look += ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(f"<rect {_place(x, y, width, height)} {look}/>")
        first = y + height / 2 + 4.5 - 8.5 * (len(words) - 1)
        for at, line in enumerate(words):
            size = 12 if at else 13
            self.text(x + width / 2, first + 17 * at, line, size=size, bold=not at)

    def bar(self, x: float, y: float, width: float, height: float, kind: str) -> None:
        """A piece of a bar, for a share or a span of time."""
        look = f'fill="{theme.TINTS[kind]}" stroke="{theme.SHAPES[kind]}" stroke-width="1.5"'
        self.parts.append(f"<rect {_place(x, y, width, height)} {look}/>")

    def line(self, points: Sequence[Point], *, kind: str = "quiet", dashed: bool = False) -> None:
        """A line with corners."""
        path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
        look = f'fill="none" stroke="{theme.SHAPES[kind]}" stroke-width="1.5"'
        look += ' stroke-dasharray="4 4"' if dashed else ""
        self.parts.append(f'<path d="{path}" {look}/>')

    def route(self, points: Sequence[Point], *, kind: str = "quiet", dashed: bool = False) -> None:
        """A line with corners and a head at its end; its last part is level or upright."""
        self.line(points, kind=kind, dashed=dashed)
        (x1, y1), (x2, y2) = points[-2:]
        way = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
        back = {
            (1, 0): f"l-{HEAD} -4v8z",
            (-1, 0): f"l{HEAD} -4v8z",
            (0, 1): f"l-4 -{HEAD}h8z",
            (0, -1): f"l-4 {HEAD}h8z",
        }[way]
        self.parts.append(
            f'<path d="M{number(x2)} {number(y2)}{back}" fill="{theme.SHAPES[kind]}"/>'
        )

    def axis(self, x1: float, x2: float, y: float) -> None:
        """The line of time: an arrow that leads nowhere but on."""
        self.route([(x1, y), (x2, y)])
        self.parts[-1] = self.parts[-1].replace("<path ", '<path data-axis="time" ')

    def area(self, points: Sequence[Point], kind: str) -> None:
        """A surface under a curve, with the curve itself."""
        (left, base), *_, (right, _) = points
        path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        closed = f"M{path}L{number(right)} {number(base)}L{number(left)} {number(base)}z"
        self.parts.append(f'<path d="{closed}" fill="{theme.TINTS[kind]}"/>')
        self.line(points[1:], kind=kind)

    def passed(self, x: float, y: float) -> None:
        """The mark of a request that is let through."""
        place = f'cx="{number(x)}" cy="{number(y)}" r="4"'
        self.parts.append(f'<circle {place} fill="{theme.SHAPES["good"]}"/>')

    def refused(self, x: float, y: float) -> None:
        """The mark of a request that is refused."""
        path = f"M{number(x - 4)} {number(y - 4)}l8 8m0 -8l-8 8"
        look = f'fill="none" stroke="{theme.SHAPES["bad"]}" stroke-width="2.5"'
        self.parts.append(f'<path d="{path}" {look}/>')

    def spans(
        self, x: float, y: float, parts: Sequence[tuple[float, str, str]], height: float
    ) -> None:
        """Pieces of one bar, side by side: (how wide, of what kind, the word in it)."""
        widths = (width for width, _, _ in parts)
        ends = itertools.accumulate(widths, initial=0.0)
        for (width, kind, word), start in zip(parts, ends):
            self.bar(x + start, y, width, height, kind)
            if word:
                self.text(x + start + width / 2, y + height / 2 + 4.5, word, size=12)


def _place(x: float, y: float, width: float, height: float) -> str:
    return " ".join(
        f'{name}="{number(value)}"'
        for name, value in (("x", x), ("y", y), ("width", width), ("height", height))
    )
