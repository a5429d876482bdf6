"""A backend at a URL: whatever speaks OpenAI's chat completions, our own instances among it."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import rough
from errors import ApiError
from failover import chat_request, events
from inner import Ask, Limits, Piece

CONNECT = 2.0  # seconds; who is there answers a connection in milliseconds
IDLE = 30.0  # seconds between two tokens
SERVED_BY = "x-served-by"
MOST = 65_536  # bytes of an error that are read
LONGEST_LINE = 1_048_576  # bytes; an event is a line
PASSED_ON = {400, 404, 408, 409, 413, 415, 422, 429}  # what a backend says to our caller
HEADERS = ("Retry-After", "x-should-retry")  # those of its answer that mean something here


@dataclass
class Remote:
    """It is an inner.Backend, where each of its methods is described.

    Attributes:
        base_url: what `/chat/completions` is appended to.
        name: what our callers call it by.
        limits: what it may be asked.
        first_token: seconds until it must have said something.
        frames: texts that its chat format keeps for itself.
        headers: sent with each request, a key among them.
        system_prompt: said first where the caller has no system message.
        counts: says how many tokens it would read, if anybody knows exactly.
        answered_by: which of its machines has answered, if it says so.
    """

    base_url: str
    name: str
    limits: Limits
    first_token: float
    frames: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    system_prompt: str = ""
    counts: Callable[[Ask], int] | None = None
    answered_by: str = ""

    def count(self, ask: Ask) -> int:
        """How many tokens it would read; where nobody knows, four bytes are about one."""
        return self.counts(ask) if self.counts else rough.count(ask)

    def refuse_long(self, ask: Ask) -> None:
        """It says so itself."""

    def stream(self, ask: Ask) -> Generator[Piece, None, None]:
        """Its answer. Every failure is an ApiError: 502, 503 or 504 where the fault is not ours."""
        told = chat_request.of(ask, self.name, self.system_prompt)
        until = time.monotonic() + self.first_token
        with ExitStack() as open_things:
            connection = open_things.enter_context(closing(self._connected()))
            link = connection.sock  # of one that closes after its answer, it is soon forgotten
            try:
                patience(link, until)
                answer = open_things.enter_context(self._asked(connection, told))
                read = Lines(link, answer, until)
                for piece in events.pieces(read, self.count(ask)):
                    read.until = None  # it has begun: from here on, only a silence is too long
                    yield piece
            except TimeoutError:
                raise failed(504, "backend_timeout", "takes too long") from None
            except (OSError, http.client.HTTPException):
                raise failed(502, "backend_lost", "has broken off") from None

    def _connected(self) -> http.client.HTTPConnection:
        url = urlsplit(self.base_url)
        https = url.scheme == "https"
        kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=min(CONNECT, self.first_token))
        try:
            connection.connect()
        except OSError:  # refused, no such name, no TLS, or nobody there: the same to a caller
            connection.close()
            raise failed(503, "backend_unreachable", "cannot be reached") from None
        return connection

    def _asked(
        self, connection: http.client.HTTPConnection, told: dict[str, Any]
    ) -> http.client.HTTPResponse:
        """The head of its answer; a refusal is raised."""
        path = urlsplit(self.base_url).path.rstrip("/") + "/chat/completions"
        headers = {**self.headers, "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(told).encode(), headers)
        answer = connection.getresponse()
        kind = answer.headers.get("Content-Type", "")
        if answer.status == 200 and kind.startswith("text/event-stream"):
            self.answered_by = answer.headers.get(SERVED_BY, "")
            return answer
        with answer:
            raise refusal(answer)


class Lines:
    """The lines of an answer, as they come.

    Attributes:
        until: when the next one must be there, as time.monotonic has it; None: IDLE seconds.
    """

    def __init__(
        self, link: socket.socket, answer: http.client.HTTPResponse, until: float | None
    ) -> None:
        self.until = until
        self._link, self._answer = link, answer

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> bytes:
        patience(self._link, self.until)
        if line := self._answer.readline(LONGEST_LINE):
            return line
        raise StopIteration


def patience(link: socket.socket, until: float | None) -> None:
    """How long the next reading may wait.

    Raises:
        TimeoutError: not at all.
    """
    seconds = IDLE if until is None else until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    if link.fileno() >= 0:  # a short answer has closed it, and is here already
        link.settimeout(seconds)


def refusal(answer: http.client.HTTPResponse) -> ApiError:
    """What its answer means for our caller, where it is none.

    What is wrong with the request is told in the backend's own words. Its 401 or 403 is about our
    key, not about the caller's; and a page of HTML is a balancer's.
    """
    status = answer.status
    headers = {name: answer.headers[name] for name in HEADERS if answer.headers.get(name)}
    if status not in PASSED_ON:
        failure = failed(status if status >= 500 else 502, "backend_failed", f"answers {status}")
        failure.headers.update(headers)
        return failure
    error = told(answer.read(MOST))
    return ApiError(
        status,
        str(error.get("code") or "backend_refused"),
        str(error.get("message") or f"The backend answers {status}."),
        error.get("param"),
        headers,
        str(error.get("type") or "invalid_request_error"),
    )


def told(body: bytes) -> dict[str, Any]:
    """The error in a body of OpenAI's shape; nothing of any other."""
    try:
        error = json.loads(body)["error"]
    except (ValueError, TypeError, KeyError):
        return {}
    return error if isinstance(error, dict) else {}


def failed(status: int, code: str, what: str) -> ApiError:
    """A failure that is not the caller's."""
    return ApiError(status, code, f"The backend {what}.", type="server_error")
