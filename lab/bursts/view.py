"""A burst on the page: the chart, the counts beside it, and the same as text."""

from __future__ import annotations

from typing import Any

from lab.bursts.bucket import ANSWERED, FAILED, LIMITED, VERDICTS, Foreseen, Lane
from lab.bursts.chart import SHAPES, chart
from lab.bursts.state import Burst, Call
from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.once import Drawn

SECONDS = 40  # rows of the table by second
# A shape stays beside its word.
HEADS = tuple(f"{SHAPES[verdict]}\u00a0{verdict}" for verdict in VERDICTS)
TOLD = "predicted\u00a0●"
LINE = 60  # dots on a line of text
LINES = 4  # lines of dots for a lane
NOT_A_PROMISE = "AWS calls its limits best effort, not a promise."
GATEWAY_PRICE = 3.5e-6  # dollars a request: REST APIs in us-east-1, the first 333 million a month


class BurstView(Drawn):
    """The calls of a burst, while they are made and as a record.

    Attributes:
        rows: each request that was sent, in the order of the answers.
        counts: how many were `answered`, `limited` (429) and `failed`.
    """

    def __init__(self, burst: Burst) -> None:
        self.burst = burst

    @property
    def rows(self) -> tuple[Call, ...]:
        """Each request that was sent, in the order of the answers."""
        return tuple(self.burst.rows)

    @property
    def counts(self) -> dict[str, int]:
        """How many requests were `answered`, `limited` and `failed`."""
        return self.burst.counts()

    @property
    def by_lane(self) -> dict[str, dict[str, int]]:
        """The counts of each lane."""
        return {lane.name: self.burst.counts(lane.name) for lane in self.burst.lanes}

    @property
    def predicted(self) -> dict[str, dict[str, int]]:
        """What the token bucket foretold, by lane; empty where no limit is known."""
        if not self.burst.foreseen:
            return {}
        return {lane.name: self.burst.foreseen_counts(lane.name) for lane in self.burst.lanes}

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        return self.burst.facts()

    def text(self) -> str:
        """The plain-text form."""
        lines = [self._title(), f"  {self._word()}: {self._sentence()}"]
        lines += [f"  {self.burst.problem}"] if self.burst.problem else []
        lines += [f"  Fix: {self.burst.fix}"] if self.burst.fix else []
        for lane in self.burst.lanes:
            lines += self._lane_lines(lane)
        headings, rows, hidden = self._seconds()
        if rows:
            lines.append("  " + " · ".join(headings).replace("\u00a0", " "))
            lines += ["  " + " · ".join(str(cell) for cell in row) for row in rows]
        lines += [f"  {line}" for line in (hidden, *self._remarks()) if line]
        return clean("\n".join(panels.excerpt(line) for line in lines))

    def html(self) -> Markup:
        """The chart, the counts of each lane, and those of each second."""
        headings, rows, hidden = self._seconds()
        return panels.panel(
            panels.title(panels.excerpt(self._title(), 400)),
            tag("p", panels.badge(self._word()), " ", self._sentence()),
            panels.note(words.FAILED, panels.excerpt(self.burst.problem), " ", self.burst.fix)
            if self.burst.problem
            else None,
            chart(self.burst, panels.excerpt(f"{self._title()}. {self._sentence()}", 600)),
            self._totals(),
            panels.table("By second", headings, rows, numbers=range(2, len(headings)))
            if rows
            else None,
            *(
                panels.muted(panels.excerpt(line, 600))
                for line in (hidden, *self._remarks())
                if line
            ),
            label="Burst of calls",
        )

    def _title(self) -> str:
        pace = ", ".join(
            f"{words.count(lane.n, 'call')} {_pace(lane)}{_of(lane, self.burst)}"
            for lane in self.burst.lanes
        )
        return " · ".join(
            part
            for part in (f"{pace}: {self.burst.request}", self.burst.where, self.burst.when)
            if part
        )

    def _word(self) -> words.Word:
        return words.STATES[self.burst.state]

    def _sentence(self) -> str:
        made = len(self.burst.rows)
        told = self.burst.foreseen_counts()
        foretold = f"a token bucket foretells {_spelled(told)}" if self.burst.foreseen else ""
        if self.burst.state == "idle":
            return (foretold or "no limit is known, so nothing is foretold") + ". Nothing was sent."
        measured = f"{words.count(made, 'request')} in {words.seconds(self.burst.seconds)}: "
        measured += _spelled(self.burst.counts())
        if not foretold:
            return measured + "."
        return f"{measured}; {foretold}. {NOT_A_PROMISE}"

    def _totals(self) -> Markup:
        rows = []
        for lane in self.burst.lanes:
            made, told = self.burst.counts(lane.name), self.burst.foreseen_counts(lane.name)
            middle = self.burst.median(lane.name)
            rows.append(
                (
                    panels.excerpt(lane.name, 100),
                    *(made[verdict] for verdict in VERDICTS),
                    told[ANSWERED] if self.burst.foreseen else "unknown",
                    f"{lane.limit.burst:g} + {lane.limit.rate:g} a second"
                    if lane.limit
                    else "unknown",
                    words.seconds(middle) if middle is not None else "none",
                    self._waits(lane),
                )
            )
        headings = (
            "lane",
            *HEADS,
            TOLD,
            "limit",
            "median",
            "Retry-After",
        )
        return panels.table("Counts", headings, rows, numbers=range(1, 7), named=(7,))

    def _waits(self, lane: Lane) -> str:
        found = self.burst.waits(lane.name)
        limited = self.burst.counts(lane.name)[LIMITED]
        if not limited:
            return "none"
        if not found:
            return "not given"
        each = ", ".join(f"{wait:g} s on {number}" for wait, number in found.most_common(3))
        return f"{each} of {limited}"

    def _seconds(self) -> tuple[tuple[str, ...], list[tuple[object, ...]], str]:
        """Headings, rows and what is hidden of the table by second."""
        found = self.burst.by_second()
        rows: list[tuple[object, ...]] = [
            (
                f"{second} to {second + 1} s",
                panels.excerpt(lane, 60),
                *counts.values(),
                *(() if told is None else (told,)),
            )
            for lane, second, counts, told in found[:SECONDS]
        ]
        last = (TOLD,) if self.burst.foreseen else ()
        hidden = (
            f"{SECONDS} of {len(found):,} rows by second shown." if len(found) > SECONDS else ""
        )
        return ("second", "lane", *HEADS, *last), rows, hidden

    def _lane_lines(self, lane: Lane) -> list[str]:
        lines = [f"  {panels.excerpt(lane.name, 60)}: limit {lane.limit or 'unknown'}"]
        if self.burst.state != "idle":
            made = sorted((r for r in self.burst.rows if r.lane == lane.name), key=lambda r: r.at)
            lines += _dots("measured ", made)
            lines.append(f"    Retry-After: {self._waits(lane)}")
        if self.burst.foreseen:
            lines += _dots("predicted", [f for f in self.burst.foreseen if f.lane == lane.name])
        return lines

    def _remarks(self) -> list[str]:
        legend = "● answered, ▲ limited (429), ✗ failed"
        found = [f"{legend}; hollow below: predicted." if self.burst.foreseen else f"{legend}."]
        found += [f"Together: {self.burst.shared}."] if self.burst.shared else []
        if self.burst.backoff:
            found.append(
                f"Back-off is on: after a 429 the client waits as Retry-After says, and up to twice "
                f"as long by luck; {self.burst.backoff.tries} tries a call."
            )
        again = self.burst.replayed() if self.burst.over else None
        if again is not None:
            found.append(
                f"At the moments when they were really sent, it foretells {again:,} answered."
            )
        found += [f"{number} × {reason}" for reason, number in self.burst.reasons()]
        found += (
            ["The prediction takes buckets to be full at first."] if self.burst.foreseen else []
        )
        found += [self.burst.remark] if self.burst.remark else []
        return [*found, *self._cost()]

    def _cost(self) -> list[str]:
        if not self.burst.where.startswith("AWS"):
            return []
        price = len(self.burst.rows) * GATEWAY_PRICE
        return [
            f"~${price:.6f} for these requests (REST API, us-east-1), the function's time apart."
        ]


def _dots(name: str, found: list[Call] | list[Foreseen]) -> list[str]:
    shapes = "".join(SHAPES[one.verdict] for one in found[: LINE * LINES])
    lines = [shapes[start : start + LINE] for start in range(0, len(shapes), LINE)]
    more = f"    {LINE * LINES} of {len(found):,} shown" if len(found) > LINE * LINES else None
    return [
        *(f"    {name if not i else ' ' * len(name)} {line}" for i, line in enumerate(lines)),
        *([more] if more else []),
    ]


def _pace(lane: Lane) -> str:
    return f"at {lane.rate:g} a second" if lane.rate else "at once"


def _of(lane: Lane, burst: Burst) -> str:
    return f" by {panels.excerpt(lane.name, 60)}" if len(burst.lanes) > 1 else ""


def _spelled(counts: dict[str, int]) -> str:
    """`12 answered, 8 limited`, without failures where there are none."""
    return ", ".join(
        f"{number:,} {verdict}" for verdict, number in counts.items() if number or verdict != FAILED
    )
