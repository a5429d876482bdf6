"""A circuit breaker: whether a backend is asked at all, by how it did lately.

    closed ── three failures in a row, or a Retry-After ──> open ── its time is up ──> half open
      ^                                                                                    │
      └──────────── one caller tries it, and it answers ───────────────────────────────────┤
                                                open <── it fails again ───────────────────┘

Where the state lives is another matter: in the memory of a process that many callers meet, or in a
table (table.py) where they do not meet anywhere else.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal, Protocol

FAILURES = 3  # in a row, until it opens
PAUSE = 10.0  # seconds that it stays open where nobody says how long
LONGEST_PAUSE = 300.0  # seconds, whatever a Retry-After says
TRIAL = 30.0  # seconds after which who was let through to try counts as lost

Word = Literal["closed", "open", "half open"]


@dataclass(frozen=True)
class State:
    """What is known of a backend.

    Attributes:
        failures: in a row.
        open_until: when it may be tried again, in seconds since 1970. 0: it is closed.
        trial_until: somebody is trying it, and has so long. 0: nobody is.
    """

    failures: int = 0
    open_until: float = 0.0
    trial_until: float = 0.0

    def word(self, now: float) -> Word:
        """What state that is."""
        if not self.open_until:
            return "closed"
        return "open" if now < self.open_until else "half open"


CLOSED = State()


def pause(retry_after: float | None) -> float:
    """How long it stays open, in seconds."""
    return PAUSE if retry_after is None else min(max(retry_after, 0.0), LONGEST_PAUSE)


def opens(state: State, retry_after: float | None) -> bool:
    """Whether the failure that `state` counts already opens it.

    A backend that says when to come back need not say so three times, and one that was open before
    has failed in its trial.
    """
    return retry_after is not None or state.open_until > 0 or state.failures >= FAILURES


class Breaker(Protocol):
    """Decides about one backend. All times are seconds since 1970."""

    def admits(self, now: float) -> bool:
        """Whether to ask it. Half open, this is true for one caller only, who then reports."""

    def succeeded(self, now: float) -> None:
        """It has answered."""

    def failed(self, now: float, retry_after: float | None = None) -> None:
        """It has not, or wants to be left alone for so many seconds."""

    def wait(self, now: float) -> float:
        """How many seconds until it may be asked."""


class Memory:
    """A Breaker in the memory of this process: for an instance, which serves many at once."""

    def __init__(self) -> None:
        self.state = CLOSED
        self._lock = threading.Lock()

    def admits(self, now: float) -> bool:
        """Whether to ask it."""
        with self._lock:
            word = self.state.word(now)
            if word != "half open":
                return word == "closed"
            if now < self.state.trial_until:
                return False
            self.state = State(self.state.failures, self.state.open_until, now + TRIAL)
            return True

    def succeeded(self, now: float) -> None:
        """It has answered. While it is open, that is the answer to an older question."""
        with self._lock:
            if self.state.word(now) != "open":
                self.state = CLOSED

    def failed(self, now: float, retry_after: float | None = None) -> None:
        """It has not."""
        with self._lock:
            before = self.state
            after = State(before.failures + 1, before.open_until, before.trial_until)
            if opens(after, retry_after):
                until = max(now + pause(retry_after), before.open_until)
                after = State(after.failures, until)
            self.state = after

    def wait(self, now: float) -> float:
        """How many seconds until it may be asked."""
        return max(0.0, self.state.open_until - now)
