"""All colours and the style sheet. Words are ink on a light fill; colours only draw shapes.

A panel brings its own opaque light ground, so that it reads the same in light and dark themes and
in VS Code, which paints white behind widgets. tests/lab/draw/test_theme.py computes every contrast.
"""

from __future__ import annotations

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
LINK = "#0059a3"

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono', monospace"


def css() -> str:
    """The style sheet of every panel, small enough to travel with each of them.

    `!important` where a notebook's own style would win: JupyterLab stripes and right-aligns
    tables in outputs with the colours of its theme, which is dark at times.
    """
    kinds = "".join(
        f".kit-{kind}{{border-left-color:{SHAPES[kind]}!important;background:{TINTS[kind]}}}"
        for kind in KINDS
    )
    return (
        f".kit{{background:{PANEL};color:{INK};color-scheme:light;font:14px/1.45 {FONT};"
        f"border:1px solid {SHAPES['quiet']};border-radius:6px;padding:10px 12px;"
        "max-width:60em;overflow-wrap:break-word;text-align:left}"
        f".kit a{{color:{LINK}}}.kit p{{margin:.35em 0}}.kit-title{{font-weight:600}}"
        f".kit-muted{{color:{MUTED}}}"
        ".kit table{border-collapse:collapse;margin:.4em 0;width:100%;font-size:13px;"
        "display:table;table-layout:auto}"
        f".kit caption{{text-align:left!important;color:{MUTED}!important;padding:0 0 .2em}}"
        f".kit tr,.kit td{{background:{PANEL}!important;color:{INK}!important}}"
        f".kit th{{background:{SHADE}!important;color:{INK}!important;font-weight:600}}"
        # Long names break in cells, but never the headings of rows: those set the column's width.
        ".kit{overflow-x:auto}.kit td{overflow-wrap:anywhere;min-width:8em}"
        # Nor names of resources and types, nor to single letters: a page too narrow scrolls.
        ".kit td .kit-name{overflow-wrap:normal}"
        ".kit td,.kit th{text-align:left!important;vertical-align:top;padding:2px 8px;"
        f"border:0;border-bottom:1px solid {TINTS['quiet']};white-space:normal;max-width:none}}"
        ".kit td.kit-number,.kit th.kit-number{text-align:right!important;white-space:nowrap;"
        "min-width:0;"
        "font-variant-numeric:tabular-nums}"
        ".kit-badge{display:inline-block;border-left:4px solid;border-radius:3px;"
        f"padding:0 6px;color:{INK};font-size:13px;white-space:nowrap}}"
        ".kit-note{border-left:4px solid;border-radius:3px;padding:6px 10px;margin:.5em 0}"
        f".kit pre,.kit code{{background:{SHADE}!important;color:{INK}!important;"
        f"font:12.5px/1.4 {MONO};border-radius:3px}}"
        ".kit pre{padding:6px 8px;margin:.4em 0;white-space:pre-wrap;overflow:auto;max-height:24em}"
        ".kit code{padding:0 3px}.kit summary{cursor:pointer}"
        f"{kinds}"
    )


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
