"""A breaker whose state is in DynamoDB: for Lambda, where each environment serves one at a time.

In memory, each of fifty environments would learn for itself that a backend is down, by three
callers who wait in vain. Here the first three tell all the others.
"""

from __future__ import annotations

import json
from typing import Any

from failover.breaker import CLOSED, TRIAL, State, opens, pause

FRESH = 1.0  # seconds for which what was read is believed
KEPT = 86_400  # seconds; after that, DynamoDB removes what nobody touched

# An answer closes it, unless others have opened it since the question.
NOT_OPEN = "attribute_not_exists(openUntil) OR openUntil <= :now"
# Of all who find its time up, the first has its trial.
FIRST_TO_TRY = "openUntil <= :now AND (attribute_not_exists(trialUntil) OR trialUntil <= :now)"
# Of all who open it, the one counts who keeps it open the longest.
LONGER = "attribute_not_exists(openUntil) OR openUntil < :until"


class Table:
    """A Breaker in an item of its own. A table that does not answer leaves it closed.

    Args:
        client: of DynamoDB.
        table: the table's name; its key is `id`.
        backend: whom it is about.
    """

    def __init__(self, client: Any, table: str, backend: str) -> None:
        self.client, self.table, self.backend = client, table, backend
        self._state, self._read_at = CLOSED, -FRESH

    def admits(self, now: float) -> bool:
        """Whether to ask it."""
        word = self._known(now).word(now)
        if word != "half open":
            return word == "closed"
        values = {":now": number(now), ":until": number(now + TRIAL)}
        return self._changed("SET trialUntil = :until", values, FIRST_TO_TRY) is not False

    def succeeded(self, now: float) -> None:
        """It has answered: written down only where that is news."""
        if self._known(now) != CLOSED:
            change = "REMOVE failures, openUntil, trialUntil"
            self._changed(change, {":now": number(now)}, NOT_OPEN)

    def failed(self, now: float, retry_after: float | None = None) -> None:
        """It has not."""
        values = {":one": number(1), ":expires": number(int(now) + KEPT)}
        counted = self._changed("SET expires = :expires ADD failures :one", values)
        if counted and opens(state_of(counted), retry_after):
            until = {":until": number(now + pause(retry_after))}
            self._changed("SET openUntil = :until REMOVE trialUntil", until, LONGER)

    def wait(self, now: float) -> float:
        """How many seconds until it may be asked."""
        return max(0.0, self._known(now).open_until - now)

    def _known(self, now: float) -> State:
        """The state, read again when it is a second old."""
        if now - self._read_at < FRESH:
            return self._state
        try:
            found = self.client.get_item(TableName=self.table, Key=self._key())
            self._state = state_of(found.get("Item", {}))
        except Exception as error:  # noqa: BLE001 - a breaker must not be what breaks
            self._state = CLOSED
            self._complain(error)
        self._read_at = now
        return self._state

    def _changed(self, change: str, values: Any, only_if: str = "") -> Any:
        """Change the item: what it is now, False if the condition failed, None without a table."""
        self._read_at = -FRESH
        more = {"ConditionExpression": only_if} if only_if else {}
        try:
            answer = self.client.update_item(
                TableName=self.table,
                Key=self._key(),
                UpdateExpression=change,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                **more,
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        except Exception as error:  # noqa: BLE001 - as above
            self._complain(error)
            return None
        return answer.get("Attributes", {})

    def _key(self) -> dict[str, Any]:
        return {"id": {"S": self.backend}}

    def _complain(self, error: Exception) -> None:
        print(json.dumps({"breaker": self.backend, "error": type(error).__name__}), flush=True)


def state_of(item: Any) -> State:
    """The state that an item tells of."""

    def told(name: str) -> float:
        return float(item[name]["N"]) if name in item else 0.0

    return State(int(told("failures")), told("openUntil"), told("trialUntil"))


def number(value: float) -> dict[str, str]:
    """A number as DynamoDB wants it; of times, milliseconds are enough."""
    return {"N": f"{value:.3f}" if isinstance(value, float) else str(value)}
