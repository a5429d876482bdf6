"""What happens before and around every engine operation: one at a time, on a stack that is whole."""

from __future__ import annotations

import json
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from lab.errors import Busy
from lab.session import recovery
from lab.session.stack import Stack
from lab.session.target import Target
from lab.session.worker import Work

WAIT = 60.0  # seconds to wait for somebody else who deploys this stack
LOOK = 0.2  # seconds between two looks whether they are done


@contextmanager
def alone(stack: Stack, work: Work, doing: str) -> Iterator[None]:
    """Hold the stack against other notebooks; waits for one that deploys, and says so.

    Raises:
        Busy: it took longer than WAIT seconds.
    """
    lock = FileLock(stack.workspace / "lock")
    who = stack.workspace / "lock.json"
    end = time.monotonic() + WAIT
    while True:
        work.check()
        with suppress(Timeout):
            lock.acquire(timeout=LOOK)
            break
        holder = _read(who)
        text = (
            f"another notebook (process {holder.get('pid', '?')}) that runs {holder.get('doing')}"
        )
        work.phase(f"waiting for {text}")
        if time.monotonic() > end:
            raise Busy(
                f"The stack {stack.name} is in use by {text}, since {holder.get('since')}.",
                "Wait until it is done, or interrupt it there, then run this cell again.",
            )
    try:
        since = time.strftime("%H:%M:%S")
        who.write_text(json.dumps({"pid": os.getpid(), "doing": doing, "since": since}), "utf-8")
        yield
    finally:
        lock.release()


def repair(stack: Stack, work: Work) -> None:
    """Take away what an engine left that was killed: its lock, and operations without an end.

    Raises:
        Busy: an engine that nobody here started still works on the stack after WAIT seconds.
    """
    end = time.monotonic() + WAIT
    while (verdict := _verdict(stack)).kind == "held":
        work.check()
        work.phase(f"waiting for {verdict.lock}")
        if time.monotonic() > end:
            raise Busy(
                f"The stack {stack.name} is locked by {verdict.lock}.",
                "Wait until it is done, then run this cell again. If that process is gone for "
                f"good: pulumi cancel {stack.name}",
            )
        time.sleep(LOOK)
    if stack.mend():
        work.note("An earlier run was cut off while it saved; the state was put right.")
    if verdict.kind == "dead":
        work.phase("removing the lock of an engine that is gone")
        stack.run(["cancel", "--yes"], stack=True)
        work.note("An earlier run was killed; its lock was removed.")
    if cut := recovery.pending(stack.checkpoint()):
        work.phase("clearing what an earlier run left open")
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder) / "state.json")
            stack.run(["stack", "export", "--file", file], stack=True)
            stack.run(["stack", "import", "--file", file], stack=True)
        work.note(f"An earlier run was cut off while {', '.join(cut)}; it is done again.")


def must_refresh(stack: Stack, target: Target, work: Work) -> bool:
    """Whether the cloud has forgotten what the state says; tells the learner when it has."""
    if not recovery.names(stack.checkpoint()):
        remember(stack, target)
        return False
    why = recovery.why_refresh(_read(_marker(stack)), target.mark)
    if why:
        work.note(why)
    return bool(why)


def remember(stack: Stack, target: Target) -> None:
    """Note that state and cloud agree, and which cloud that is."""
    marker = _marker(stack)
    if _read(marker) != target.mark:
        marker.write_text(json.dumps(target.mark), "utf-8")


def _marker(stack: Stack) -> Path:
    return stack.workspace / "deployed_to.json"


def _verdict(stack: Stack) -> recovery.Verdict:
    locks = []
    for path in stack.lock_files:
        with suppress(OSError):  # released between the listing and the look
            locks.append(recovery.read_lock(path.read_text("utf-8")))
    return recovery.decide(locks, socket.gethostname(), _is_engine)


def _is_engine(pid: int) -> bool:
    """Whether the process lives and is an engine: ids of dead ones are given out again."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and "pulumi" in process.name().lower()
    except psutil.Error:
        return False


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
