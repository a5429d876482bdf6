"""Tokens of a model that nobody here can ask to count: four bytes are about one."""

from __future__ import annotations

from errors import ApiError
from inner import Ask, Limits

FRAME = 8  # tokens around a message


def count(ask: Ask) -> int:
    """How many tokens it is thought to read."""
    return sum(len(message.text.encode()) // 4 + FRAME for message in ask.messages)


def refuse_long(ask: Ask, limits: Limits) -> None:
    """Refuse what is surely longer than the limit.

    Raises:
        ApiError: 400, context_length_exceeded.
    """
    tokens, most = count(ask), limits.prompt_tokens
    if tokens > most:
        raise ApiError(
            400,
            "context_length_exceeded",
            f"prompt is too long: {tokens} tokens > {most} maximum, counted roughly.",
            "messages",
        )


class Rough:
    """What is the same for each inner.Backend whose tokens are thought, not counted."""

    limits: Limits

    def count(self, ask: Ask) -> int:
        """How many tokens it would read, estimated."""
        return count(ask)

    def refuse_long(self, ask: Ask) -> None:
        """Refuse what is surely longer than the limit of this gateway."""
        refuse_long(ask, self.limits)
