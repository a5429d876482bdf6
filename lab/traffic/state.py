"""Steady calls and who answered them: rows, moments, and what is counted of them.

idle ──begin──> running ──> done      every call was made
                      ├──> failed     nothing answered
                      └──> stopped    by the learner
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

ENDS = ("done", "failed", "stopped")
ANSWERED, LIMITED, FAILED = "answered", "limited", "failed"
VERDICTS = (ANSWERED, LIMITED, FAILED)
NOBODY = "(nobody said)"  # the lane of answers that do not tell who gave them
MOST_LANES = 12  # more are put together
REST = "(others)"


@dataclass(frozen=True)
class Shot:
    """One call.

    Attributes:
        at: seconds after the start.
        seconds: until the whole answer was there.
        status: HTTP's; 0 when nothing answered.
        by: who answered, as the answer's header says; "" when it does not.
        why: of a call that failed, the reason.
    """

    at: float
    seconds: float
    status: int
    by: str = ""
    why: str = ""

    @property
    def verdict(self) -> str:
        """`answered`, `limited` (429) or `failed`."""
        if self.status == 429:
            return LIMITED
        return ANSWERED if 200 <= self.status < 400 else FAILED

    @property
    def lane(self) -> str:
        """The lane it is drawn in."""
        return self.by or NOBODY


@dataclass(frozen=True)
class Moment:
    """Something that was done while calls went on."""

    at: float
    what: str


@dataclass
class Traffic:
    """Calls at a steady rate, as far as they were made."""

    request: str
    planned: int
    rate: float
    where: str = ""
    state: str = "idle"
    when: str = ""
    problem: str = ""
    rows: list[Shot] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)

    def begin(self, when: str) -> None:
        """Running, since now."""
        self.state, self.when = "running", when

    def add(self, shot: Shot) -> None:
        """One more answer; ignored after the end."""
        if self.state not in ENDS:
            self.rows.append(shot)

    def mark(self, moment: Moment) -> None:
        """Something was done."""
        self.moments.append(moment)

    def end(self, state: str, problem: str = "") -> None:
        """Done, failed or stopped; the first end counts."""
        if self.state not in ENDS:
            self.state, self.problem = state, problem

    @property
    def lanes(self) -> list[str]:
        """Who answered, in the order in which they did first; nobody last."""
        seen = dict.fromkeys(row.lane for row in sorted(self.rows, key=lambda row: row.at))
        named = [name for name in seen if name != NOBODY]
        if len(named) > MOST_LANES:
            named = [*named[: MOST_LANES - 1], REST]
        return [*named, *([NOBODY] if NOBODY in seen else [])]

    def lane_of(self, row: Shot) -> str:
        """The lane of a call."""
        return row.lane if row.lane in self.lanes else REST

    def of(self, lane: str) -> list[Shot]:
        """The calls of a lane, the earliest first."""
        lanes = self.lanes
        found = [row for row in self.rows if (row.lane if row.lane in lanes else REST) == lane]
        return sorted(found, key=lambda row: row.at)

    def counts(self, lane: str | None = None) -> dict[str, int]:
        """Calls by verdict, of one lane or of all."""
        rows = self.rows if lane is None else self.of(lane)
        found = Counter(row.verdict for row in rows)
        return {verdict: found[verdict] for verdict in VERDICTS}

    def median(self, lane: str | None = None) -> float | None:
        """Half of the answered calls took no longer, in seconds."""
        rows = self.rows if lane is None else self.of(lane)
        taken = [row.seconds for row in rows if row.verdict == ANSWERED]
        return median(taken) if taken else None

    def last_second(self) -> float:
        """Where the time axis ends."""
        ends = [row.at + row.seconds for row in self.rows] + [one.at for one in self.moments]
        return max([*ends, self.planned / self.rate if self.rate else 0.0, 0.5])

    def reasons(self) -> list[tuple[str, int]]:
        """Why calls failed, the most frequent reason first."""
        failed = (row for row in self.rows if row.verdict == FAILED)
        return Counter(f"{row.status or 'no answer'}: {row.why}" for row in failed).most_common(5)

    def facts(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            **{name: getattr(self, name) for name in
               ("request", "planned", "rate", "where", "state", "when", "problem")},
            "rows": [{**asdict(row), "verdict": row.verdict} for row in self.rows],
            "moments": [asdict(one) for one in self.moments],
            "counts": self.counts(),
            "lanes": {lane: self.counts(lane) for lane in self.lanes},
        }  # fmt: skip
