"""Actions for the tests of listeners and rules."""

from __future__ import annotations

from typing import Any

from tests.sandbox.provider.lifecycle import (
    Life,
)


def fixed(code: str, body: str = "no") -> dict[str, Any]:
    response = {"contentType": "text/plain", "messageBody": body, "statusCode": code}
    return {"type": "fixed-response", "order": 1, "fixedResponse": response}


def forward(group: Life) -> dict[str, Any]:
    return {"type": "forward", "order": 1, "targetGroupArn": group.id}
