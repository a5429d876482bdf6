"""One request to a target: what is an answer, what is a broken one, and what is silence."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.server.balancing import exchange, health, probes
from sandbox.server.balancing.exchange import Broken, Exchange, Silent
from sandbox.server.balancing.health import Check
from sandbox.server.balancing.targets import Place


@dataclass(frozen=True)
class Target:
    """A server that says this to the first who asks, and may stay silent before it closes."""

    pieces: tuple[bytes, ...]
    stays: float = 0.0

    def serve(self, door: socket.socket, over: threading.Event) -> None:
        link, _ = door.accept()
        with link, suppress(OSError):
            link.recv(65_536)
            for piece in self.pieces:
                link.sendall(piece)
            over.wait(self.stays)


def says(*pieces: bytes, stays: float = 0.0) -> Target:
    return Target(pieces, stays)


def behind(target: Target, what: Callable[[tuple[str, int]], Coroutine[Any, Any, Any]]) -> Any:
    """What comes of talking to a target."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = threading.Thread(target=target.serve, args=(door, over))
        serving.start()
        try:
            return asyncio.run(what(door.getsockname()))
        finally:
            over.set()
            serving.join()


async def ask(place: tuple[str, int]) -> tuple[int, list[bytes]]:
    link = Exchange(idle=0.3)
    try:
        status, _ = await link.ask(place, "GET", "/", [("host", "a")], b"")
        return status, [piece async for piece in link.pieces()]
    finally:
        link.cut()


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (says(OK + b"Content-Length: 2\r\n\r\n", b"ab"), (200, [b"ab"])),
        (says(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", b"0\r\n\r\n"), (200, [b"a"])),
        (says(b"HTTP/1.1 100 Continue\r\n\r\n", OK + b"Content-Length: 0\r\n\r\n"), (200, [])),
        (says(b"HTTP/1.0 404 No\r\n\r\nuntil it closes"), (404, [b"until it closes"])),
    ],
)  # fmt: skip
def test_an_answer_comes_in_pieces(target: Target, found: tuple[int, list[bytes]]) -> None:
    assert behind(target, ask) == found


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (says(), Broken),
        (says(b"hello\r\n\r\n"), Broken),
        (says(OK + b"Content-Length: 9\r\n\r\nab"), Broken),
        (says(stays=2), Silent),
        (says(OK + b"Content-Length: 9\r\n\r\nab", stays=2), Silent),
    ],
)
def test_what_is_no_whole_answer_is_broken_or_silent(
    target: Target, error: type[Exception]
) -> None:
    with pytest.raises(error):
        behind(target, ask)


def test_who_does_not_accept_is_broken_and_who_takes_too_long_is_silent(
    closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Broken):
        asyncio.run(ask(("127.0.0.1", closed_port)))

    async def never(*_: Any) -> None:
        await asyncio.sleep(5)

    monkeypatch.setattr(exchange, "CONNECT", 0.05)
    monkeypatch.setattr(asyncio, "open_connection", never)
    with pytest.raises(Silent):
        asyncio.run(ask(("127.0.0.1", 1)))


def test_a_probe_says_what_is_wrong(closed_port: int) -> None:
    check = Check(timeout=0.2, path="/health")

    def found(target: Target) -> Any:
        return behind(target, lambda place: probes.probe(Place(*place[:2]), check))

    assert found(says(b"HTTP/1.1 200 OK\r\n\r\n")) is None
    assert found(says(b"HTTP/1.1 503 No\r\n\r\n")) == health.mismatch(503)
    assert found(says(b"no HTTP\r\n\r\n")) == health.FAILED
    assert found(says(stays=1)) == health.TIMEOUT
    assert asyncio.run(probes.probe(Place(silent=True), check)) == health.TIMEOUT
    refused = probes.probe(Place("127.0.0.1", closed_port), check)
    assert asyncio.run(refused) == health.FAILED
