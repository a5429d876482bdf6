"""Sends a request with the requests library, tells the phases, and can be given up on."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from lab.prompt.meaning import LOOPBACK
from lab.prompt.request import Request
from lab.prompt.state import READING, WAITING, Reply

CONNECT_LIMIT = 5.0  # seconds
ANSWER_LIMIT = 35.0  # seconds; API Gateway itself gives up after 29
PIECE = 65_536  # bytes that are taken at once, at most
BODY_LIMIT = 12_000_000  # bytes; a gateway passes 10 MB


class NoAnswer(Exception):
    """Nothing answered. `kind` is refused, name, timeout or other."""

    def __init__(self, kind: str, detail: str, waited: float) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.waited = kind, detail, waited


class Transport:
    """One request on its way. A new one for each request: `abort` closes its connection."""

    def __init__(self, limit: float = ANSWER_LIMIT) -> None:
        self._limit = limit
        self._socket: socket.socket | None = None
        self._aborted = False

    def send(
        self,
        request: Request,
        phase: Callable[[str], None] = lambda _: None,
        heard: Callable[[Reply | bytes], None] | None = None,
    ) -> Reply:
        """Send it and wait for the whole answer.

        Args:
            phase: is told where it stands.
            heard: gets an answer that comes as events, besides: its head, then piece by piece.

        Raises:
            NoAnswer: nothing answered, or `abort` was called.
        """
        began = time.monotonic()
        try:
            with session_for(request.url) as session:
                adapter = _Telling(lambda made: self._connected(made, phase))
                session.mount("http://", adapter)
                session.mount("https://", adapter)
                answer = session.request(
                    request.method,
                    request.url,
                    data=request.body.encode() or None,
                    headers=request.sent_headers(),
                    timeout=(CONNECT_LIMIT, self._limit),
                    allow_redirects=False,
                    stream=True,
                )
                body = _body(answer, phase, heard)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise no_answer_of(error, time.monotonic() - began) from error
        text = body.decode("utf-8", "replace")
        return Reply(answer.status_code, dict(answer.headers), text, time.monotonic() - began)

    def abort(self) -> None:
        """Close the connection, from any thread. `send` then raises NoAnswer."""
        self._aborted = True
        if self._socket is not None:
            with contextlib.suppress(OSError):  # the other side may have closed it already
                self._socket.shutdown(socket.SHUT_RDWR)

    def _connected(self, made: socket.socket | None, phase: Callable[[str], None]) -> None:
        self._socket = made
        if self._aborted:
            self.abort()
        phase(WAITING)


def session_for(url: str) -> requests.Session:
    """A session of requests for one address and those beside it."""
    session = requests.Session()
    # A proxy of the network cannot reach this machine's own loopback address.
    session.trust_env = urlsplit(url).hostname not in LOOPBACK
    return session


def _body(
    answer: requests.Response,
    phase: Callable[[str], None],
    heard: Callable[[Reply | bytes], None] | None,
) -> bytes:
    """The whole body; told as it comes where somebody hears, and it comes as events."""
    if heard is not None and _events(answer):
        heard(Reply(answer.status_code, dict(answer.headers), "", 0.0))
        return _pieces(answer.raw, heard)
    phase(READING)
    body: bytes = answer.raw.read(BODY_LIMIT, decode_content=True)
    return body


def _events(answer: requests.Response) -> bool:
    kind = answer.headers.get("content-type", "")
    return answer.status_code < 400 and kind.lower().startswith("text/event-stream")


def _pieces(raw: Any, heard: Callable[[Reply | bytes], None]) -> bytes:
    """The body, told as it comes."""
    pieces, size = [], 0
    while size < BODY_LIMIT and (piece := raw.read1(PIECE, decode_content=True)):
        heard(piece)
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


class _Telling(HTTPAdapter):
    """An adapter that tells when the connection stands, and which socket it is."""

    def __init__(self, connected: Callable[[socket.socket | None], None]) -> None:
        self._tell = connected
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool for this address, whose connections tell."""
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        tell = self._tell

        class Connection(pool.ConnectionCls):  # type: ignore[name-defined, misc]
            def connect(self) -> None:
                super().connect()
                tell(self.sock)

        pool.ConnectionCls = Connection
        return pool


def no_answer_of(error: Exception, waited: float) -> NoAnswer:
    """Why nothing answered: the innermost cause that requests wraps."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < 12:
        causes.append(cause)
        reason = getattr(cause, "reason", None)
        inner = next((a for a in cause.args if isinstance(a, BaseException)), None)
        cause = reason if isinstance(reason, BaseException) else inner or cause.__cause__
    if any(isinstance(c, (NameResolutionError, socket.gaierror)) for c in causes):
        kind = "name"
    elif any(isinstance(c, requests.ReadTimeout | requests.ConnectTimeout) for c in causes):
        kind = "timeout"
    elif any(isinstance(c, (NewConnectionError, ConnectionRefusedError)) for c in causes):
        kind = "refused"
    else:
        kind = "other"
    return NoAnswer(kind, f"{type(causes[-1]).__name__}: {causes[-1]}", waited)
