"""Environments that nobody calls end, as Lambda's do: the emulator would keep one of each function for ever.

A model that is loaded is 95 MB. Whoever goes from one stack to the next, or changes a function, would
have one of each, and never use them again.
"""

from __future__ import annotations

import time
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.functions import waiting

lambda_runtime = emulator.lambda_runtime

KEPT = 300.0  # seconds without a call that the one called last is kept: whoever reads an answer asks again


def idle(now: float, seconds: float) -> list[Any]:
    """The environments that have been idle for too long; called with the emulator's lock held.

    Args:
        now: seconds since the epoch.
        seconds: how long any may be idle but the one that was called last.
    """
    pools = lambda_runtime._workers.values()
    everyone = [worker for pool in pools for worker in pool]
    latest = max(everyone, key=lambda worker: worker.last_used, default=None)
    return [
        worker
        for worker in everyone
        if not worker.in_use
        and not getattr(worker, "provisioned", False)
        and now - worker.last_used >= (max(seconds, KEPT) if worker is latest else seconds)
    ]


def reap(seconds: float | None = None) -> int:
    """End what has been idle for too long; how many those were."""
    longest = lambda_runtime._LOCAL_WORKER_TTL if seconds is None else seconds
    with lambda_runtime._lock:
        ended = idle(time.time(), longest)
        for key, pool in list(lambda_runtime._workers.items()):
            lambda_runtime._workers[key] = [worker for worker in pool if worker not in ended]
    lambda_runtime.kill_workers(ended)
    if ended:
        waiting.freed()
    return len(ended)


def install() -> None:
    """Put this in place of the emulator's."""
    emulator.lambdas.reap_idle_workers = reap
