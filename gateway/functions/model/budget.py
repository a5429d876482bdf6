"""Tokens for each key and day. They are taken before the model is asked, as many as the answer
may need at most; what it did not need is given back after it.

In the table, one item stands for a key and a day. `taken` is what is spent and what is promised.
Each promise is also an attribute of its own, "TOKENS UNTIL READ": whoever finds no room gives back
what was promised to calls that are dead by then, but for the prompt, which such a call has read.
DynamoDB does one update of an item after the other, so that two calls never take the same tokens.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from errors import ApiError
from inner import Ask, Backend, Limits, Piece

DAY = 86_400  # seconds
KEPT = 7 * DAY  # after that, DynamoDB removes an item
LONGEST = 900  # seconds that a call takes at most, where nothing ends it sooner
SLACK = 5  # seconds that clocks may differ
PROMISE = "promise-"


def from_environment() -> Budget | None:
    """The budget that BUDGET_TABLE and TOKENS_PER_DAY tell of; None without them."""
    if not (table := os.environ.get("BUDGET_TABLE")):
        return None
    import boto3  # half a second, and only for those who have a budget
    from botocore.config import Config

    patience = Config(connect_timeout=2, read_timeout=2, max_pool_connections=50)
    client = boto3.client("dynamodb", config=patience)
    return Budget(client, table, int(os.environ["TOKENS_PER_DAY"]))


@dataclass
class Promise:
    """Tokens that are set aside for a call.

    Attributes:
        read: those of them that the prompt has: a call that dies has cost at least these.
        used: what the call has used so far.
    """

    item: str
    name: str
    tokens: int
    read: int = 0
    used: int = 0


@dataclass(frozen=True)
class Budget:
    """The table of all keys: a DynamoDB client, the table's name, and what a key has for a day."""

    client: Any
    table: str
    tokens_per_day: int

    def reserve(
        self, caller: str | None, tokens: int, seconds: float = LONGEST, read: int = 0
    ) -> Promise:
        """Set tokens aside for a call that will be over in so many seconds.

        Args:
            caller: the id of the key. All who have none share one budget.
            read: how many of the tokens are the prompt's.

        Raises:
            ApiError: 429, the key has fewer left today.
        """
        day = time.strftime("%Y-%m-%d", time.gmtime())
        promise = Promise(f"{caller or 'no-key'}#{day}", PROMISE + uuid.uuid4().hex, tokens, read)
        until = int(time.time() + seconds + SLACK)
        if tokens <= self.tokens_per_day:
            if self._take(promise, until):
                return promise
            self._give_back_dead(promise.item)
            if self._take(promise, until):
                return promise
        raise refusal(tokens, self.tokens_per_day)

    def settle(self, promise: Promise) -> None:
        """Give back what a call did not use."""
        kept = self._update(
            promise.item,
            "SET taken = taken - :rest REMOVE #promise",
            {":rest": {"N": str(promise.tokens - promise.used)}},
            "attribute_exists(#promise)",
            promise.name,
        )
        if not kept:  # it was thought dead, and given back but for the prompt: the rest is missing
            missing = promise.used - promise.read
            self._update(promise.item, "ADD taken :missing", {":missing": {"N": str(missing)}})

    def _take(self, promise: Promise, until: int) -> bool:
        """Promise tokens if there is room for them."""
        return self._update(
            promise.item,
            "SET #promise = :promise, expires = :expires ADD taken :tokens",
            {
                ":promise": {"S": f"{promise.tokens} {until} {promise.read}"},
                ":expires": {"N": str(int(time.time()) + KEPT)},
                ":tokens": {"N": str(promise.tokens)},
                ":room": {"N": str(self.tokens_per_day - promise.tokens)},
            },
            # The second half: when an update is sent again because its answer was lost.
            "(attribute_not_exists(taken) OR taken <= :room) AND attribute_not_exists(#promise)",
            promise.name,
        )

    def _give_back_dead(self, item: str) -> None:
        """Take back the promises to calls that are over and never settled, but for the prompts."""
        found = self.client.get_item(
            TableName=self.table, Key={"id": {"S": item}}, ConsistentRead=True
        )
        for name, value in found.get("Item", {}).items():
            if name.startswith(PROMISE):
                tokens, until, *read = value["S"].split()  # older ones do not say what was read
                if int(until) < time.time():
                    back = int(tokens) - int(read[0] if read else 0)
                    self._update(
                        item,
                        "SET taken = taken - :tokens REMOVE #promise",
                        {":tokens": {"N": str(back)}},
                        "attribute_exists(#promise)",
                        name,
                    )

    def _update(
        self, item: str, change: str, values: Any, only_if: str = "", promise: str = ""
    ) -> bool:
        """Change an item; whether its condition held."""
        more: dict[str, Any] = {}
        if only_if:
            more["ConditionExpression"] = only_if
            more["ExpressionAttributeNames"] = {"#promise": promise}
        try:
            self.client.update_item(
                TableName=self.table,
                Key={"id": {"S": item}},
                UpdateExpression=change,
                ExpressionAttributeValues=values,
                **more,
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def refusal(tokens: int, tokens_per_day: int) -> ApiError:
    """What a caller without room is told. To try again helps tomorrow, not in a second."""
    midnight = DAY - int(time.time()) % DAY
    return ApiError(
        429,
        "rate_limit_exceeded",
        f"This needs up to {tokens} tokens, prompt and max_tokens together, and fewer are left of "
        f"the {tokens_per_day} that this key has for a day. A new day begins in {midnight} s.",
        headers={"Retry-After": str(midnight), "x-should-retry": "false"},
        type="tokens",
    )


@dataclass(frozen=True)
class Metered:
    """The model for one caller: who asks it pays. What asks through this cannot forget to.

    It is a Backend itself: what costs nothing is the model's own.
    """

    model: Backend
    budget: Budget
    caller: str | None
    seconds: float = LONGEST

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def limits(self) -> Limits:
        """The model's limits."""
        return self.model.limits

    @property
    def frames(self) -> tuple[str, ...]:
        """The model's frames."""
        return self.model.frames

    def count(self, ask: Ask) -> int:
        """How many tokens the model would read."""
        return self.model.count(ask)

    def refuse_long(self, ask: Ask) -> None:
        """Refuse what the model cannot read."""
        self.model.refuse_long(ask)

    def stream(self, ask: Ask) -> Generator[Piece, None, None]:
        """The model's stream(). One that is closed early has used what it gave so far."""
        with self._paid(ask) as promise, closing(self.model.stream(ask)) as pieces:
            for piece in pieces:
                promise.used = piece.usage.total_tokens
                yield piece

    @contextmanager
    def _paid(self, ask: Ask) -> Iterator[Promise]:
        """Set aside all that an answer can need, and settle however it ends."""
        self.model.refuse_long(ask)
        read = self.model.count(ask)
        tokens = read + ask.max_tokens
        promise = self.budget.reserve(self.caller, tokens, self.seconds, read)
        try:
            yield promise
        finally:
            try:
                self.budget.settle(promise)
            except Exception as error:  # noqa: BLE001 - a promise ends by itself, the answer is here
                print(json.dumps({"error": type(error).__name__, "not_settled": promise.item}))
