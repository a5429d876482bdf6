"""All colours and the style sheet.

Panels take ground, ink and fonts from the page (kit.css), as a pair, and light ones where it has
none: in VS Code, which paints white behind widgets. The colours named here are those of pictures,
which are files of one look, and what panels show without a style sheet.
tests/lab/draw/test_theme.py computes every contrast, of panels in both themes.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

PANEL = "#ffffff"
SHADE = "#f4f6f8"  # code, table headings, quiet boxes
INK = "#1b1f24"
MUTED = "#57606a"  # less important words, still 4.5:1 on both grounds

# Shapes: borders, dots, bars. Each reaches 3:1 on PANEL, on SHADE and on its own tint.
SHAPES = {
    "new": "#0072b2",  # blue
    "change": "#7b5cb8",  # purple
    "remove": "#c24400",  # vermillion
    "good": "#00795a",  # green
    "bad": "#c24400",
    "warn": "#8a6100",
    "quiet": "#6e7681",
}

# Grounds of badges; words on them are INK.
TINTS = {
    "new": "#e3f1fa",
    "change": "#efeaf8",
    "remove": "#fdebe2",
    "good": "#e0f4ed",
    "bad": "#fdebe2",
    "warn": "#fbf1d9",
    "quiet": "#eef0f2",
}

KINDS = tuple(SHAPES)

# What a picture paints instead where its page is dark. Shapes and words keep their contrasts.
DARK = {
    PANEL: "#2a3038",
    SHADE: "#1c2128",
    INK: "#f0f3f6",
    "#0072b2": "#4ba3dc",
    "#7b5cb8": "#a98be0",
    "#c24400": "#f08650",
    "#00795a": "#3fb68b",
    "#8a6100": "#d0a042",
    "#6e7681": "#9aa4af",
    "#e3f1fa": "#173a52",
    "#efeaf8": "#352a52",
    "#fdebe2": "#4a2a18",
    "#e0f4ed": "#12402f",
    "#fbf1d9": "#43350f",
    "#eef0f2": "#363c44",
}
LINK = "#0059a3"

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono', monospace"


@cache
def css(name: str = "kit") -> str:
    """The style sheet of every panel, small enough to travel with each of them.

    Args:
        name: of another one, which a panel of its kind takes along besides: "tree".
    """
    text = (Path(__file__).parent / f"{name}.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return (
        re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", text))
        .replace(": ", ":")
        .replace(";}", "}")
        .strip()
    )


def ink(name: str, without: str) -> str:
    """A colour of the page's theme in a drawing; `without` where there is no style sheet."""
    return f"var(--kit-{name},{without})"


def mix(one: str, share: float, other: str) -> str:
    """What `color-mix(in srgb, …)` makes of two colours; `share` of the first, 0 to 1."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, 0 to 1, as WCAG defines it."""

    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
