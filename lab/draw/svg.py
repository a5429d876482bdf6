"""A few drawing calls that make an SVG file: the same calls, the same bytes.

Every drawing has a title and a description, an opaque panel, ink that does not depend on the
page's theme, and text that stays text. On a dark page the panel is dark, where the browser tells
pictures of it. A reader who sees no colour loses nothing: what is lit has a thick frame too.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from html import escape

from lab.draw import theme

GROUND = theme.SHADE
PAPER = theme.PANEL
LINE = theme.SHAPES["quiet"]
LIT = theme.SHAPES["new"]
LIT_FILL = theme.TINTS["new"]

# How large a page shows it where it has room: with letters as large as JupyterLab's prose. Without
# a size it would be as wide as the page, whatever that is.
SHOWN = 1.125
SMALLEST = 12  # pixels of text at the drawing's own width


def number(value: float) -> str:
    """A coordinate as text, with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0").replace("-0", "-0" if value <= -0.05 else "0")


def dark() -> str:
    """The style of a dark page: each colour by the one that is written in its place."""
    rules = (
        f'[{part}="{light}"]{{{part}:{dim}}}'
        for light, dim in theme.DARK.items()
        for part in ("fill", "stroke")
    )
    return f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"


@dataclass
class Drawing:
    """An SVG under construction, as wide as a notebook's prose: 640 pixels."""

    title: str
    description: str
    height: float
    width: float = 640
    parts: list[str] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, *, lit: bool = False) -> None:
        """A rounded box by its upper left corner; a lit one has a thick frame and a fill."""
        look = f'fill="{LIT_FILL}" stroke="{LIT}" stroke-width="3"'
        if not lit:
            look = f'fill="{PAPER}" stroke="{LINE}" stroke-width="1.5"'
        place = f'x="{number(x)}" y="{number(y)}"'
        size = f'width="{number(width)}" height="{number(height)}"'
        self.parts.append(f'<rect {place} {size} rx="6" {look}/>')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = 13,
        bold: bool = False,
        at: str = "middle",
    ) -> None:
        """Words on one line, `at` start, middle or end of x; y is the base line.

        Raises:
            ValueError: smaller than can be read.
        """
        if size < SMALLEST:
            raise ValueError(f"text of {size} px is too small to read: use {SMALLEST} or more")
        look = f'font-size="{size}" text-anchor="{at}" fill="{theme.INK}"'
        look += ' font-weight="600"' if bold else ""
        place = f'x="{number(x)}" y="{number(y)}"'
        self.parts.append(f"<text {place} {look}>{escape(words)}</text>")

    def arrow(self, points: list[tuple[float, float]]) -> None:
        """A curve downwards through the points, with its head at the last one."""
        path = f"M{number(points[0][0])} {number(points[0][1])}"
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            middle = number((y1 + y2) / 2)
            path += f"C{number(x1)} {middle} {number(x2)} {middle} {number(x2)} {number(y2)}"
        self.parts.append(f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.5"/>')
        self.head(*points[-1])

    def across(self, x1: float, x2: float, y: float) -> None:
        """A straight arrow to the right."""
        path = f"M{number(x1)} {number(y)}H{number(x2)}"
        self.parts.append(f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.5"/>')
        head = f"M{number(x2)} {number(y)}l-8 -4v8z"
        self.parts.append(f'<path d="{head}" fill="{LINE}"/>')

    def head(self, x: float, y: float) -> None:
        """The head of an arrow that comes from above."""
        self.parts.append(f'<path d="M{number(x)} {number(y)}l-4 -8h8z" fill="{LINE}"/>')

    def svg(self) -> str:
        """The whole file."""
        size = f"0 0 {number(self.width)} {number(self.height)}"
        wide, tall = (number(SHOWN * side) for side in (self.width, self.height))
        opening = f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{tall}"'
        opening += f' viewBox="{size}" role="img"'
        lines = [
            f'{opening} aria-labelledby="title description" font-family="{theme.FONT}">',
            f'<title id="title">{escape(self.title)}</title>',
            f'<desc id="description">{escape(self.description)}</desc>',
            f"<style>{dark()}</style>",
            f'<rect width="{number(self.width)}" height="{number(self.height)}" fill="{GROUND}"/>',
            *self.parts,
            "</svg>",
        ]
        return "\n".join(lines) + "\n"
