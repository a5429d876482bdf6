"""What the sandbox holds in memory: its server and its provider, without functions."""

from __future__ import annotations

import time

import psutil

TARGET = 120.0  # MB, idle
STILL, PATIENCE = 1.0, 10.0  # seconds without growth that count as idle, and how long to wait


def server(pid: int) -> list[psutil.Process]:
    """The sandbox's server and its provider; functions that run are not among them."""
    process = psutil.Process(pid)
    children = process.children(recursive=True)
    return [process, *(child for child in children if "sandbox.provider" in child.cmdline())]


def resident(pid: int) -> float:
    """Megabytes of both; what they share is counted twice."""
    return sum(process.memory_info().rss for process in server(pid)) / 1e6


def idle(pid: int) -> float:
    """Megabytes of a sandbox when it has come to rest: it answers before it has loaded all."""
    before = found = resident(pid)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        time.sleep(STILL)
        found = resident(pid)
        if found < before + 0.5:
            break
        before = found
    return found
