"""Connections that nobody uses are closed, and none on which a request has come.

Hypercorn's own timer can close a connection in the moment when a request arrives: the request is
carried out, and its answer has no way back. A client then asks a second time, and is refused what it
already has, or gets it twice.
"""

from __future__ import annotations

import asyncio
import selectors

from hypercorn.asyncio import run
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.events import Closed

# Seconds. Go's clients leave after 90 of them: who may speak next is the better one to hang up.
IDLE = 100


class Connection(TCPServer):
    """One connection; only how its idle time ends is ours."""

    async def _idle_timeout(self) -> None:
        while not await self._ends():
            # What has come is read now; a whole request ends this timer, less than one gets time again.
            if not self._has_come():
                break
        # From here on nothing is read: what comes later is refused, and carried out by nobody.
        self.writer.close()
        await asyncio.shield(self.protocol.handle(Closed()))

    async def _ends(self) -> bool:
        """Wait as long as a connection may be idle; whether the server ends meanwhile."""
        try:
            await asyncio.wait_for(self.context.terminated.wait(), self.config.keep_alive_timeout)
        except asyncio.TimeoutError:
            return False
        return True

    def _has_come(self) -> bool:
        """Whether the client has said something that was not looked at: here, or still outside."""
        if self.reader._buffer:  # type: ignore[attr-defined]
            return True
        socket = self.writer.get_extra_info("socket")
        if socket is None or socket.fileno() < 0:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(socket.fileno(), selectors.EVENT_READ)
            return bool(selector.select(0))


def install() -> None:
    """Have Hypercorn make these; once in a process, before it serves."""
    run.TCPServer = Connection  # type: ignore[misc]
