"""Processes that are forked to try something, and what is known of one that does not end."""

from __future__ import annotations

import os
import pickle
import signal
import tempfile
import time
from collections.abc import Callable
from typing import Any

HUNG = "did not end"  # in place of the test that found a fault
GRACE, PATIENCE = 20.0, 10  # seconds, and times what the tests took: after that it may hang


class Late(Exception):
    """A process that took too long."""

    def __init__(self, busy: bool) -> None:
        super().__init__()
        self.busy = busy


def ended(
    shown: Callable[[], list[str] | None], plain: Callable[[], object], took: float
) -> list[str] | None:
    """What this returns in a process of its own; None where that broke off, HUNG where it hangs.

    A machine with other work is not a fault: what turns in a circle is known by the processor's
    seconds, and what waits has to wait again, by a limit that the tests without the fault have just
    set.

    Args:
        shown: runs tests, with a fault.
        plain: the same tests without it.
        took: seconds that they took before.
    """
    for measured in (lambda: took, lambda: max(took, _seconds(plain))):
        try:
            return forked(shown, GRACE + PATIENCE * measured())  # type: ignore[no-any-return]
        except Late as late:
            if late.busy:
                break
    return [HUNG]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    forked(work)
    return time.perf_counter() - start


def forked(work: Callable[[], Any], seconds: float = 0) -> Any:
    """What this returns in a process of its own; None where that breaks off.

    Args:
        seconds: how long it may take; as many as half of them on the processor. 0: any time.

    Raises:
        Late: it took longer.
    """
    with tempfile.TemporaryFile() as file:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                for number in (signal.SIGALRM, signal.SIGPROF):
                    signal.signal(number, signal.SIG_DFL)
                signal.setitimer(signal.ITIMER_REAL, seconds)
                signal.setitimer(signal.ITIMER_PROF, seconds / 2)
                pickle.dump(work(), file)
                file.flush()
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGPROF):
            raise Late(busy=os.WTERMSIG(status) == signal.SIGPROF)
        file.seek(0)
        return None if status else pickle.load(file)
