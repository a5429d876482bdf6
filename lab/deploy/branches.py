"""How one row of a deployment is drawn, as text and as HTML, and how a list of them nests."""

from __future__ import annotations

from collections.abc import Iterable

from lab.deploy.rows import Row
from lab.draw import panels, words
from lab.draw.html import Markup, join, tag

CHANGES = 12  # property differences of one row that are drawn
OWN = "your own"  # made by a cell, not by a file of gateway/


def text(row: Row, depth: int, took: str, of: str) -> list[str]:
    """A row as lines: symbol, word, type, name, times, place; below it what differs or went wrong."""
    indent = "  " * (depth + 1)
    running = f"{words.RUNNING} for " if row.status == "running" and took else ""
    parts = [f"{row.name} of {of}" if of else row.name, f"{running}{took}", place(row)]
    first = f"{indent}{_word(row).symbol} {_label(row)}  {row.type}  "
    first += "   ".join(part for part in parts if part)
    details = [_because(row), *_differences(row), row.message, row.fix and f"Fix: {row.fix}"]
    return [first, *(f"{indent}    {line}" for each in details for line in each.splitlines())]


def html(row: Row, took: str, of: str, began: float) -> list[object]:
    """What is in the list item of a row, what is below it left out.

    Args:
        began: when the deployment did; a page plays the record by the times since then.
    """
    kind = f"{row.type} of {of}" if of else row.type
    name = tag("strong", row.name, class_="kit-name"), " ", tag("span", kind, class_="kit-muted")
    line = tag(
        "div",
        tag("span", *name),
        " ",
        panels.badge(_word(row), _label(row)),
        " ",
        tag("span", took, class_="kit-took"),
        " ",
        tag("span", place(row) or OWN, class_="kit-place", title=str(row.place or "") or None),
        class_="kit-row",
        data_at=_at(row, began),
    )
    because = _because(row)
    return [
        line,
        tag("div", because, class_="kit-diff kit-because") if because else None,
        *(tag("div", tag("code", each), class_="kit-diff") for each in _differences(row)),
        _said(row.message, row.fix) if row.message else None,
    ]


def tree(items: Iterable[tuple[int, list[object]]], label: str, look: str = "") -> Markup:
    """Items as nested lists: each below the last one before it that is less deep.

    Args:
        items: how deep each stands, in the order of the tree, and what is in it.
        look: a class of the style sheet besides.
    """
    open_: list[list[list[object]]] = [[]]  # the items of each list that is not closed
    for depth, item in items:
        while len(open_) - 1 > depth:
            _close(open_)
        if depth > len(open_) - 1:
            open_.append([])
        open_[-1].append(item)
    while len(open_) > 1:
        _close(open_)
    return tag("ul", *map(_item, open_[0]), class_=f"kit-tree {look}".strip(), aria_label=label)


def problem(message: str, fix: str) -> Markup:
    """What went wrong outside of a row."""
    return panels.note(words.FAILED, *_words(message, fix))


def _said(message: str, fix: str) -> Markup:
    """What went wrong with a row, whose badge says already that it did."""
    return tag("div", *_words(message, fix), class_=f"kit-note kit-{words.FAILED.kind}")


def _words(message: str, fix: str) -> tuple[Markup | None, ...]:
    """The first line, the lines of code below it if there are any, the fix."""
    first, _, rest = message.partition("\n")
    return tag("strong", first), panels.code(rest) if rest else None, panels.fix(fix)


def place(row: Row) -> str:
    """Where it is made; "" for what a cell makes."""
    return row.place.short if row.place else ""


def _close(open_: list[list[list[object]]]) -> None:
    """The deepest list is complete: it goes into the item above it."""
    done = open_.pop()
    open_[-1][-1].append(tag("ul", *map(_item, done)))


def _item(parts: list[object]) -> Markup:
    return tag("li", join(parts))


def _at(row: Row, began: float) -> str | None:
    """The seconds at which it began and ended; None for what has not been done."""
    if row.status not in ("done", "failed", "stopped") or row.seconds is None:
        return None
    start = max(0.0, row.started - began)
    return f"{start:.2f} {start + row.seconds:.2f}"


def _word(row: Row) -> words.Word:
    if row.status in ("failed", "stopped"):
        return words.STATES[row.status]
    return words.OPERATIONS.get(row.operation, words.UPDATE)


def _label(row: Row) -> str:
    """The word of a row's badge."""
    word = words.OPERATIONS[row.operation].word if row.operation in words.OPERATIONS else ""
    if row.status in ("failed", "stopped"):
        return ": ".join(part for part in (words.STATES[row.status].word, word) if part)
    return f"{word} (was gone)" if row.drift == "gone" else word


def _because(row: Row) -> str:
    """Which inputs force a replacement."""
    return f"replaced because {' and '.join(row.because)} changed" if row.because else ""


def _differences(row: Row) -> list[str]:
    lines = [f"{one.path}: {one.before} → {one.after}" for one in row.changes[:CHANGES]]
    if len(row.changes) > CHANGES:
        lines.append(f"{len(row.changes) - CHANGES} more differences")
    return lines
