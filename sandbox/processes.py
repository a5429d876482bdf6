"""The processes of a sandbox: found by what they run, never by a number alone, and ended."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

SERVER = "sandbox.server"


def identify(pid: Any, home: Path) -> list[int]:
    """The server with this number and all its children; empty when the number is another's now."""
    if not isinstance(pid, int):
        return []
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if SERVER in process.cmdline() and _home_of(process) in (str(home), None):
            return [pid, *(child.pid for child in process.children(recursive=True))]
    return []


def _home_of(process: psutil.Process) -> str | None:
    try:
        home: str | None = process.environ().get("KIT_HOME")
    except psutil.Error:
        return None
    return home


def remains(tmp: Path) -> list[int]:
    """Functions whose code lies in a sandbox's temporary folder: a killed server's, say."""
    marker = f"{tmp}"
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        if any(marker in part for part in process.info["cmdline"] or ()):
            found.append(int(process.info["pid"]))
    return found


def end(pids: Iterable[int], grace: float = 0) -> None:
    """Wait `grace` seconds for processes to end by themselves, then kill them."""
    processes = []
    for pid in pids:
        with suppress(psutil.Error):
            processes.append(psutil.Process(pid))
    _, alive = psutil.wait_procs(processes, timeout=grace)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=3)


def listening(pids: Iterable[int]) -> set[tuple[str, int]]:
    """The addresses on which any of these processes accepts connections."""
    found = set()
    for pid in pids:
        with suppress(psutil.Error):
            for connection in psutil.Process(pid).net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN:
                    # gRPC listens on an IPv6 socket, where 127.0.0.1 has this longer name.
                    address = connection.laddr.ip.removeprefix("::ffff:")
                    found.add((address, connection.laddr.port))
    return found
