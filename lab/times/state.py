"""The arithmetic: what one clock counts and the next one inside it does not. Unknown stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WAY, GATEWAY, FUNCTION, MODEL = "the way", "gateway", "function", "model"
JITTER = 10.0  # milliseconds: clocks that are read one after the other, some in whole milliseconds


@dataclass(frozen=True)
class Measured:
    """Milliseconds by each clock, each inside the one before; None: nobody has told.

    Attributes:
        whole: from sending to the last byte, here.
        latency: of the whole request, at the gateway.
        integration: of what the gateway waited for.
        start: of a new environment of the function.
        duration: of the function's call.
        own: from the function's first line to its last, by its own clock.
        first_token: until the model had one.
    """

    whole: float
    latency: float | None = None
    integration: float | None = None
    start: float | None = None
    duration: float | None = None
    own: float | None = None
    first_token: float | None = None


@dataclass(frozen=True)
class Part:
    """Milliseconds that somebody took; None: not known."""

    who: str
    what: str
    milliseconds: float | None
    clock: str


def parts(measured: Measured) -> tuple[Part, ...]:
    """The parts of the whole, in the order of a request's way; they add up where all are known."""
    m = measured
    started = None if m.duration is None else m.start or 0.0
    called = None if m.duration is None else m.duration + (m.start or 0.0)
    return (
        Part(WAY, "between you and the gateway", less(m.whole, m.latency), "this notebook's"),
        Part(GATEWAY, "the gateway itself", less(m.latency, m.integration), "access log"),
        Part(GATEWAY, "between gateway and function", less(m.integration, called), "access log"),
        Part(FUNCTION, "a new environment starts", started, "REPORT"),
        Part(FUNCTION, "the function besides the model", less(m.duration, m.own), "REPORT"),
        *_of_model(m),
    )


def _of_model(m: Measured) -> tuple[Part, ...]:
    """Reading and writing, or both as one where the first token's time is not known."""
    clock = "the function's line"
    if m.first_token is None:
        return (Part(MODEL, "reads and writes", m.own, clock),)
    first = Part(MODEL, "reads, up to the first token", m.first_token, clock)
    return (first, Part(MODEL, "writes", less(m.own, m.first_token), clock))


def less(outer: float | None, inner: float | None) -> float | None:
    """What an outer clock counts more than an inner one; None where that is not known, or nonsense."""
    if outer is None or inner is None or outer - inner < -JITTER:
        return None
    return max(0.0, outer - inner)


def by_whom(found: tuple[Part, ...]) -> dict[str, float | None]:
    """The sums; None where a part is not known."""
    sums: dict[str, float | None] = {}
    for part in found:
        before = sums.get(part.who, 0.0)
        known = before is not None and part.milliseconds is not None
        sums[part.who] = before + part.milliseconds if known else None  # type: ignore[operator]
    return sums


def number(data: Any, name: str) -> float | None:
    """A field of a log line that is a number, or a text that is one: an access log has texts."""
    value = data.get(name) if isinstance(data, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except ValueError:
        return None  # "-": there was none
    return found if 0 <= found < 1e9 else None
