"""One at a time on a stack: waits for another notebook, or for an engine, that works on it."""

from __future__ import annotations

import json
import os
import shlex
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from lab.errors import Busy
from lab.session import files, mending
from lab.session.disk import writing
from lab.session.recovery import Verdict, decide
from lab.session.stack import Stack
from lab.session.state import Lock, read_lock
from lab.session.worker import Work
from sandbox.home import private, read_json
from sandbox.locks import take

WAIT = 60.0  # seconds to wait for somebody else who deploys this stack
HOSTS = "hosts.json"  # the names that this machine had when it worked on the stack
KNOWN = 20  # how many of them are kept
LOOK = 0.2  # seconds between two looks whether they are done


@contextmanager
def alone(stack: Stack, work: Work, doing: str) -> Iterator[None]:
    """Hold the stack against other notebooks; waits for one that deploys, and says so.

    Raises:
        Busy: it took longer than WAIT seconds.
    """
    with writing(stack.home):  # the folder may have been deleted under this kernel
        private(stack.home)
        stack.workspace.mkdir(parents=True, exist_ok=True)
    lock = FileLock(stack.workspace / "lock")
    who = stack.workspace / "lock.json"

    def waiting() -> None:
        work.check()
        work.phase(f"waiting for {_holder(who)[0]}")

    work.check()
    if not take(lock, WAIT, waiting):
        text, since = _holder(who)
        raise Busy(
            f"The stack {stack.name} is in use by {text}{since}.",
            "Wait until it is done, or interrupt it there, then run this cell again.",
        )
    try:
        since = time.strftime("%H:%M:%S")
        _note_host(stack)
        files.write(who, json.dumps({"pid": os.getpid(), "doing": doing, "since": since}))
        yield
    finally:
        lock.release()


def _holder(who: Path) -> tuple[str, str]:
    """Which notebook holds the stack, and since when; in fewer words where its note is cut."""
    holder = read_json(who)
    if not holder:
        return "another notebook", ""
    text = f"another notebook (process {holder.get('pid')}) that runs {holder.get('doing')}"
    return text, f", since {holder.get('since')}"


def without_engine(stack: Stack, work: Work) -> Verdict:
    """Wait until no engine works on the stack: it is free, or its lock is dead.

    Raises:
        Busy: an engine that nobody here started still works on it after WAIT seconds.
    """
    end = time.monotonic() + WAIT
    while True:
        verdict = decide(_locks(stack), _hosts(stack), _is_engine)
        if verdict.kind != "held":
            return verdict
        work.check()
        work.phase(f"waiting for {verdict.lock}")
        if time.monotonic() > end:
            raise Busy(
                f"The stack {stack.name} is locked by {verdict.lock}.",
                "Wait until it is done, then run this cell again. If that process is gone for "
                f"good, delete its lock: {_remove(verdict.lock)}",
            )
        time.sleep(LOOK)


def mended(stack: Stack) -> list[str]:
    """Put a stack right that nobody works on; whoever does has put it right before.

    Returns:
        What was put right, a line each.
    """
    lock = FileLock(stack.workspace / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return []
    try:
        held = decide(_locks(stack), _hosts(stack), _is_engine).kind == "held"
        return [] if held else mending.mend(stack)
    finally:
        lock.release()


def _is_engine(pid: int) -> bool:
    """Whether the process lives and is an engine: ids of dead ones are given out again."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and "pulumi" in process.name().lower()
    except psutil.Error:
        return False


def _hosts(stack: Stack) -> list[str]:
    """This machine's names, of today and before: a hub or a container gives another each time.

    Whoever asks holds the stack's own lock, so an engine of another name was started from this
    folder by a notebook that is gone.
    """
    named = read_json(stack.workspace / HOSTS).get("hosts")
    known = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    return list(dict.fromkeys([socket.gethostname(), *known]))


def _note_host(stack: Stack) -> None:
    """Note this machine's name beside the locks that engines will make in it."""
    files.write(stack.workspace / HOSTS, json.dumps({"hosts": _hosts(stack)[:KNOWN]}))


def _remove(lock: Lock | None) -> str:
    """The command that deletes a lock, in the user's shell."""
    path = str(lock.path) if lock else ""
    if sys.platform == "win32":
        return f"Remove-Item '{path}'"
    return f"rm {shlex.quote(path)}"


def _locks(stack: Stack) -> list[Lock]:
    """Who has locked the stack: engines that work on it, or that were killed."""
    found = []
    for path in stack.lock_files:
        with suppress(OSError):  # released between the listing and the look
            found.append(replace(read_lock(path.read_text("utf-8")), path=path))
    return found
