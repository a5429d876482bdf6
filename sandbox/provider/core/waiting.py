"""Waits for what AWS does in its own time.

botocore's waiters are not used: they sleep where no interrupt reaches them, know nothing of the
program's `customTimeouts`, and do not tell the reason that AWS gives for a failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandbox.provider.core.context import Context

FIRST, LONGEST = 0.02, 1.0  # seconds between two looks: each pause is half longer than the last


def until(ctx: Context, look: Callable[[], Any], patience: float) -> Any:
    """Look again and again until there is something to see.

    Args:
        look: returns what it sees, or something false when it is too early.
        patience: seconds after which nobody waits any longer.

    Returns:
        What was seen last: something false when patience ended.
    """
    deadline, pause = time.monotonic() + patience, FIRST
    while not (seen := look()) and time.monotonic() <= deadline:
        ctx.wait(pause)
        pause = min(pause * 1.5, LONGEST)
    return seen


def accepted(
    ctx: Context, call: Callable[..., Any], early: tuple[str, ...], patience: float, **request: Any
) -> Any:
    """Make a call that AWS may refuse for a while: it sees late what was made or deleted.

    Args:
        early: the codes, or texts in the message, of refusals that mean "not yet".
        patience: seconds after which such a refusal is taken at its word.
    """
    from botocore.exceptions import ClientError

    refusals: list[ClientError] = []

    def attempt() -> tuple[Any] | None:
        try:
            return (call(**request),)
        except ClientError as error:
            if not any(text in str(error) for text in early):
                raise
            refusals.append(error)
            return None

    answer = until(ctx, attempt, patience)
    if not answer:
        raise refusals[-1]
    return answer[0]
