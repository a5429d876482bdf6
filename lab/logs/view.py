"""Log lines on the page: where from, which level, and what one request went through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone, tzinfo
from pathlib import Path
from typing import Any, Protocol

from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.interactive import Interactive
from lab.draw.once import Once
from lab.draw.view import INTERVAL
from lab.logs import lines as drawing
from lab.logs.controls import Controls
from lab.logs.events import Line, Report, to_json_lines
from lab.logs.state import WINDOW, Logs, told

BUDGET = 37_000  # bytes of lines in a page; with all around them an update stays under 64 kB
STEPS = (4096, 2048, 1024, 512, 256, 185)  # bytes of a line in a page, as many as fit
UTC = timezone.utc


class Reading(Protocol):
    """Lines on their way, whoever fetches them."""

    def take(self, wait: float = 0.0) -> bool:
        """Put what came into the Logs, after waiting at most this long; False: that was all."""

    def stop(self) -> None:
        """Fetch no more."""


class LogView(Once, Interactive):
    """The lines, the filters that are on, and what there is to do where lines are missing.

    Attributes:
        lines: all that were read and pass the filters, secrets and prompts covered.
        reports: what invocations took, the newest first.

    Args:
        start: fetches the lines that are new.
        now: the date and time, as text for the record.
        zone: of the times that are shown.
    """

    no_kernel = f"{Interactive.no_kernel} The lines are below."

    def __init__(
        self,
        logs: Logs,
        *,
        start: Callable[[Logs], Reading],
        now: Callable[[], str],
        zone: tzinfo = UTC,
    ) -> None:
        self.logs = logs
        self._start, self._now, self._zone = start, now, zone
        self._reading: Reading | None = None

    def make_controls(self) -> Controls:
        """The filters and buttons of this view."""
        return Controls(self)

    # The work. Nothing here knows of widgets.

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines that were read and pass the filters."""
        return tuple(self.logs.matching())

    @property
    def reports(self) -> tuple[Report, ...]:
        """What invocations took, the newest first."""
        return tuple(self.logs.reports())

    @property
    def running(self) -> bool:
        """Whether lines are being fetched."""
        return self._reading is not None

    def begin(self) -> None:
        """Fetch what is new."""
        if self._reading is None:
            self.failure = None
            self.logs.begin(self._now())
            self._reading = self._start(self.logs)

    def step(self, wait: float = 0.0) -> bool:
        """Take in what came; False when all of it is there."""
        if self._reading is None:
            return False
        more = False
        try:
            more = self._reading.take(wait)
        finally:
            if not more:
                self._reading = None
        return more

    def read(self, draw: Callable[[], object] = lambda: None) -> LogView:
        """Fetch what is new and wait for it; an interrupt stops that."""
        self.begin()
        try:
            while self.step(wait=INTERVAL):
                draw()
        except KeyboardInterrupt:
            self.stop()
            raise
        self.draw()
        return self

    def stop(self) -> None:
        """Fetch no more, and keep what is there."""
        if self._reading is not None:
            self._reading.stop()
            self._reading = None
        self.logs.end("stopped")
        self.draw()

    def filter(self, grep: str = "", level: str = "") -> LogView:
        """Show lines with this text (upper and lower case are one), of this level or a worse one."""
        self.logs.grep, self.logs.level = grep, level
        self.draw()
        return self

    def clear(self) -> None:
        """Show only what comes from now on."""
        self.logs.clear()
        self.draw()

    def export(self, path: str | Path) -> Path:
        """Write all lines that pass the filters to a file, one JSON object a line."""
        target = Path(path)
        target.write_text(to_json_lines(self.lines), encoding="utf-8")
        return target

    # How it looks.

    def state(self) -> dict[str, Any]:
        """The state, the groups, the filters and the lines in the window."""
        known = self.logs.facts()
        limit = self._limit(self.logs.matching()[:WINDOW])
        known["lines"] = [
            {**one, "text": drawing.cut(one["text"], limit)} for one in known["lines"]
        ]
        if self.failure:
            known |= {"state": "failed", "failure": self.failure.state()}
        return known

    def text(self) -> str:
        """The plain-text form: the same lines, one below the other."""
        shown, sentence = self._window()
        limit = self._limit(shown)
        lines = [self._title(), *self._failure_lines()]
        if self.logs.problem:
            problem = panels.excerpt(self.logs.problem, 600)
            lines += [f"{words.FAILED}: {problem}", f"Fix: {self.logs.fix}"]
        lines += [f"  {name}: {value}" for name, value in self._told()]
        lines += [
            f"{self._time(line)} {line.source}{drawing.marked(line)}: {self._line(line, limit)}"
            for line in shown
        ]
        if reports := self._reports():
            lines += [" · ".join(drawing.REPORT_HEADINGS), *(" · ".join(row) for row in reports)]
        lines += [f"{source.kind}: {drawing.verdict(source)}" for source in self.logs.sources]
        lines += [sentence, f"{words.STATES[self.logs.state]}: {self._sentence()}"]
        return clean("\n".join(lines))

    def html(self) -> Markup:
        """The HTML form: nothing in it that could hold the focus."""
        shown, sentence = self._window()
        limit = self._limit(shown)
        title = self._title()
        rows = [
            (self._time(line), line.source, drawing.level(line), self._line(line, limit))
            for line in shown
        ]
        times = f"Lines, times in {self._zone_name()}"
        pairs, reports = self._told(), self._reports()
        return panels.panel(
            panels.title(title),
            self._failure_pieces(),
            drawing.problem(self.logs),
            panels.definition(pairs, "What they tell of this request") if pairs else None,
            panels.table(times, ("time", "from", "level", "line"), rows, look="kit-log")
            if rows
            else None,
            drawing.report_table(reports) if reports else None,
            *(drawing.source(source) for source in self.logs.sources),
            panels.muted(sentence),
            tag("p", panels.badge(words.STATES[self.logs.state]), " ", self._sentence()),
            label="Log lines",
        )

    def _ipython_display_(self) -> None:
        if not self.on_the_page():
            super()._ipython_display_()

    def _title(self) -> str:
        what = f"request {self.logs.request_id}" if self.logs.request_id else "newest first"
        known = (f"Logs, {what}", f"since {self.logs.since}", self.logs.where, self.logs.when)
        filters = [f"with {self.logs.grep!r}"] if self.logs.grep else []
        filters += [f"level {self.logs.level} or worse"] if self.logs.level else []
        return panels.excerpt(" · ".join(part for part in (*known, *filters) if part), 500)

    def _sentence(self) -> str:
        by = [f"{number:,} {name}" for name, number in self.logs.counts().items()]
        read = f"{words.count(len(self.logs.lines), 'line')} read"
        return f"{self.logs.phase or read}{' (' + ', '.join(by) + ')' if by else ''}."

    def _window(self) -> tuple[list[Line], str]:
        """The lines that are drawn, and what there is to say of the others."""
        found = self.logs.matching()
        covered = sum(line.covered for line in found)
        said = f"{min(len(found), WINDOW):,} of {len(found):,} shown"
        said += ", filter to narrow." if len(found) > WINDOW else "."
        other = len(self.logs.lines) - len(found)
        said += f" Filtered out: {words.count(other, 'line')}." if other else ""
        said += f" {self.logs.cut:,} older lines let go." if self.logs.cut else ""
        said += f" {words.count(covered, 'value')} covered: prompts and secrets." if covered else ""
        return found[:WINDOW], said

    def _limit(self, lines: list[Line]) -> int:
        """Bytes of each line, so that all of them fit into a page."""
        sizes = [drawing.length(line.text[: STEPS[0]]) for line in lines]
        fitting = (limit for limit in STEPS if sum(min(size, limit) for size in sizes) <= BUDGET)
        return next(fitting, STEPS[-1])

    def _line(self, line: Line, limit: int) -> str:
        """What is shown of a line; the id that is in the title is not repeated."""
        return drawing.cut(line.text.removeprefix(f"({self.logs.request_id}) "), limit)

    def _told(self) -> list[tuple[str, str]]:
        if not self.logs.request_id:
            return []
        return [(name, panels.excerpt(value, 300)) for name, value in told(self.logs)]

    def _reports(self) -> list[tuple[str, ...]]:
        return [
            (
                self._clock(one.time),
                f"{one.duration:,.2f} ms",
                f"{one.billed:,.0f} ms",
                f"{one.used:,} of {one.memory:,} MB",
                f"{one.init:,.2f} ms" if one.init is not None else "warm",
                one.lambda_id[:40],
            )
            for one in self.logs.reports(drawing.REPORTS)
        ]

    def _time(self, line: Line) -> str:
        return self._clock(line.time)

    def _clock(self, milliseconds: int) -> str:
        try:
            found = datetime.fromtimestamp(milliseconds / 1000, self._zone)
        except (ValueError, OverflowError, OSError):
            return str(milliseconds)
        return f"{found:%H:%M:%S}.{found.microsecond // 1000:03d}"

    def _zone_name(self) -> str:
        return datetime.now(self._zone).tzname() or "local time"
