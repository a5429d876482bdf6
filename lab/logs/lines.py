"""How one log line, one group and the REPORT lines look."""

from __future__ import annotations

import html as markup
from functools import lru_cache

from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.logs.events import Line
from lab.logs.state import EMPTY, READ, Logs, Source

REPORTS = 10
REPORT_HEADINGS = ("REPORT at", "duration", "billed", "memory used", "init", "Lambda request")
LEVELS = {"error": words.ERROR, "warning": words.WARNING}


@lru_cache(maxsize=2048)
def length(text: str) -> int:
    """Bytes that a text takes in a page."""
    return len(markup.escape(clean(text)).encode("utf-8", "replace"))


@lru_cache(maxsize=1024)
def cut(text: str, limit: int) -> str:
    """The beginning of a line that takes at most `limit` bytes in a page."""
    kept = text[:limit]
    while (size := length(kept)) > limit:
        kept = kept[: min(len(kept) - 1, len(kept) * limit // size)]
    return kept if len(kept) == len(text) else f"{kept}…"


def level(line: Line) -> str:
    # Without a badge's colour: two hundred of them would weigh as much as the lines.
    return str(LEVELS[line.level]) if line.level in LEVELS else line.level


def marked(line: Line) -> str:
    return f" {LEVELS[line.level]}" if line.level in LEVELS else ""


def problem(logs: Logs) -> Markup | None:
    if not logs.problem:
        return None
    return panels.note(words.FAILED, panels.excerpt(logs.problem, 600), " Fix: ", logs.fix)


def verdict(source: Source) -> str:
    """`12 lines in GROUP`, or what is missing and the way to it."""
    name = panels.excerpt(source.group, 200)
    if source.state == READ or (source.state == EMPTY and source.lines):
        return f"{words.count(source.lines, 'line')} in {name}"
    if not source.state:
        return f"not read yet: {name}"
    detail = panels.excerpt(source.detail, 400)
    return f"{source.state}{' in ' + name if name else ''}. {detail} Fix: {source.fix}".replace(
        ".  Fix", ". Fix"
    )


def source(source: Source) -> Markup:
    line = f"{source.kind}: {verdict(source)}"
    good = source.state in (READ, "") or (source.state == EMPTY and source.lines)
    return panels.muted(line) if good else tag("p", panels.badge(words.WARNING), " ", line)


def report_table(rows: list[tuple[str, ...]]) -> Markup:
    return panels.table(
        f"What invocations took, the last {REPORTS} at most",
        REPORT_HEADINGS,
        rows,
        numbers=(1, 2, 3, 4),
    )
