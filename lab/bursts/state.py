"""A burst of calls against a rate limit: what a token bucket foretells, and what was measured.

idle ──begin──> running ──> done      every call was made
                      ├──> failed     nothing answered
                      └──> stopped    by the learner, or at the cap
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import cached_property
from statistics import median
from typing import Any

from lab.bursts.bucket import (
    ANSWERED,
    FAILED,
    LIMITED,
    VERDICTS,
    Backoff,
    Bucket,
    Foreseen,
    Lane,
    Limit,
    foresee,
)

ENDS = ("done", "failed", "stopped")
DOTS = 1000  # calls that get a dot each; more are counted by the second
NO_ANSWERS = 5  # calls without any answer, and none with one, after which a burst gives up


@dataclass(frozen=True)
class Call:
    """One request that was sent, and what came back.

    Attributes:
        number: of the call in its lane, from 1; a retry has the number of its call.
        at: seconds after the start of the burst.
        seconds: until the whole answer was there.
        status: HTTP's; 0 when nothing answered.
        retry_after: what the answer asks to wait, in seconds; None when it does not say.
    """

    lane: str
    number: int
    attempt: int
    at: float
    seconds: float
    status: int
    retry_after: float | None = None
    request_id: str = ""
    reason: str = ""
    may_retry: bool = True

    @property
    def verdict(self) -> str:
        """`answered`, `limited` (429) or `failed`."""
        if self.status == 429:
            return LIMITED
        return ANSWERED if 200 <= self.status < 400 else FAILED


@dataclass
class Burst:
    """The calls of a burst: planned, foretold, and as far as they were made.

    Attributes:
        request: method and URL, as shown.
        cap: requests after which it stops, retries included.
        remark: what else the reader should know, as where the limits come from.
    """

    request: str
    lanes: tuple[Lane, ...]
    shared: Limit | None = None
    backoff: Backoff | None = None
    cap: int = 2000
    where: str = ""
    remark: str = ""
    state: str = "idle"
    when: str = ""
    seconds: float = 0.0
    problem: str = ""
    fix: str = ""
    rows: list[Call] = field(default_factory=list)
    bins: Counter[tuple[str, int, str]] = field(default_factory=Counter)

    @property
    def planned(self) -> int:
        """Calls in all lanes; retries come on top."""
        return sum(lane.n for lane in self.lanes)

    @cached_property
    def foreseen(self) -> tuple[Foreseen, ...]:
        """What the token buckets foretell; empty where no limit is known."""
        return foresee(self.lanes, self.shared, self.backoff, most=self.cap)

    @cached_property
    def foreseen_bins(self) -> Counter[tuple[str, int, str]]:
        """The same by lane, second and verdict."""
        return Counter((one.lane, int(one.at), one.verdict) for one in self.foreseen)

    @property
    def over(self) -> bool:
        """Whether nothing more can happen."""
        return self.state in ENDS

    @property
    def dotted(self) -> bool:
        """Whether there are few enough requests for a dot each."""
        return max(len(self.rows), len(self.foreseen)) <= DOTS

    def begin(self, when: str) -> None:
        """Running, since now."""
        self.state, self.when = "running", when

    def add(self, call: Call) -> None:
        """One more request was made; ignored after the end."""
        if not self.over:
            self.rows.append(call)
            self.bins[call.lane, int(call.at), call.verdict] += 1
            self.seconds = max(self.seconds, call.at + call.seconds)

    def end(self, state: str, problem: str = "", fix: str = "") -> None:
        """Done, failed or stopped; the first end counts."""
        if not self.over:
            self.state, self.problem, self.fix = state, problem, fix

    @property
    def unanswered(self) -> bool:
        """Whether nothing answers: the first calls had no answer, and no other had one."""
        few = min(NO_ANSWERS, self.planned)
        return len(self.rows) >= few > 0 and all(row.status == 0 for row in self.rows)

    def counts(self, lane: str | None = None) -> dict[str, int]:
        """Requests by verdict, of one lane or of all."""
        return _counts(self.bins, lane)

    def foreseen_counts(self, lane: str | None = None) -> dict[str, int]:
        """The same as foretold."""
        return _counts(self.foreseen_bins, lane)

    def replayed(self) -> int | None:
        """How many the buckets let pass at the moments when requests were really sent.

        None where no limit is known. A burst that takes longer than planned finds more tokens.
        """
        if not self.foreseen:
            return None
        own = {lane.name: Bucket(lane.limit) for lane in self.lanes if lane.limit}
        common = Bucket(self.shared) if self.shared else None
        return sum(
            (row.lane not in own or own[row.lane].take(row.at))
            and (common is None or common.take(row.at))
            for row in sorted(self.rows, key=lambda row: row.at)
        )

    def last_second(self) -> float:
        """Where the time axis ends, in seconds."""
        last = max((one.at for one in self.foreseen), default=0.0)
        return max(last, max((row.at for row in self.rows), default=0.0), 0.2)

    def by_second(self) -> list[tuple[str, int, dict[str, int], int | None]]:
        """Each lane and second: measured counts, and how many were to be answered."""
        slots = {key[:2] for key in (*self.bins, *self.foreseen_bins)}
        order = {lane.name: index for index, lane in enumerate(self.lanes)}
        return [
            (
                lane,
                second,
                {verdict: self.bins[lane, second, verdict] for verdict in VERDICTS},
                self.foreseen_bins[lane, second, ANSWERED] if self.foreseen else None,
            )
            for lane, second in sorted(slots, key=lambda slot: (slot[1], order.get(slot[0], 0)))
        ]

    def waits(self, lane: str) -> Counter[float]:
        """Each Retry-After that refusals in this lane gave, and how often."""
        return Counter(
            row.retry_after
            for row in self.rows
            if row.lane == lane and row.verdict == LIMITED and row.retry_after is not None
        )

    def median(self, lane: str) -> float | None:
        """Half of the answered requests of this lane took no longer, in seconds."""
        taken = [row.seconds for row in self.rows if row.lane == lane and row.verdict == ANSWERED]
        return median(taken) if taken else None

    def reasons(self) -> list[tuple[str, int]]:
        """Why requests failed, the most frequent reason first."""
        return Counter(
            f"{row.status or 'no answer'}: {row.reason}" if row.reason else str(row.status)
            for row in self.rows
            if row.verdict == FAILED
        ).most_common(5)

    def facts(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "state": self.state,
            "request": self.request,
            "where": self.where,
            "when": self.when,
            "seconds": round(self.seconds, 3),
            "lanes": [asdict(lane) for lane in self.lanes],
            "shared": asdict(self.shared) if self.shared else None,
            "backoff": asdict(self.backoff) if self.backoff else None,
            "cap": self.cap,
            "counts": self.counts(),
            "predicted": self.foreseen_counts() if self.foreseen else None,
            "rows": [{**asdict(row), "verdict": row.verdict} for row in self.rows],
            "problem": self.problem,
            "fix": self.fix,
            "remark": self.remark,
        }


def _counts(bins: Counter[tuple[str, int, str]], lane: str | None) -> dict[str, int]:
    found = dict.fromkeys(VERDICTS, 0)
    for (name, _, verdict), number in bins.items():
        if lane is None or name == lane:
            found[verdict] += number
    return found
