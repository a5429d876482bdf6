"""Who is asked before the model in this process, as the environment tells it.

FIRST_BACKENDS is a JSON list: [{"name": "instances", "url": "http://…", "ours": true}].
BREAKER_TABLE is where the breakers of a function meet; without it, they are in memory.
POOLS is {"stable": 95, "candidate": 5}: what percent of requests is for which of two versions,
where no stage variable can say it.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from failover.breaker import Breaker, Memory
from failover.chain import Chain, Member
from failover.remote import Remote
from failover.table import Table
from inner import Backend

ITSELF = "function"  # what a caller is told when the model in this process has answered
MARGIN = 0.5  # seconds that remain to tell a refusal, before the gateway stops waiting


@dataclass(frozen=True)
class First:
    """A backend that is asked before the model here.

    Attributes:
        ours: an instance of this gateway: it is told who asks, and that the tokens are paid for.
    """

    name: str
    url: str
    breaker: Breaker
    ours: bool = False


@dataclass(frozen=True)
class Order:
    """Who is asked, for all requests of this process: those first, then the model here."""

    first: tuple[First, ...]
    model: Backend
    pools: dict[str, float] = field(default_factory=dict)

    def pool(self) -> str:
        """Which of two versions the next request is for, drawn anew; "" where nobody chooses."""
        if not self.pools:
            return ""
        (drawn,) = random.choices(list(self.pools), list(self.pools.values()))
        return drawn

    def chain(self, deadline: float, who: dict[str, str]) -> Chain:
        """For one request.

        Args:
            deadline: when nobody waits any more, in seconds since 1970.
            who: headers that tell our own instances of the caller.
        """
        members = [Member(each.name, self._remote(each, who), each.breaker) for each in self.first]
        members.append(Member(ITSELF, lambda seconds: self.model, Memory()))
        return Chain(members, deadline - MARGIN)

    def _remote(self, first: First, who: dict[str, str]) -> Callable[[float], Backend]:
        def make(seconds: float) -> Backend:
            return Remote(
                first.url,
                self.model.name,
                self.model.limits,
                seconds,
                self.model.frames,
                who if first.ours else {},
                counts=self.model.count if first.ours else None,
            )

        return make


def from_environment(model: Backend) -> Order | None:
    """The order that FIRST_BACKENDS tells of; None without it."""
    text = os.environ.get("FIRST_BACKENDS")
    if not text:
        return None
    known = [(str(told["name"]), told) for told in json.loads(text)]
    breakers = breakers_of([name for name, _ in known])
    return Order(
        tuple(
            First(name, str(told["url"]), breakers[name], bool(told.get("ours")))
            for name, told in known
        ),
        model,
        json.loads(os.environ.get("POOLS") or "{}"),
    )


def breakers_of(names: list[str]) -> dict[str, Breaker]:
    """A breaker for each."""
    table = os.environ.get("BREAKER_TABLE")
    if not table:
        return {name: Memory() for name in names}
    client = dynamodb()
    return {name: Table(client, table, name) for name in names}


def dynamodb() -> Any:
    """A client that does not let a caller wait long: without its table, all are asked."""
    import boto3  # half a second, and only for those who have a table
    from botocore.config import Config

    patience = Config(connect_timeout=0.5, read_timeout=0.5, retries={"total_max_attempts": 1})
    return boto3.client("dynamodb", config=patience)
