"""The few pieces that panels are made of. What they cannot be made without, they ask for."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from lab.draw import theme, words
from lab.draw.html import Markup, clean, escape, join, tag
from lab.draw.words import Word

# Inline, for it is all that a notebook keeps which is not trusted: no word breaks in two.
WRAP = "white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere"
SHOWN = 4096  # characters of a text, counted as they are in the page; more is cut, and said


def panel(*children: object, label: str, sheet: str = "") -> Markup:
    """A region with the page's ground and ink, whose label screen readers say first.

    A viewer that drops style sheets shows its words, as it shows all others.

    Args:
        sheet: the style sheet that this kind of panel needs besides the one of all.
    """
    style = tag("style", Markup(theme.css() + (theme.css(sheet) if sheet else "")))
    return tag("div", style, *children, class_="kit", role="group", aria_label=label)


def title(text: object) -> Markup:
    """The first line of a panel."""
    return tag("p", text, class_="kit-title")


def badge(word: Word, text: str = "") -> Markup:
    """Symbol, word and colour together; `text` says more than the word, never less."""
    shown = f"{word.symbol} {text}" if text else str(word)
    return tag("span", shown, class_=f"kit-badge kit-{word.kind}")


def note(word: Word, *children: object) -> Markup:
    """A paragraph with its badge: a hint, a failure, a warning."""
    return tag("div", badge(word), " ", *children, class_=f"kit-note kit-{word.kind}")


def fix(text: object) -> Markup | None:
    """What to do about it; None where there is nothing to be done."""
    return tag("p", tag("strong", "Fix: "), text) if text else None


def muted(*children: object) -> Markup:
    """A line that matters less."""
    return tag("p", *children, class_="kit-muted")


def code(text: object) -> Markup:
    """A block to read and copy."""
    return tag("pre", text, dir="ltr", style=WRAP)


def prose(text: object) -> Markup:
    """A text that somebody wrote, as it is broken into lines, in reading type."""
    # dir=auto: a text from right to left reads so, and does not turn what stands around it.
    return tag("div", escape(text), class_="kit-prose", dir="auto", style=WRAP)


def details(summary: object, *children: object) -> Markup:
    """Something folded. In records only: a redraw would close it under the reader's hand."""
    return tag("details", tag("summary", summary), *children)


def table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Sequence[int] = (),
    look: str = "",
    named: Sequence[int] = (),
) -> Markup:
    """A table with its caption; the first cell of a row is the row's heading.

    Args:
        numbers: the columns, counted from 0, that hold numbers and line up at the right.
        look: a class of the style sheet besides.
        named: those that say what they are where there is no room for columns, as numbers do.
    """

    wide = len(headings) > 2
    shape = "kit-wide" if wide else "kit-pairs" if len(headings) == 2 else None

    def cell(column: int, value: object, scope: str | None) -> Markup:
        number = column in numbers
        says = (number or column in named) and wide and not scope and value != ""
        of = headings[column] if says else None
        kind = "kit-number" if number else None
        return tag("th" if scope else "td", value, scope=scope, class_=kind, data_of=of)

    head = tag("tr", *(cell(i, text, "col") for i, text in enumerate(headings)))
    body = [tag("tr", *(cell(i, v, None if i else "row") for i, v in enumerate(r))) for r in rows]
    pieces = tag("caption", caption), tag("thead", head), tag("tbody", *body)
    return tag("table", *pieces, class_=f"{shape or ''} {look}".strip() or None)


def definition(pairs: Iterable[tuple[str, object]], caption: str) -> Markup:
    """Names and values, as a table of two columns."""
    return table(caption, ("what", "value"), pairs)


def lines(texts: Iterable[object]) -> Markup:
    """One text a line."""
    return join((escape(text) for text in texts), Markup("<br>"))


def excerpt(text: str, limit: int = SHOWN) -> str:
    """The text, cut so that it takes at most `limit` characters in a page; says what is missing."""
    kept = text[:limit]
    while kept and (length := len(html.escape(clean(kept)))) > limit:
        kept = kept[: max(0, min(len(kept) - 1, len(kept) * limit // length))]
    if len(kept) == len(text):
        return text
    whole = len(text.encode("utf-8", "replace"))
    part = words.size(len(kept.encode("utf-8", "replace")))
    return f"{kept}\n… cut: {part} of {words.size(whole)} shown"
