"""How long a learner was at a page, between two signs of life, and how often something was tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

PAUSE = 600.0  # seconds between two cells that still count as reading; more is a coffee


def spent(events: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Minutes at each page, by its slug.

    A clock that was put back, or that jumps, costs one gap and no more.
    """
    found: dict[str, float] = {}
    last: datetime | None = None
    where = ""
    for event in events:
        if "minutes" in event:  # a sum stands for all before it
            found[event["page"]], last = _number(event["minutes"]), None
            continue
        now = datetime.fromisoformat(event["at"])
        gap = _gap(last, now)
        if last is not None and 0 < gap <= PAUSE:
            found[where] = found.get(where, 0.0) + gap / 60
        last, where = now, event["page"]
    return found


def tried(event: Mapping[str, Any]) -> int:
    """How many checks an event stands for."""
    count = event.get("tries", 1)
    return count if isinstance(count, int) and 0 < count < 1_000_000 else 1


def _gap(last: datetime | None, now: datetime) -> float:
    """Seconds between two events; 0 where one of them has no time zone and the other has."""
    try:
        return (now - last).total_seconds() if last else 0.0
    except TypeError:
        return 0.0


def _number(value: Any) -> float:
    """A sum as it was kept; what is none, or no plausible one, counts as nothing."""
    known = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if known and 0 <= value < 100_000 else 0.0
