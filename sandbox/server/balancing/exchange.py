"""One request to a target and its answer, passed on as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import h11

Headers = list[tuple[str, str]]

CONNECT = 10.0  # seconds that a target may take to accept a connection
CHUNK = 65_536


class Broken(Exception):
    """The target refused, or closed before it had answered: the balancer's 502."""


class Silent(Exception):
    """The target did not accept, or sent nothing for as long as the balancer waits: its 504."""


class Exchange:
    """A connection for one request; `cut` ends it at once, from wherever that is known."""

    def __init__(self, idle: float) -> None:
        self._idle = idle  # seconds of silence
        self._http = h11.Connection(our_role=h11.CLIENT)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(
        self, place: tuple[str, int], method: str, path: str, headers: Headers, body: bytes
    ) -> tuple[int, Headers]:
        """Send a request; the status and the headers of the answer.

        Raises:
            Broken: no answer comes, or none of HTTP.
            Silent: the target takes too long.
        """
        try:
            opening = asyncio.open_connection(*place)
            self._reader, self._writer = await asyncio.wait_for(opening, CONNECT)
            self._send(h11.Request(method=method, target=path, headers=headers))
            if body:
                self._send(h11.Data(data=body))
            self._send(h11.EndOfMessage())
            if self._writer is not None:
                await asyncio.wait_for(self._writer.drain(), self._idle)
            while True:
                event = await self._event()
                if isinstance(event, h11.Response):
                    return event.status_code, _texts(event.headers.raw_items())
                if not isinstance(event, h11.InformationalResponse):
                    raise Broken(repr(event))
        except asyncio.TimeoutError:
            raise Silent from None
        except (OSError, h11.ProtocolError) as error:
            raise Broken(str(error)) from None

    def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data and self._writer:
            self._writer.write(data)

    async def _event(self) -> h11.Event:
        assert self._reader is not None
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await asyncio.wait_for(self._reader.read(CHUNK), self._idle))
        return event  # type: ignore[return-value]

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body, piece by piece; Broken or Silent when it does not come to its end."""
        try:
            while not isinstance(event := await self._event(), h11.EndOfMessage):
                if not isinstance(event, h11.Data):
                    raise Broken(repr(event))
                yield bytes(event.data)
        except asyncio.TimeoutError:
            raise Silent from None
        except (OSError, h11.ProtocolError) as error:
            raise Broken(str(error)) from None

    def cut(self) -> None:
        """Close the connection now; who reads from it learns that."""
        if self._writer is not None:
            with suppress(RuntimeError):
                self._writer.transport.abort()


def _texts(items: list[tuple[bytes, bytes]]) -> Headers:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in items]
