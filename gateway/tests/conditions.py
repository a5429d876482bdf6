"""How backends fail, and what a caller sees of it: a table that runs.

`python conditions.py` provokes each row with the code that is deployed, and prints it as JSON. Two
web servers of this machine play the backends; no model and no AWS is needed. Time, as far as the
breaker counts it, is a clock that the rows set.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE.parent / "functions" / "model"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import api  # noqa: E402 - found in the folders above
from errors import failure  # noqa: E402
from failover import chain  # noqa: E402
from failover.breaker import Breaker, Memory  # noqa: E402
from failover.chain import Chain, Member  # noqa: E402
from failover.remote import Remote  # noqa: E402
from inner import Limits  # noqa: E402

import misbehaving  # noqa: E402

NAMES = ("first", "second")
FIRST_TOKEN = 0.4  # seconds here, in place of 5; enough where other work is going on
TIME = 20.0  # seconds that a caller waits
NOBODY = "http://127.0.0.1:1"  # refuses each connection: nothing listens
NO_NAME = "http://backend.invalid"  # no such name, by standard


@dataclass(frozen=True)
class Condition:
    """A row: what backends do, and what the last caller sees.

    Attributes:
        name: what happens.
        first: what the first backend does, question by question; or the URL where it is not.
        saw: status; who has answered; what else there is to see.
        asked: questions that each backend had in all.
        second: what the second backend does.
        callers: questions that are asked, one after the other.
        pause: seconds between them.
        time: seconds that a caller waits.
    """

    name: str
    first: tuple[str, ...]
    saw: str
    asked: tuple[int, int]
    second: tuple[str, ...] = ("answers",)
    callers: int = 1
    pause: float = 1.0
    time: float = TIME
    special: str = ""


BY_FIRST, BY_SECOND = "200 by first", "200 by second"
DOWN = "503 no_backend, Retry-After 1"

CONDITIONS = (
    Condition("the first answers", ("answers",), BY_FIRST, (1, 0)),
    # What is wrong with the request, the second would not like either.
    Condition("400: the request is wrong", ("400",), "400 code_400", (1, 0)),
    Condition("404: no such model", ("404",), "404 code_404", (1, 0)),
    Condition("409: a conflict", ("409",), "409 code_409", (1, 0)),
    Condition("422: cannot be processed", ("422",), "422 code_422", (1, 0)),
    # What the second can do all the same.
    Condition("401: our key is not known there", ("401",), BY_SECOND, (1, 1)),
    Condition("403: our key may not", ("403",), BY_SECOND, (1, 1)),
    Condition("408: it has waited too long", ("408",), BY_SECOND, (1, 1)),
    Condition("409 with Retry-After", ("409, 7",), BY_SECOND, (1, 1)),
    Condition("429: too many", ("429",), BY_SECOND, (1, 1)),
    Condition("500", ("500",), BY_SECOND, (1, 1)),
    Condition("502, a balancer's page", ("502, html",), BY_SECOND, (1, 1)),
    Condition("503: overloaded", ("503",), BY_SECOND, (1, 1)),
    Condition("504", ("504",), BY_SECOND, (1, 1)),
    Condition("connection refused", (NOBODY,), BY_SECOND, (0, 1)),
    Condition("no such name", (NO_NAME,), BY_SECOND, (0, 1)),
    Condition("no TLS there", ("https",), BY_SECOND, (0, 1)),
    Condition("connection cut before an answer", ("cut connection",), BY_SECOND, (1, 1)),
    Condition("not a byte", ("silence",), BY_SECOND, (1, 1)),
    Condition("slow first token", ("slow first token",), BY_SECOND, (1, 1)),
    Condition("200, and an error as first event", ("error in the stream",), BY_SECOND, (1, 1)),
    Condition("200, and no token", ("no token",), BY_SECOND, (1, 1)),
    Condition("200, and a web page", ("web page",), BY_SECOND, (1, 1)),
    # After the first token, nobody else is asked: the caller has read it.
    Condition(
        "dies after the first token",
        ("dies after a token",),
        "200 by first, then an error event",
        (1, 0),
    ),
    Condition(
        "an error event after the first token",
        ("error after a token",),
        "200 by first, then an error event",
        (1, 0),
    ),
    Condition(
        "dies after the first token, whole answer",
        ("dies after a token",),
        "502 backend_lost",
        (1, 0),
        special="whole",
    ),
    Condition(
        "the caller hangs up", ("answers",), "200 by first, hung up", (1, 0), special="hangs up"
    ),
    # All fail.
    Condition("all 429", ("429",), "429 code_429, Retry-After 9", (1, 1), ("429, 9",)),
    Condition("all 408", ("408",), "408 code_408", (1, 1), ("408",)),
    Condition("all 500", ("500",), DOWN, (1, 1), ("500",)),
    Condition("first 429, second 503", ("429",), DOWN, (1, 1), ("503",)),
    Condition("all slow", ("silence",), DOWN, (1, 1), ("silence",), time=0.6),
    Condition(
        "no time is left for the second", ("503",), "504 timeout", (1, 0), special="takes all"
    ),
    # The breaker.
    Condition("two failures: it is asked again", ("503",), BY_SECOND, (3, 3), callers=3),
    Condition("three failures: it is left alone", ("503",), BY_SECOND, (3, 5), callers=5),
    Condition(
        "a success between: counted anew",
        ("503", "503", "answers", "503", "503", "answers"),
        BY_FIRST,
        (6, 4),
        callers=6,
    ),
    Condition("Retry-After 60: left alone at once", ("429, 60",), BY_SECOND, (1, 4), callers=4),
    Condition(
        "half open, and it has recovered",
        ("503", "503", "503", "answers"),
        BY_FIRST,
        (5, 3),
        callers=5,
        pause=11,
    ),
    Condition(
        "half open, and it fails: one question each 10 s",
        ("503",),
        BY_SECOND,
        (4, 6),
        callers=6,
        pause=4,
    ),
    Condition(
        "half open, and another caller is trying",
        ("503", "503", "503", "answers"),
        BY_SECOND,
        (3, 4),
        callers=4,
        special="another tries",
    ),
    Condition(
        "all open",
        ("429, 60",),
        "503 no_backend, Retry-After 59",
        (1, 1),
        ("429, 60",),
        callers=2,
    ),
)


class Run:
    """One row, provoked."""

    def __init__(
        self,
        condition: Condition,
        breaker: Callable[[], Breaker] = Memory,
    ) -> None:
        self.condition, self.now = condition, 1_000_000.0
        self.breakers = (breaker(), breaker())

    def result(self) -> dict[str, Any]:
        """What was seen, beside what was to be seen."""
        row, saw = self.condition, ""
        chain.FIRST_TOKEN = FIRST_TOKEN
        with ExitStack() as stack:
            scripts = row.first, row.second
            servers = [
                stack.enter_context(misbehaving.backend(script, name))
                for script, name in zip(scripts, NAMES, strict=True)
            ]
            if row.special == "takes all":
                servers[0].on_question = lambda: self.pass_time(row.time)
            for caller in range(row.callers):
                if caller:
                    self.pass_time(row.pause)
                if caller == row.callers - 1 and row.special == "another tries":
                    self.pass_time(10)
                    self.breakers[0].admits(self.now)
                saw = self.ask(servers)
            asked = tuple(server.asked for server in servers)
        told = {"name": row.name, "saw": saw, "asked": asked}
        return {**told, "right": saw == row.saw and asked == row.asked}

    def pass_time(self, seconds: float) -> None:
        """The clock goes on."""
        self.now += seconds

    def ask(self, servers: list[misbehaving.Backend]) -> str:
        """One caller; what they see."""
        row = self.condition
        urls = [server.url for server in servers]
        if row.first[0].startswith("http"):
            urls[0] = row.first[0] if "://" in row.first[0] else urls[0].replace("http", "https")
        members = [
            Member(name, maker(url), breaker)
            for name, url, breaker in zip(NAMES, urls, self.breakers, strict=True)
        ]
        asked = Chain(members, self.now + row.time, lambda: self.now)
        body = {
            "model": "m",
            "stream": row.special != "whole",
            "messages": [{"role": "user", "content": "Tell me about the sea."}],
        }
        answer = api.route("POST", "/chat/completions", json.dumps(body).encode(), asked)
        if row.special == "hangs up":
            next(answer.pieces())
            answer.close()
            return f"{answer.status} by {asked.served_by}, hung up"
        told = b"".join(pieces(answer))
        return seen(answer, told, asked)


def maker(url: str) -> Callable[[float], Remote]:
    """A backend at a URL, for as long as it may take."""
    return lambda seconds: Remote(url, "m", Limits(1500, 256), seconds)


def pieces(answer: Any) -> Iterator[bytes]:
    """The body, as handler.py sends it."""
    try:
        yield from answer.pieces()
    except Exception:  # noqa: BLE001 - as there
        yield answer.broken(failure("request"))
    finally:
        answer.close()


def seen(answer: Any, told: bytes, asked: Chain) -> str:
    """What a caller sees, in one line."""
    if answer.status == 200:
        broken = ", then an error event" if b'"error"' in told else ""
        return f"200 by {asked.served_by}{broken}"
    wait = answer.headers.get("Retry-After")
    code = json.loads(told)["error"]["code"]
    return f"{answer.status} {code}" + (f", Retry-After {wait}" if wait else "")


def all_results() -> Iterator[dict[str, Any]]:
    """Each row."""
    for condition in CONDITIONS:
        expected = asdict(condition)
        yield {**Run(condition).result(), "expected": expected["saw"]}


if __name__ == "__main__":
    for result in all_results():
        print(json.dumps(result), flush=True)
