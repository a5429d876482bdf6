"""What a route gives back, before it becomes HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from errors import ApiError


def event(data: Any, name: str = "") -> bytes:
    """A server-sent event, with a name where the dialect has names."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def told(error: ApiError) -> bytes:
    """The event that tells of a failure, as chat completions has it."""
    return event(error.body())


@dataclass(frozen=True)
class Answer:
    """An HTTP answer.

    Attributes:
        status: the HTTP status.
        body: what becomes JSON; or a generator of bytes that are sent as they come; None: nothing.
        headers: HTTP headers beside the content type.
        usage: for the log, "prompt_tokens" and "completion_tokens"; a stream fills it as it goes.
        first_token: for the log, the seconds until the model had its first token.
        closes: what a stream comes from: closed with it, it sets the model free.
        broken: makes the event that tells of a failure in the middle of a stream.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)
    first_token: float | None = None
    closes: Generator[Any, None, None] | None = None
    broken: Callable[[ApiError], bytes] = told

    @property
    def streams(self) -> bool:
        """Whether the body comes in pieces."""
        return hasattr(self.body, "__next__")

    @property
    def content_type(self) -> str:
        """What the body is."""
        return "text/event-stream" if self.streams else "application/json"

    def pieces(self) -> Iterator[bytes]:
        """The body."""
        if self.streams:
            yield from self.body
        elif self.body is not None:
            yield json.dumps(self.body).encode()

    def close(self) -> None:
        """Nobody wants the rest: a stream sets the model free."""
        if self.streams:
            self.body.close()
        if self.closes:
            self.closes.close()
