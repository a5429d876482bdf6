"""What pictures that are drawn into a view share: coordinates as text, and words in them."""

from __future__ import annotations

from lab.draw import theme
from lab.draw.html import Markup, tag

SIZE = 12  # pixels of the words
INK = theme.ink("ink", theme.INK)


def number(value: float) -> str:
    """A coordinate as text, with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def text(
    x: float, y: float, words: str, *, bold: bool = False, at: str = "start", ink: str = INK
) -> Markup:
    """Words on one line, `at` start, middle or end of x; y is the base line.

    A line break follows: an untrusted notebook keeps the words alone, and they stay words.
    """
    drawn = tag(
        "text",
        words,
        x=number(x),
        y=number(y),
        font_size=SIZE,
        text_anchor=at,
        fill=ink,
        font_weight=600 if bold else None,
    )
    return drawn + Markup("\n")
