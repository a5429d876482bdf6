"""One event of a log as a line that may be shown: its level, its request, what a REPORT says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lab.logs.redact import redact

ACCESS, EXECUTION, FUNCTION, OTHER = "access log", "execution log", "function", "other group"
ORDER = (ACCESS, EXECUTION, FUNCTION, OTHER)
LEVELS = ("info", "warning", "error")

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


def in_order(line: Line) -> tuple[int, int, int]:
    """Where a line stands among those of its request: by log, by time, by the invocation's step."""
    place = ORDER.index(line.source) if line.source in ORDER else len(ORDER)
    first = line.text.partition(" ")[0]
    return place, line.time, STEPS.index(first if first in STEPS else "")


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
