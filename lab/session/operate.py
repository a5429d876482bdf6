"""One operation on a stack: held, made whole, carried out by the engine, and remembered.

Only one at a time, and only on a stack that is whole. What is to be repaired is decided in
lab.session.recovery.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import psutil
from filelock import FileLock, Timeout

from lab import course
from lab.deploy import places
from lab.deploy.state import Deployment
from lab.errors import Busy
from lab.session import gateway, recovery
from lab.session.program import Watched, sdk_rules
from lab.session.ready import Session
from lab.session.recovery import Before, Verdict
from lab.session.stack import Stack, read_json
from lab.session.state import State
from lab.session.worker import Work, carry_out

WAIT = 60.0  # seconds to wait for somebody else who deploys this stack
LOOK = 0.2  # seconds between two looks whether they are done

COMMANDS = {
    "plan": ("preview",),
    "up": ("up", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}


def deploy(
    session: Session, kind: str, wanted: course.Chapter, own: Mapping[str, Any], *, delete: bool
) -> Deployment:
    """Plan or deploy the program up to a chapter, and show it.

    Args:
        kind: "plan" or "up".
        own: what the notebook's cells define.
        delete: whether what later chapters have deployed is removed; without it, that is kept.

    Raises:
        LabError: the program raised, or the engine or provider refused.
        Stopped: the kernel was interrupted.
    """
    stack = session.stack
    title = f"{kind.capitalize()} to chapter {wanted.number:02d}"
    deployment = Deployment(kind, title, session.where(), places.of_gateway())

    def job(work: Work) -> None:
        with _held(session, work, kind) as before:
            through = _through(before.state, wanted, delete, work)
            program = Watched(gateway.program(through, own, work.note))
            if before.refresh:
                work.note(before.refresh)
            if before.agrees:
                stack.remember(session.target.mark)
            _run(stack, kind, before, program, work)
            if kind == "up":
                stack.remember(session.target.mark)

    carry_out(deployment, stack.command, job)
    return deployment


def destroy(session: Session) -> Deployment:
    """Delete everything that the stack has deployed, and show it.

    Raises:
        LabError: the engine or provider refused.
        Stopped: the kernel was interrupted.
    """
    stack = session.stack
    deployment = Deployment("destroy", "Destroy", session.where(), places.of_gateway())

    def job(work: Work) -> None:
        with _held(session, work, "destroy"):
            _begin(work)
            stack.run([*COMMANDS["destroy"]], on_event=work.event)

    carry_out(deployment, stack.command, job)
    return deployment


@contextmanager
def _held(session: Session, work: Work, kind: str) -> Iterator[Before]:
    """Hold the stack for one operation: alone, with a target that answers, and whole."""
    with _alone(session.stack, work, f"{kind}()"):
        session.reach(work)
        yield _repaired(session.stack, session.target.mark, work)


@contextmanager
def _alone(stack: Stack, work: Work, doing: str) -> Iterator[None]:
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
        holder = read_json(who)
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


def _repaired(stack: Stack, mark: Mapping[str, str], work: Work) -> Before:
    """Take away what an engine left that was killed: its lock, and operations without an end.

    Raises:
        Busy: an engine that nobody here started still works on the stack after WAIT seconds.
    """
    verdict = _without_engine(stack, work)
    if stack.mend():
        work.note("An earlier run was cut off while it saved; the state was put right.")
    if verdict.kind == "dead":
        work.phase("removing the lock of an engine that is gone")
        stack.unlock()
        work.note("An earlier run was killed; its lock was removed.")
    before = recovery.before(stack.state(), stack.deployed_to(), mark)
    if before.clear:
        work.phase("clearing what an earlier run left open")
        stack.clear()
        work.note(f"An earlier run was cut off while {', '.join(before.clear)}; it is done again.")
    return before


def _without_engine(stack: Stack, work: Work) -> Verdict:
    """Wait until no engine works on the stack: its lock is free, or dead."""
    end = time.monotonic() + WAIT
    host = socket.gethostname()
    while (verdict := recovery.decide(stack.locked_by(), host, _is_engine)).kind == "held":
        work.check()
        work.phase(f"waiting for {verdict.lock}")
        if time.monotonic() > end:
            raise Busy(
                f"The stack {stack.name} is locked by {verdict.lock}.",
                "Wait until it is done, then run this cell again. If that process is gone for "
                f"good: pulumi cancel {stack.name}",
            )
        time.sleep(LOOK)
    return verdict


def _is_engine(pid: int) -> bool:
    """Whether the process lives and is an engine: ids of dead ones are given out again."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and "pulumi" in process.name().lower()
    except psutil.Error:
        return False


def _through(state: State, wanted: course.Chapter, delete: bool, work: Work) -> int:
    """The chapter up to which steps run: what is deployed of later chapters stays, unless told."""
    number = min(wanted.number, course.LAST)
    reached = places.reached(state.names, places.of_gateway())
    if reached <= number or delete:
        return number
    work.note(
        f"Later chapters, up to {reached:02d}, are deployed and stay. "
        f"To remove them: up({number}, delete=True)"
    )
    return reached


def _run(stack: Stack, kind: str, before: Before, program: Watched, work: Work) -> None:
    """Run the engine on a program, and once more for what it has left to be done."""
    _begin(work)
    command = COMMANDS[kind]
    refresh = ["--refresh"] if before.refresh else []
    try:
        with sdk_rules():
            stack.run([*command, *refresh], program=program, on_event=work.event)
            for urn in recovery.after(before.state, stack.state()).replace:
                work.note("Deployed twice: the first time, what was removed still stood.")
                again = [*command, "--replace", urn]
                stack.run(again, program=program, on_event=_changes_only(work.event))
    except Exception:
        if program.error is not None:
            raise program.error from None
        raise


def _begin(work: Work) -> None:
    work.check()
    work.phase("starting the engine")


def _changes_only(tell: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Leaves out what an operation has nothing to do about: the rows of the one before stay."""

    def take(event: dict[str, Any]) -> None:
        about = event.get("resourcePreEvent") or event.get("resOutputsEvent") or {}
        if (about.get("metadata") or {}).get("op") != "same":
            tell(event)

    return take
