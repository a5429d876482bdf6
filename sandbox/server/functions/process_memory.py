"""How much memory a function's process takes."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any


def peak(process: Any) -> int:
    """The most memory that a process ever had, in MB; 0 when it has ended."""
    if process is None:
        return 0
    with suppress(OSError, IndexError, ValueError):
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
        return int(status.split("VmHWM:")[1].split()[0]) // 1024
    # Not Linux: what it has now is what can be had.
    return 0 if sys.platform == "linux" else now(process) // 2**20


def now(process: Any) -> int:
    """The memory that a process has, in bytes; 0 when it has ended."""
    # Only a busy sandbox needs it, and it would delay the start.
    import psutil

    if process is None:
        return 0
    try:
        return int(psutil.Process(process.pid).memory_info().rss)
    except psutil.Error:
        return 0
