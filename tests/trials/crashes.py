"""Crashes in the middle of an `up`: who is killed or stands still, and what the next one does."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

from tests.trials.kit import Kit, go, kit, put_away, until

VICTIMS = ("kernel", "CLI", "provider", "server", "all")
STANDSTILL = 3.0  # seconds
SHORT = "1"  # seconds that the provider waits for an answer, in trials of a standstill
RESOURCES = 13  # of an `up` to six chapters


def killed(home: Kit, victim: str, then: str) -> str:
    """Kill somebody in mid `up`, then deploy or destroy; what is wrong after that, "" for nothing."""
    notebook = _deploying(home)
    pids = _pids(home, victim, notebook)
    _in_mid_create(home, notebook)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _ended(notebook)
    return _after(home, then)


def stood_still(home: Kit, then: str) -> str:
    """Stop the server in mid `up` for longer than the provider waits, and let it go on."""
    notebook = _deploying(home)
    server = home.running.pid
    _in_mid_create(home, notebook)
    os.kill(server, signal.SIGSTOP)
    time.sleep(STANDSTILL)
    os.kill(server, signal.SIGCONT)
    _ended(notebook)
    return _after(home, then)


def started_twice() -> str:
    """Two notebooks start at once in a new home, and both deploy."""
    with kit() as home:
        notebooks = [home.notebook(3), home.notebook(3)]
        for one in notebooks:
            go(one)
        said = [one.communicate(timeout=120)[0] for one in notebooks]
        wrong = [text[-300:] for one, text in zip(notebooks, said, strict=True) if one.returncode]
        home.up(3)
        return "; ".join(wrong) or whole(home)


def _deploying(home: Kit) -> subprocess.Popen[str]:
    """A notebook whose engine has taken hold of the stack."""
    notebook = home.waiting()
    go(notebook)
    locks = home.home / "backend" / ".pulumi" / "locks"
    until(lambda: any(locks.rglob("*.json")) or notebook.poll() is not None, pause=0.005)
    return notebook


def _in_mid_create(home: Kit, notebook: subprocess.Popen[str]) -> None:
    """Wait until some of the creates have begun, how many is left to chance."""
    journal, wanted = home.home / "journal", random.randint(1, RESOURCES)

    def begun() -> bool:
        return len(list(journal.glob("*.json"))) >= wanted or notebook.poll() is not None

    until(begun, pause=0.002)


def _pids(home: Kit, victim: str, notebook: subprocess.Popen[str]) -> list[int]:
    provider = home.provider()
    of: dict[str, Callable[[], list[int]]] = {
        "kernel": lambda: [notebook.pid],
        "CLI": lambda: [one.pid for one in home.engines()],
        "provider": lambda: [provider.pid] if provider else [],
        "server": lambda: [home.running.pid],
    }
    wanted = list(of) if victim == "all" else [victim]
    return [pid for each in wanted for pid in of[each]()]


def _ended(notebook: subprocess.Popen[str]) -> None:
    """Wait for the end of a notebook, as its reader does, who then runs the cell again."""
    try:
        notebook.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        raise AssertionError("the notebook's up() did not end within 60 s") from None
    finally:
        put_away(notebook)


def _after(home: Kit, then: str) -> str:
    """Deploy and destroy, or destroy at once, and look."""
    wrong = ""
    if then == "up":
        home.up()
        wrong = whole(home)
    receipt = home.destroy()
    left = home.in_cloud()
    if receipt.left or left:
        wrong += f" destroy left {sorted(receipt.left)} in the state, {sorted(left)} in the cloud"
    return wrong + _orphaned(home)


def whole(home: Kit) -> str:
    """What the cloud has and no state, and the other way round; "" for nothing."""
    found = {"ghosts": home.ghosts(), "missing": home.missing()}
    return "; ".join(f"{what}: {sorted(things)}" for what, things in found.items() if things)


def _orphaned(home: Kit) -> str:
    orphans = home.orphans()
    return f" orphans: {orphans}" if orphans else ""
