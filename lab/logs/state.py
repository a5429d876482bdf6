"""The lines that were read of some log groups: filtered, and one request's own.

idle ──begin──> running ──> done      read, or followed to the end
                      ├──> failed     no group could be read
                      └──> stopped    by the learner
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from lab.logs.events import ACCESS, FUNCTION, LEVELS, Line, Report, in_order, line_of, report_of

WINDOW = 200  # lines that are drawn
KEPT = 10_000  # lines that are kept; the oldest go first
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
ENDS = ("done", "failed", "stopped")

# What became of a group: read with lines, read without, not there, not allowed, not reached.
READ, EMPTY, MISSING, DENIED, UNREACHED = (
    "read",
    "no lines",
    "no group",
    "no permission",
    "no answer",
)


@dataclass
class Source:
    """A log group, and what became of reading it."""

    kind: str
    group: str
    state: str = ""
    detail: str = ""
    fix: str = ""
    lines: int = 0


@dataclass
class Logs:
    """Lines of some groups, with the filters that are on.

    Attributes:
        request_id: of the request whose lines are shown, or "".
        since: as it was asked for, such as "5m".
        cut: lines that were let go because there were too many.
    """

    sources: list[Source]
    since: str = "5m"
    request_id: str = ""
    grep: str = ""
    level: str = ""
    where: str = ""
    state: str = "idle"
    when: str = ""
    phase: str = ""
    problem: str = ""
    fix: str = ""
    cut: int = 0
    lines: list[Line] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether nothing more will be read."""
        return self.state in ENDS

    def begin(self, when: str) -> None:
        """Being read, since now. One that is over can be read on."""
        self.state, self.when, self.problem, self.fix = "running", when, "", ""

    def add(self, source: Source, raw: Iterable[tuple[int, str]]) -> None:
        """Lines of a group: (milliseconds, text as it was logged)."""
        found = [line_of(time, source.kind, text) for time, text in raw]
        source.lines += len(found)
        self.lines = sorted([*self.lines, *found], key=lambda line: line.time)
        if len(self.lines) > KEPT:
            self.cut += len(self.lines) - KEPT
            self.lines = self.lines[-KEPT:]

    def end(self, state: str, problem: str = "", fix: str = "") -> None:
        """Done, failed or stopped. Where no group could be read, done is failed."""
        # Who stops following does so between two looks, of which the last one is done.
        if self.over and (self.state, state) != ("done", "stopped"):
            return
        if state == "done" and all(one.state not in (READ, EMPTY) for one in self.sources):
            worst = next((s for s in self.sources if s.state in (UNREACHED, DENIED)), None)
            bad = worst or next(iter(self.sources), None)
            problem = problem or (
                f"No log can be read. {bad.detail}" if bad else "No log is known."
            )
            state, fix = "failed", fix or (bad.fix if bad else "")
        self.state, self.phase, self.problem, self.fix = state, "", problem, fix

    def clear(self) -> None:
        """Forget the lines that were read."""
        self.lines, self.cut = [], 0
        for source in self.sources:
            source.lines = 0

    def matching(self) -> list[Line]:
        """The lines that pass the filters: one request's in its order, else the newest first."""
        low = self.grep.casefold()
        wanted = LEVELS[LEVELS.index(self.level) :] if self.level in LEVELS else LEVELS
        found = [
            line
            for line in self.lines
            if line.level in wanted and (not low or low in line.text.casefold())
        ]
        if self.request_id:
            return sorted(found, key=in_order)
        return found[::-1]

    def counts(self) -> dict[str, int]:
        """Lines that were read, by source."""
        return dict(Counter(line.source for line in self.lines))

    def reports(self, most: int | None = None) -> list[Report]:
        """What invocations took, the newest first; at most so many."""
        found = (
            report_of(line) for line in reversed(self.lines) if line.text.startswith("REPORT ")
        )
        return list(islice((one for one in found if one is not None), most))

    def lambda_ids(self) -> list[str]:
        """The Lambda requests that these lines name, each once."""
        return list(dict.fromkeys(line.lambda_id for line in self.lines if line.lambda_id))

    def facts(self, most: int = WINDOW) -> dict[str, Any]:
        """What every form shows, as plain data."""
        found = self.matching()
        return {
            "state": self.state,
            "where": self.where,
            "when": self.when,
            "phase": self.phase,
            "since": self.since,
            "request_id": self.request_id,
            "grep": self.grep,
            "level": self.level,
            "sources": [asdict(source) for source in self.sources],
            "total": len(self.lines),
            "matching": len(found),
            "cut": self.cut,
            "covered": sum(line.covered for line in found),
            "lines": [
                {"time": line.time, "source": line.source, "level": line.level, "text": line.text}
                for line in found[:most]
            ],
            "reports": [asdict(report) for report in self.reports(most)],
            "problem": self.problem,
            "fix": self.fix,
        }


def seconds_of(since: str | float) -> float:
    """How long ago: "90s", "5m", "2h", "1d", or seconds.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(since, (int, float)) and not isinstance(since, bool) and 0 < since < 1e9:
        return float(since)
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd])\s*", str(since))
    if not found or not 0 < float(found[1]) < 1e6:
        raise ValueError(f"since is {since!r}, no time such as '90s', '5m', '2h' or '1d'")
    return float(found[1]) * UNITS[found[2]]


def told(logs: Logs) -> list[tuple[str, str]]:
    """What the lines of one request tell: who answered, how long it took, what it did there."""
    access: dict[str, Any] = next((line.data for line in logs.lines if _is(line, ACCESS)), {})
    own: dict[str, Any] = next((line.data for line in logs.lines if _is(line, FUNCTION)), {})
    report = next(iter(logs.reports(1)), None)
    pairs = [
        ("status", access.get("status") or own.get("status")),
        ("call", f"{access.get('method', '')} {access.get('path', '')}".strip()),
        ("team", access.get("team")),
        ("gateway's time, ms", access.get("latency")),
        ("of it the function's, ms", access.get("integrationLatency")),
        ("why it was refused", access.get("errorType") or access.get("error")),
        ("function's own work, ms", own.get("milliseconds")),
        ("function's failure", own.get("error")),
        ("Lambda's time, ms", report.duration if report else None),
        ("Lambda request", report.lambda_id if report else next(iter(logs.lambda_ids()), None)),
    ]
    return [(name, str(value)) for name, value in pairs if value not in (None, "", "-")]


def _is(line: Line, source: str) -> bool:
    return line.source == source and isinstance(line.data, dict)
