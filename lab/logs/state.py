"""Log lines of the gateway and its function: read, redacted, filtered, and one request's own.

idle ──begin──> running ──> done      read, or followed to the end
                      ├──> failed     no group could be read
                      └──> stopped    by the learner
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from lab.logs.redact import redact

ACCESS, EXECUTION, FUNCTION, OTHER = "access log", "execution log", "function", "other group"
ORDER = (ACCESS, EXECUTION, FUNCTION, OTHER)
WINDOW = 200  # lines that are drawn
KEPT = 10_000  # lines that are kept; the oldest go first
LEVELS = ("info", "warning", "error")
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

ERRORS = re.compile(
    r"\[ERROR\]|\[CRITICAL\]|\bTraceback \(most|Task timed out|Status: (?:error|timeout)"
    r"|Execution failed|execution failed|Method completed with status: 5|Runtime\.\w+Error"
    r"|\bERROR\b|\bException\b"
)
WARNINGS = re.compile(
    r"\[WARN(?:ING)?\]|Method completed with status: 4|limit exceeded|not authorized|\bWARN"
)
ID = re.compile(r"[0-9A-Za-z-]{8,80}")
STEPS = ("INIT_START", "START", "", "END", "REPORT")  # of an invocation's lines, in their order
LAMBDA_ID = re.compile(r"\b(?:START|END|REPORT) RequestId: ([0-9a-f-]{8,})")
ENDPOINT_ID = re.compile(r"AWS Integration Endpoint RequestId : ([0-9A-Za-z-]{8,})")
PART = re.compile(r"(Duration|Billed Duration|Memory Size|Max Memory Used|Init Duration): ([\d.]+)")


@dataclass(frozen=True)
class Line:
    """One line as it may be shown: secrets and prompts are covered already.

    Attributes:
        time: milliseconds since 1970, as CloudWatch has it.
        source: `access log`, `execution log`, `function`, or another group's name.
        covered: how many values of it are.
        data: its fields, where it is JSON.
    """

    time: int
    source: str
    text: str
    level: str = "info"
    covered: int = 0
    data: Any = field(default=None, compare=False)

    @property
    def lambda_id(self) -> str:
        """The Lambda request that this line is of, as far as it says so, or ""."""
        if isinstance(self.data, dict):
            for name in ("lambda_request_id", "lambdaRequestId", "lambdaRequest"):
                if ID.fullmatch(str(self.data.get(name, ""))):  # "-" where none was called
                    return str(self.data[name])
        found = LAMBDA_ID.search(self.text) or ENDPOINT_ID.search(self.text)
        return found[1] if found else ""


@dataclass(frozen=True)
class Report:
    """What one invocation took, from its REPORT line: milliseconds and megabytes."""

    time: int
    lambda_id: str
    duration: float
    billed: float
    memory: int
    used: int
    init: float | None = None


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
            return sorted(found, key=lambda line: (_place(line.source), line.time, _step(line)))
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


def line_of(time: int, source: str, raw: str) -> Line:
    """A line as it may be shown, from what was logged."""
    text, covered, data = redact(raw.rstrip("\n"))
    return Line(time, source, text, level_of(text, data), covered, data)


def level_of(text: str, data: Any) -> str:
    """`error`, `warning` or `info`, from what the line itself says."""
    if isinstance(data, dict):
        named = str(data.get("level", "")).lower()
        status = str(data.get("status", ""))
        if named in ("error", "critical", "fatal") or status[:1] == "5" or data.get("traceback"):
            return "error"
        return "warning" if named.startswith("warn") or status[:1] == "4" else "info"
    if ERRORS.search(text[:4000]):
        return "error"
    return "warning" if WARNINGS.search(text[:4000]) else "info"


def report_of(line: Line) -> Report | None:
    """The numbers of a REPORT line; None where it is none."""
    found = LAMBDA_ID.search(line.text)
    part = {name: float(value) for name, value in PART.findall(line.text[:1000])}
    if not line.text.startswith("REPORT") or found is None or "Duration" not in part:
        return None
    return Report(
        line.time,
        found[1],
        part["Duration"],
        part.get("Billed Duration", 0.0),
        int(part.get("Memory Size", 0)),
        int(part.get("Max Memory Used", 0)),
        part.get("Init Duration"),
    )


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


def to_json_lines(lines: Iterable[Line]) -> str:
    """The lines for a file: one JSON object each, covered as they are shown."""
    return "".join(
        json.dumps(
            {"time": line.time, "source": line.source, "level": line.level, "text": line.text},
            ensure_ascii=True,
        )
        + "\n"
        for line in lines
    )


def _is(line: Line, source: str) -> bool:
    return line.source == source and isinstance(line.data, dict)


def _step(line: Line) -> int:
    first = line.text.partition(" ")[0]
    return STEPS.index(first) if first in STEPS else STEPS.index("")


def _place(source: str) -> int:
    return ORDER.index(source) if source in ORDER else len(ORDER)
