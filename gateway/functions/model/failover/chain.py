"""Backends in an order: the next is asked when one refuses, until a caller has seen a token."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain

from errors import ApiError
from failover.breaker import Breaker
from inner import Ask, Backend, Limits, Piece, TextPiece

FIRST_TOKEN = 5.0  # seconds that each but the last has until its first token
LEAST = 0.5  # seconds that must be left, or nobody is asked any more

# Of a refusal with another status, it is the request that is at fault: the next would refuse, too.
MOVES_ON = {408, 429}


@dataclass(frozen=True)
class Member:
    """A backend that may be asked.

    Attributes:
        name: what a caller is told that it was.
        backend: gives it for one request, with so many seconds until its first token. The last of
            all gets whatever is left: there is nobody after it.
        breaker: whether it is asked at all.
    """

    name: str
    backend: Callable[[float], Backend]
    breaker: Breaker


class Chain:
    """Backends for one request; it is an inner.Backend, where each of its methods is described.

    All tries together have one deadline, and whoever meters this pays once: for what was answered.

    Args:
        members: in the order in which they are asked. The last one counts tokens, for all.
        deadline: when nobody waits any more, in seconds since 1970.
        clock: tells the time.

    Attributes:
        served_by: who has answered; "" until then.
        tried: who was asked before, and how that ended: "instances 503".
    """

    def __init__(
        self,
        members: Sequence[Member],
        deadline: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.members, self.deadline, self.clock = list(members), deadline, clock
        self.served_by = ""
        self.tried: list[str] = []
        self._last = self.members[-1].backend(max(0.0, deadline - clock()))

    @property
    def name(self) -> str:
        """The last one's name: they stand for one model."""
        return self._last.name

    @property
    def limits(self) -> Limits:
        """The last one's limits."""
        return self._last.limits

    @property
    def frames(self) -> tuple[str, ...]:
        """The last one's frames."""
        return self._last.frames

    def count(self, ask: Ask) -> int:
        """How many tokens the last one would read."""
        return self._last.count(ask)

    def refuse_long(self, ask: Ask) -> None:
        """Refuse what the last one cannot read: it must be able to stand in."""
        self._last.refuse_long(ask)

    def stream(self, ask: Ask) -> Generator[Piece, None, None]:
        """The answer of the first that gives one."""
        refusal: ApiError | None = None
        for member in self.members:
            now = self.clock()
            if self.deadline - now < LEAST:
                raise self._too_late()
            if not member.breaker.admits(now):
                self.tried.append(f"{member.name} not asked")
                continue
            try:
                first, pieces = self._begun(member, ask, now)
            except ApiError as error:
                if not moves_on(error):
                    raise
                refusal = error
                continue
            yield from self._rest(member, first, pieces)
            return
        raise self._nobody(refusal)

    def _begun(
        self, member: Member, ask: Ask, now: float
    ) -> tuple[list[Piece], Generator[Piece, None, None]]:
        """The pieces up to the first token, and those to come."""
        left = self.deadline - now
        last = member is self.members[-1]
        backend = member.backend(left if last else min(FIRST_TOKEN, left))
        pieces = backend.stream(ask)
        try:
            first = up_to_first_token(pieces)
        except Exception as error:
            refused = error if isinstance(error, ApiError) else None
            self.tried.append(f"{member.name} {refused.status if refused else 'failed'}")
            if refused and not moves_on(refused):
                member.breaker.succeeded(self.clock())
            else:
                member.breaker.failed(self.clock(), retry_after(refused))
            if refused or last:
                raise
            raise ApiError(500, "backend_failed", f"{member.name} has failed.") from error
        within = getattr(backend, "answered_by", "")  # of several machines behind one address
        self.served_by = f"{member.name}/{within}" if within else member.name
        return first, pieces

    def _rest(
        self, member: Member, first: list[Piece], pieces: Generator[Piece, None, None]
    ) -> Iterator[Piece]:
        """The answer. The caller sees it from here on: there is no other try."""
        try:
            with closing(pieces):
                yield from chain(first, pieces)
        except GeneratorExit:  # the caller has hung up; that is not the backend's fault
            member.breaker.succeeded(self.clock())
            raise
        except Exception:
            self.tried.append(f"{member.name} broke off")
            member.breaker.failed(self.clock())
            raise
        member.breaker.succeeded(self.clock())

    def _too_late(self) -> ApiError:
        """What is said when the time for all tries is over."""
        message = f"No time is left to ask the next backend. Asked: {self._told()}."
        return ApiError(504, "timeout", message, type="server_error")

    def _nobody(self, last: ApiError | None) -> ApiError:
        """What is said when all were asked: of too much, the last one's own words."""
        if last and last.status in MOVES_ON:
            return last
        now = self.clock()
        wait = min(member.breaker.wait(now) for member in self.members)
        message = f"No backend has answered: {self._told()}. Try again later."
        headers = {"Retry-After": str(max(1, round(wait)))}
        return ApiError(503, "no_backend", message, headers=headers, type="server_error")

    def _told(self) -> str:
        return ", ".join(self.tried) or "nobody"


def moves_on(error: ApiError) -> bool:
    """Whether another backend may do what this one does not."""
    conflict = error.status == 409 and "Retry-After" in error.headers
    return error.status >= 500 or error.status in MOVES_ON or conflict


def retry_after(error: ApiError | None) -> float | None:
    """The seconds that a refusal asks for; None where it does not, or gives a date."""
    text = error.headers.get("Retry-After", "") if error else ""
    return float(text) if text.isdecimal() else None


def up_to_first_token(pieces: Iterator[Piece]) -> list[Piece]:
    """The first pieces, until one has something in it that a caller would see."""
    found: list[Piece] = []
    for piece in pieces:
        found.append(piece)
        if not isinstance(piece, TextPiece) or piece.text:
            return found
    raise ApiError(502, "backend_lost", "The backend's answer ended before it had begun.")
