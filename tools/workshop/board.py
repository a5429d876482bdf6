"""make board: one page for the trainer from what a room has handed in. ARGS=FOLDER

Who is where, who is stuck on which exercise, minutes a page against the page's own. Answers are
looked at again, not believed; functions that learners wrote only with --run-code, for that runs them.
The page needs no network, and nothing in it can run. Whoever is in the folder has put a file there.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import sys
from datetime import datetime, timezone
from pathlib import Path

from lab import course
from lab.draw import words
from lab.draw.html import Markup, join, tag
from lab.marks.state import Page
from lab.marks.view import MARKS
from tools.environment import ROOT
from tools.workshop import gathered, verify
from tools.workshop.gathered import Gathered, Learner

STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.45 system-ui,sans-serif;margin:1rem auto;max-width:78rem;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}
.wide{overflow-x:auto}table{border-collapse:collapse}caption{text-align:left}
th,td{border:1px solid #8886;padding:.15rem .4rem;text-align:left;vertical-align:top}
.wide td{white-space:nowrap}.wide tbody th{position:sticky;left:0;background:Canvas}
abbr{text-decoration:none}small{opacity:.8}
td.n{text-align:right;font-variant-numeric:tabular-nums}thead th{background:#8882}
.at{outline:3px solid #0072b2;outline-offset:-3px}.warn{background:#c244001f}.muted{opacity:.8}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def main(arguments: list[str]) -> int:
    """Write the page; 0 when there is one."""
    parser = argparse.ArgumentParser(prog="make board", description=__doc__)
    parser.add_argument("folder", type=Path, help="with the files that `make progress` wrote")
    parser.add_argument("--run-code", action="store_true", help="run learners' functions, too")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "board.html")
    chosen = parser.parse_args(arguments)
    try:
        found = gathered.gather(
            chosen.folder, functools.partial(verify.verify, run_code=chosen.run_code)
        )
        chosen.to.parent.mkdir(parents=True, exist_ok=True)
        chosen.to.write_text(page(found, datetime.now(timezone.utc)), encoding="utf-8")
    except OSError as error:
        print(f"error: {error}\nfix: name a folder that is there: make board ARGS=FOLDER",
              file=sys.stderr)  # fmt: skip
        return 1
    for name, why in found.unread:
        print(f"left out: {name} {why}", file=sys.stderr)
    print(f"{words.count(len(found.learners), 'learner')}: {chosen.to}")
    return 0


def page(found: Gathered, now: datetime) -> Markup:
    """The whole page."""
    learners = found.learners
    head = tag(
        "head",
        Markup(f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
               '<meta name="viewport" content="width=device-width">'),
        tag("title", "The room"), tag("style", Markup(STYLE)),
    )  # fmt: skip
    body = tag(
        "body",
        tag("h1", f"The room: {words.count(len(learners), 'learner')}"),
        tag("p", f"Written {now:%Y-%m-%d %H:%M} UTC. A frame is where somebody goes on. Answers "
            "are verified (graded again here), claimed (cannot be, or is code that was not run) or "
            "false (not right when graded again; it does not count).", class_="muted"),
        tag("p", ", ".join(f"{mark.symbol} {mark.word}" for mark in MARKS.values())
            + "; 1/2: one of two exercises is right.", class_="muted"),
        tag("h2", "Who is stuck"), stuck(learners),
        tag("h2", "Who is where"), tag("div", where(learners, now), class_="wide"),
        tag("h2", "Minutes a page"), times(learners),
        tag("h2", "Files that were left out") if found.unread else None,
        tag("ul", *(tag("li", f"{name} {why}") for name, why in found.unread))
        if found.unread else None,
    )  # fmt: skip
    return Markup("<!doctype html>\n") + tag("html", head, body, lang="en")


def stuck(learners: tuple[Learner, ...]) -> Markup:
    """Where somebody should go, that of most first."""
    waiting = gathered.waiting(learners)
    if not waiting:
        return tag("p", f"Nobody: no exercise was tried {gathered.TRIES} times in vain.")
    rows = [
        tag("li", tag("strong", at), f": {len(who)} of {len(learners)} ({', '.join(who)})")
        for at, who in waiting.items()
    ]
    return tag("ul", *rows)


def where(learners: tuple[Learner, ...], now: datetime) -> Markup:
    """A row a learner, a column a page."""
    numbers = [f"{chapter.number:02d}" for chapter in course.CHAPTERS]
    names = ("learner", "goes on at", "last seen", "right", *numbers)
    rows = [_row(learner, now) for learner in learners]
    return _table("Learners and pages", names, rows)


def times(learners: tuple[Learner, ...]) -> Markup:
    """What each page took who is done with it, against what it says of itself."""
    taken = gathered.minutes(learners)
    rows = []
    for chapter in course.CHAPTERS:
        found = taken.get(chapter.name, [])
        middle = statistics.median(found) if found else None
        slow = middle is not None and middle > gathered.SLOW * chapter.minutes
        rows.append(
            tag("tr", tag("th", f"{chapter.number:02d} {chapter.title}", scope="row"),
                _number(chapter.minutes), _number("" if middle is None else f"{middle:.0f}", slow),
                _number(f"{min(found):.0f} to {max(found):.0f}" if found else ""),
                _number(len(found) or ""))
        )  # fmt: skip
    return _table("Minutes", ("page", "its own", "median here", "from, to", "learners"), rows)


def _row(learner: Learner, now: datetime) -> Markup:
    on = gathered.at(learner)
    told = [f"{learner.progress.right} of {learner.progress.exercises}"]
    told += [
        f"{learner.count(verdict)} {verdict}"
        for verdict in (verify.CLAIMED, verify.FALSE)
        if learner.count(verdict)
    ]
    return tag(
        "tr",
        tag("th", learner.who, scope="row"),
        tag("td", f"{on.chapter.number:02d}" if on else "done"),
        tag("td", _ago(learner.seen, now)),
        tag("td", ", ".join(told), class_="warn" if learner.count(verify.FALSE) else None),
        *(_cell(page, page is on) for page in learner.progress.pages),
    )


def _cell(page: Page, on: bool) -> Markup:
    """A page of a learner: its mark, how many exercises are right, and the minutes."""
    mark = MARKS[page.state]
    parts: list[object] = []
    if page.begun:
        parts.append(tag("abbr", mark.symbol, title=mark.word))
    if page.begun and page.exercises:
        parts.append(f" {page.right}/{len(page.exercises)}")
    if page.minutes >= 1:
        parts += [tag("br"), tag("small", f"{page.minutes:.0f} min")]
    return tag("td", join(parts), class_="at" if on else None)


def _ago(seen: datetime, now: datetime) -> object:
    """How long ago; a clock that is ahead says so."""
    minutes = (now - seen).total_seconds() / 60
    if minutes < -5:
        return join([f"{-minutes:.0f} min ahead:", tag("br"), "that clock is wrong"])
    if minutes < 120:
        return f"{max(0, minutes):.0f} min ago"
    if minutes < 48 * 60:
        return f"{minutes / 60:.0f} h ago"
    return f"{seen:%Y-%m-%d}" if seen.year > 1970 else "never"


def _number(value: object, warn: bool = False) -> Markup:
    return tag("td", value, class_="n warn" if warn else "n")


def _table(caption: str, names: tuple[str, ...], rows: list[Markup]) -> Markup:
    head = tag("tr", *(tag("th", name, scope="col") for name in names))
    return tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
