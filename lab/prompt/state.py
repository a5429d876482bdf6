"""A prompt and what became of it: the exchange, its states, and how an answer reads.

    idle ──send──> running ──> done      something answered, with whatever status
                          ├──> failed    nothing answered
                          └──> stopped   the learner gave up waiting

What comes after an end is ignored: a late answer does not turn `stopped` into `done`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from lab.prompt.request import Request, Secret

if TYPE_CHECKING:
    from typing_extensions import Self  # typing has it from Python 3.11 on

KEPT = 20  # exchanges that a playground remembers
ENDS = ("done", "failed", "stopped")
CONNECTING, WAITING, READING = "connecting", "waiting for the model", "reading the answer"
PHASES = (CONNECTING, WAITING, READING)


@dataclass(frozen=True)
class Options:
    """What goes with a prompt; None is left out, and the function takes its own default."""

    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()

    def request(
        self, url: str, prompt: str, headers: Mapping[str, str | Secret] | None = None
    ) -> Request:
        """The request that sends this prompt with these options."""
        given = sampling(self.max_tokens, self.temperature, self.seed, self.stop)
        return Request("POST", url, {"prompt": prompt, **given}, headers or {})


def sampling(
    max_tokens: int | None, temperature: float | None, seed: int | None, stop: Sequence[str]
) -> dict[str, Any]:
    """What a model is told besides its text, as fields of a request; None and empty left out."""
    numbers = {"max_tokens": max_tokens, "temperature": temperature, "seed": seed}
    given: dict[str, Any] = {}
    for name, value in numbers.items():
        # JSON has no NaN and no infinity; as text the function can refuse them.
        bad = isinstance(value, float) and not math.isfinite(value)
        given |= {} if value is None else {name: str(value) if bad else value}
    return {**given, **({"stop": list(stop)} if stop else {})}


@dataclass(frozen=True)
class Reply:
    """What came back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: str
    seconds: float

    def covered(self, request: Request) -> Reply:
        """The same without the secrets that were sent: some refusals repeat what they refuse."""
        headers = {name: request.covered(value) for name, value in self.headers.items()}
        return replace(self, headers=headers, body=request.covered(self.body))

    def header(self, name: str) -> str:
        """A header's value whatever its case, or ""."""
        return next((v for n, v in self.headers.items() if n.lower() == name.lower()), "")

    @property
    def who(self) -> str:
        """Who answered: `gateway` names its errors in a header, the function's answers pass.

        `front door`: nobody that gives requests an id, as when a body has over 10 MB.
        """
        if self.header("x-amzn-ErrorType"):
            return "gateway"
        return "function" if self.header("x-amzn-RequestId") else "front door"

    @property
    def request_id(self) -> str:
        """The id that the gateway's and the function's logs know this request by, or ""."""
        return self.header("x-amzn-RequestId")

    @cached_property
    def data(self) -> Any:
        """The body as data, or None where it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def get(self, name: str, kind: type) -> Any:
        """A field of the answer if it is there and of this kind, else None."""
        value = self.data.get(name) if isinstance(self.data, dict) else None
        return value if isinstance(value, kind) and not isinstance(value, bool) else None

    @property
    def completion(self) -> str:
        """What the model wrote, or ""."""
        return self.get("completion", str) or ""

    @property
    def usage(self) -> dict[str, int]:
        """`prompt_tokens` and `completion_tokens`, as far as the answer tells them."""
        return counts(self.get("usage", dict))

    @property
    def rate(self) -> float | None:
        """Tokens written a second, the way there and back included."""
        written = self.usage.get("completion_tokens")
        return written / self.seconds if written and self.seconds > 0 else None

    @property
    def said(self) -> str:
        """The reason that an error answer gives, or ""."""
        data = self.data if isinstance(self.data, dict) else {}
        error = data.get("error")
        for found in (error.get("message") if isinstance(error, dict) else error,
                      data.get("message"), data.get("Message")):  # fmt: skip
            if isinstance(found, str):
                return found
        return self.body.strip()


def counts(usage: Any) -> dict[str, int]:
    """The counts of a `usage` that are numbers."""
    found = usage if isinstance(usage, dict) else {}
    return {n: v for n, v in found.items() if isinstance(v, int) and not isinstance(v, bool)}


@dataclass(frozen=True)
class Exchange:
    """One prompt on its way: its state, the phase while it runs, and how it ended."""

    request: Request
    state: str = "idle"
    phase: str = ""
    seconds: float = 0.0
    reply: Reply | None = None
    problem: str = ""
    fix: str = ""
    when: str = ""

    @property
    def prompt(self) -> str:
        """The text that was asked."""
        return str((self.request.payload or {}).get("prompt", ""))

    @property
    def over(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.state in ENDS

    def begin(self, when: str) -> Self:
        """On its way, at this time."""
        if self.state != "idle":
            raise ValueError(f"This exchange is {self.state}; a new prompt needs a new one.")
        return replace(self, state="running", phase=CONNECTING, when=when)

    def reached(self, phase: str, seconds: float) -> Self:
        """In this phase, this long after it began."""
        return self if self.over else replace(self, phase=phase, seconds=seconds)

    def answered(self, reply: Reply) -> Self:
        """Done: something answered."""
        return self._end(state="done", reply=reply.covered(self.request), seconds=reply.seconds)

    def failed(self, problem: str, fix: str, seconds: float = 0.0) -> Self:
        """Failed: nothing answered, for this reason."""
        return self._end(state="failed", problem=problem, fix=fix, seconds=seconds)

    def stopped(self, seconds: float) -> Self:
        """Stopped by the learner; the function is not told, and may go on for a while."""
        return self._end(state="stopped", seconds=seconds)

    def _end(self, **changes: Any) -> Self:
        return self if self.over else replace(self, phase="", **changes)


@dataclass(frozen=True)
class History:
    """The last exchanges, newest last, and how many older ones were let go."""

    kept: tuple[Exchange, ...] = ()
    dropped: int = 0

    def add(self, exchange: Exchange) -> History:
        """With one more."""
        kept = (*self.kept, exchange)
        return History(kept[-KEPT:], self.dropped + len(kept) - len(kept[-KEPT:]))

    def update(self, exchange: Exchange) -> History:
        """With the newest one as it is now."""
        return replace(self, kept=(*self.kept[:-1], exchange))

    @property
    def last(self) -> Exchange | None:
        """The newest one."""
        return self.kept[-1] if self.kept else None


class Running(Protocol):
    """An exchange on its way, whoever carries it."""

    exchange: Exchange

    def take(self, wait: float = 0.0) -> Exchange:
        """Take in what happened, after waiting at most this many seconds for it."""

    def stop(self) -> Exchange:
        """Give up waiting."""
