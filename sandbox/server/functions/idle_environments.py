"""Environments that nobody calls end, as Lambda's do: the emulator would keep one of each function for ever.

A model that is loaded is 95 MB. Whoever goes from one stack to the next, or changes a function, would
have one of each, and never use them again. Where many share a server (KIT_SEAT), one that starts ends
those of other functions that nobody is using: the most that a learner takes is one model, not two.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.functions import waiting

lambda_runtime = emulator.lambda_runtime

KEPT = 300.0  # seconds without a call that the one called last is kept: whoever reads an answer asks again
# Seconds without a call after which one makes way, where many share a server: who compares two
# functions, or sends traffic to both, keeps both.
MAKES_WAY = 10.0


def idle(now: float, seconds: float) -> list[Any]:
    """The environments that have been idle for too long; called with the emulator's lock held.

    Args:
        now: seconds since the epoch.
        seconds: how long any may be idle but the one that was called last.
    """
    latest = max(_everyone(), key=lambda worker: worker.last_used, default=None)
    kept = [latest] if latest and now - latest.last_used < max(seconds, KEPT) else []
    return [worker for worker in unused(now, seconds) if worker not in kept]


def unused(now: float, seconds: float) -> list[Any]:
    """The environments that answer nobody, for so many seconds; with the emulator's lock held."""
    return [
        worker
        for worker in _everyone()
        if not worker.in_use
        and not getattr(worker, "provisioned", False)
        and now - worker.last_used >= seconds
    ]


def _everyone() -> list[Any]:
    return [worker for pool in lambda_runtime._workers.values() for worker in pool]


def reap(seconds: float | None = None) -> int:
    """End what has been idle for too long; how many those were."""
    longest = lambda_runtime._LOCAL_WORKER_TTL if seconds is None else seconds
    return _end(lambda now: idle(now, longest))


def make_way() -> int:
    """Called as an environment starts: end those that are idle, where many share a server.

    Returns:
        How many those were.
    """
    if os.environ.get("KIT_SEAT") != "1":
        return 0
    return _end(lambda now: unused(now, MAKES_WAY))


def _end(chosen: Callable[[float], list[Any]]) -> int:
    with lambda_runtime._lock:
        ended = chosen(time.time())
        for key, pool in list(lambda_runtime._workers.items()):
            lambda_runtime._workers[key] = [worker for worker in pool if worker not in ended]
    lambda_runtime.kill_workers(ended)
    if ended:
        waiting.freed()
    return len(ended)


def install() -> None:
    """Put this in place of the emulator's."""
    emulator.lambdas.reap_idle_workers = reap
