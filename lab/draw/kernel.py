"""What runs this code: a notebook's kernel, a terminal's IPython, or plain Python."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any


def shell() -> Any | None:
    """IPython's shell; None in plain Python. IPython is not loaded to find out."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def in_notebook() -> bool:
    """Whether a kernel with displays runs this, and not plain Python or a terminal's IPython."""
    return hasattr(shell(), "kernel")


def cell() -> int | None:
    """The number of the cell that runs; None in plain Python."""
    return getattr(shell(), "execution_count", None)


def loop() -> asyncio.AbstractEventLoop | None:
    """The loop that takes the kernel's messages: what calls back through it blocks none of them.

    None where no such loop runs, as in a test or a terminal: there, wait on the spot.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def pump(step: Callable[..., bool], again: Callable[[], object], every: float) -> None:
    """Step until it is over: between the kernel's messages where it can, else at once.

    Blocking here would block the kernel, and with it the message that a button sends.

    Args:
        step: takes in what happened, waiting up to `wait` seconds for it; False when it is over.
        again: what calls this anew.
        every: seconds between two steps.
    """
    running = loop()
    if running is None:
        while step(wait=every):
            pass
    elif step():
        running.call_later(every, again)


def finish(step: Callable[..., bool], stop: Callable[[], object], every: float) -> None:
    """Step until it is over, on the spot; an interrupt stops it.

    Raises:
        KeyboardInterrupt: the kernel was interrupted.
    """
    try:
        while step(wait=every):
            pass
    except KeyboardInterrupt:
        stop()
        raise
