"""Waiting for a lock of the kit in steps, so that whoever waits can be told, and can stop."""

from __future__ import annotations

import time
from collections.abc import Callable

from filelock import BaseFileLock, Timeout

LOOK = 0.2  # seconds between two looks whether somebody wants to stop


def take(lock: BaseFileLock, seconds: float, waiting: Callable[[], object]) -> bool:
    """Take a lock within so many seconds; False when another holds it for longer.

    Args:
        waiting: called at each look at which another has it; what it raises ends the waiting.

    Raises:
        OSError: the disk refuses, or knows no locks.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            lock.acquire(timeout=LOOK)
            return True
        except Timeout:
            if time.monotonic() > end:
                return False
        waiting()
