"""A sandbox that nobody uses ends by itself, where KIT_IDLE says after how many minutes.

On a server for many, who went home still holds memory. All is saved; `start()` brings it back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandbox.server.base import settings

log = logging.getLogger("sandbox")

LOOK = 5.0  # seconds between two looks, at most


class Use:
    """When somebody asked for something last; a request that is not answered yet is asked now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open = 0
        self._last = clock()

    @contextmanager
    def one(self) -> Iterator[None]:
        """One request, from when it comes until it is answered."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._last = self._clock()

    @property
    def quiet(self) -> float:
        """For how many seconds nobody has asked for anything."""
        return 0.0 if self._open else self._clock() - self._last


async def end_when_idle(use: Use, stop: Callable[[], object]) -> None:
    """Call `stop` once nobody has asked for as long as KIT_IDLE says; never where it says nothing."""
    seconds = settings.idle_seconds()
    while seconds and use.quiet < seconds:
        await asyncio.sleep(min(LOOK, max(seconds - use.quiet, 0.05)))
    if seconds:
        log.info("nobody asked for anything for %.0f s (KIT_IDLE): this sandbox ends", seconds)
        stop()
