"""What runs this code: a notebook's kernel, a terminal's IPython, or plain Python."""

from __future__ import annotations

import asyncio
import sys
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
