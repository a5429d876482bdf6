"""Token buckets, and what they make of calls: the prediction under a burst."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ANSWERED, LIMITED, FAILED = "answered", "limited", "failed"
VERDICTS = (ANSWERED, LIMITED, FAILED)
GOLDEN = 0.6180339887  # spreads the waits of a prediction evenly, the same ones each time


@dataclass(frozen=True)
class Limit:
    """A token bucket: `burst` requests at once, and `rate` more a second."""

    rate: float
    burst: float

    def __str__(self) -> str:
        return f"{self.burst:g} at once, then {self.rate:g} a second"


@dataclass(frozen=True)
class Lane:
    """One caller: so many calls, `rate` a second (None: all at once), under its own limit."""

    name: str
    n: int
    rate: float | None = None
    limit: Limit | None = None

    def due(self, number: int) -> float:
        """When the call with this number, from 1, is to be made: seconds after the start."""
        return (number - 1) / self.rate if self.rate else 0.0


@dataclass(frozen=True)
class Backoff:
    """A client that waits after a 429 and tries again, at most so many times in all."""

    tries: int = 5
    longest: float = 60.0  # seconds; who is told to wait longer gives up

    def wait(self, attempt: int, retry_after: float | None, chance: float) -> float | None:
        """Seconds until the next attempt, or None: give up.

        Never less than the answer asks for, and up to twice as long, so that callers that were
        refused together do not come back together. Without Retry-After it doubles each time.

        Args:
            chance: 0 to 1, by luck.
        """
        base = 0.5 * 2 ** (attempt - 1) if retry_after is None else max(retry_after, 0.1)
        if attempt >= self.tries or base > self.longest:
            return None
        return base * (1 + chance)


@dataclass(frozen=True)
class Foreseen:
    """One request as the token bucket foretells it.

    Attributes:
        left: what its bucket holds after it; 0 where no limit is known for its lane.
    """

    lane: str
    number: int
    attempt: int
    at: float
    verdict: str
    left: float


class Bucket:
    """The bucket of a limit, full at first. `take` has to be asked in the order of time."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.tokens, self._last = limit.burst, 0.0

    def take(self, at: float) -> bool:
        """Whether a request at this second passes; if so, it takes a token."""
        gained = max(0.0, at - self._last) * self.limit.rate
        self.tokens, self._last = min(self.limit.burst, self.tokens + gained), at
        # A rate of 0 refuses all, whatever the burst; 1e-9 is for sums of fractions.
        passed = self.limit.rate > 0 and self.tokens >= 1 - 1e-9
        self.tokens -= passed
        return passed


def foresee(
    lanes: Sequence[Lane],
    shared: Limit | None = None,
    backoff: Backoff | None = None,
    retry_after: float | None = 1.0,
    most: int = 100_000,
) -> tuple[Foreseen, ...]:
    """What token buckets make of these calls; nothing where no limit is known.

    Args:
        shared: a limit for all lanes together, asked after the lane's own.
        retry_after: what a refusal is taken to ask for.
        most: requests after which it ends.
    """
    if shared is None and all(lane.limit is None for lane in lanes):
        return ()
    own = {lane.name: Bucket(lane.limit) for lane in lanes if lane.limit}
    common = Bucket(shared) if shared else None
    queue = [
        (lane.due(number), number, index, 1)
        for index, lane in enumerate(lanes)
        for number in range(1, min(lane.n, most) + 1)
    ]
    heapq.heapify(queue)
    found: list[Foreseen] = []
    while queue and len(found) < most:
        at, number, index, attempt = heapq.heappop(queue)
        name = lanes[index].name
        bucket = own.get(name)
        # As in API Gateway: the key's bucket first, and its token is gone if the stage refuses.
        passed = (bucket is None or bucket.take(at)) and (common is None or common.take(at))
        held = bucket or common
        left = max(0.0, held.tokens) if held else 0.0
        found.append(Foreseen(name, number, attempt, at, ANSWERED if passed else LIMITED, left))
        if backoff and not passed:
            chance = (number * attempt * GOLDEN) % 1
            wait = backoff.wait(attempt, retry_after, chance)
            if wait is not None:
                heapq.heappush(queue, (at + wait, number, index, attempt + 1))
    return tuple(found)


def levels(
    found: Iterable[Foreseen], limit: Limit, times: Iterable[float]
) -> list[tuple[float, float]]:
    """What a bucket holds at each of these times, which are in order: (second, tokens)."""
    events = iter(found)
    event = next(events, None)
    last, held = 0.0, limit.burst
    points = []
    for time in times:
        while event is not None and event.at <= time:
            last, held = event.at, event.left
            event = next(events, None)
        points.append((time, min(limit.burst, held + (time - last) * limit.rate)))
    return points
