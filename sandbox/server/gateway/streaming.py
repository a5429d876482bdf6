"""Bodies that are passed on while they are written, and the metadata that comes before them."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from sandbox.server.base.exchange import BrokenFlow
from sandbox.server.functions.worker_main import NULS

IDLE = 300.0  # seconds without a byte after which a regional API ends a stream
METADATA_LIMIT = 16_384  # bytes in which the metadata has to end


class QueueFlow:
    """What one thread writes, read on the event loop, until a deadline."""

    def __init__(self, timeout: float) -> None:
        self.on_close: Callable[[], None] = lambda: None
        self._loop = asyncio.get_running_loop()
        self._deadline = time.monotonic() + timeout
        self._pieces: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._ended: str | None = None  # why it broke; "" when it is whole

    def put(self, piece: bytes) -> None:
        """From any thread: the next piece."""
        self._loop.call_soon_threadsafe(self._take, piece)

    def end(self, broken: str = "") -> None:
        """On the loop's thread: there is no more, because of what broke if anything did."""
        self._ended = broken
        self._arrived.set()

    def push_back(self, piece: bytes) -> None:
        """Give back what was read too much."""
        if piece:
            self._pieces.appendleft(piece)

    def _take(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._arrived.set()

    async def next(self) -> bytes | None:
        """What comes next, None at the end; BrokenFlow when it failed or takes too long."""
        try:
            return await self.read()
        except TimeoutError:
            raise BrokenFlow("Execution failed due to a timeout error") from None

    async def read(self) -> bytes | None:
        """The same, with a TimeoutError."""
        while not self._pieces:
            if self._ended is not None:
                if self._ended:
                    raise BrokenFlow(self._ended)
                return None
            self._arrived.clear()
            left = min(IDLE, self._deadline - time.monotonic())
            try:
                await asyncio.wait_for(self._arrived.wait(), max(0.0, left))
            except asyncio.TimeoutError:
                raise TimeoutError from None
        return self._pieces.popleft()

    def close(self) -> None:
        """Nobody wants the rest."""
        self.on_close()


async def prelude(flow: QueueFlow) -> tuple[Any, bytes] | None:
    """The metadata that a streamed answer begins with, and what of the body came with it.

    None when there is none; TimeoutError when it does not come.
    """
    head = b""
    try:
        while NULS not in head and len(head) <= METADATA_LIMIT + len(NULS):
            piece = await flow.read()
            if piece is None:
                return None
            head += piece
    except BrokenFlow:
        return None
    metadata, nuls, rest = head.partition(NULS)
    if not nuls or len(metadata) > METADATA_LIMIT:
        return None
    try:
        return json.loads(metadata), rest
    except ValueError:
        return None
