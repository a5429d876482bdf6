"""Who gets an environment, and who waits for one.

Lambda starts an environment for each concurrent request. Twenty models on two cores would all be
too slow to answer in time, and take the memory of everything else; so would a thousand small ones.
So there are at most as many as the machine holds, whatever happens: who finds none free waits, and
who has waited as long as the function may run, or has nobody left to answer to, is turned away as
Lambda turns away what is over a function's concurrency.
"""

from __future__ import annotations

import contextvars
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.functions import process_memory

lambda_runtime = emulator.lambda_runtime

BIG = 100 * 2**20  # bytes of memory from which an environment is worth waiting for
ENVIRONMENTS = 100  # of all functions; more than that wait
CORES = os.cpu_count() or 2
LOOK = 0.05  # seconds between two looks while waiting
TURNED_AWAY = (None, "func_cap")  # what the emulator answers with a 429

# Set around the start of an invocation: an event that is set when nobody waits for it any more.
gone: contextvars.ContextVar[threading.Event | None] = contextvars.ContextVar(
    "kit_gone", default=None
)
retired: set[Any] = set()  # environments of a function that has changed, which still answer
_freed = threading.Condition()


def acquire(original: Callable[..., Any]) -> Callable[..., Any]:
    """Hand out an environment: a free one, a new one while the machine holds it, or none."""

    def lease(name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST") -> Any:
        key = lambda_runtime._worker_key(name, config, qualifier)
        left = gone.get() or threading.Event()
        end = time.monotonic() + float(config.get("Timeout", 3))
        with _freed:
            while _full() or _all_busy(key):
                # A function that waits for itself would wait for ever.
                if left.is_set() or time.monotonic() >= end:
                    return TURNED_AWAY
                _freed.wait(LOOK)
            return original(name, config, code, qualifier=qualifier)

    return lease


def freed() -> None:
    """Somebody may have an environment now."""
    with _freed:
        _freed.notify()


def key_of(worker: Any) -> str:
    """The function and version that an environment is for, as the emulator names them."""
    version = worker.config.get("Version", "$LATEST")
    key: str = lambda_runtime._worker_key(worker.func_name, worker.config, version)
    return key


def _full() -> bool:
    with lambda_runtime._lock:
        pools = list(lambda_runtime._workers.values())
        busy = sum(worker.in_use for pool in pools for worker in pool)
        return busy + len(retired) >= ENVIRONMENTS


def _all_busy(key: str) -> bool:
    with lambda_runtime._lock:
        workers = list(lambda_runtime._workers.get(key, ()))
        workers += [worker for worker in retired if key_of(worker) == key]
    if len(workers) < CORES or not all(worker.in_use for worker in workers):
        return False
    # How big it gets is known once the first one has loaded.
    return workers[0]._start_time is None or process_memory.now(workers[0]._proc) >= BIG
