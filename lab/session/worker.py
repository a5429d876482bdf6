"""Carry out one operation from a cell: a worker calls the engine, the cell's own thread draws.

The cell's thread is also where an interrupt lands. It is passed on to the engine, which then has
five seconds to end: three on its own, then it is told to end at once, then it is killed.
"""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pulumi.automation.errors import CommandError

from lab.deploy import explain
from lab.deploy.resources import Resource
from lab.deploy.rows import Row
from lab.deploy.state import Deployment
from lab.deploy.view import DeploymentView
from lab.draw.view import Display
from lab.errors import DeployError, LabError, Stopped
from lab.session.disk import Watch
from sandbox.command import Interrupted, InterruptibleCommand

END_NOW = 3.0  # seconds after an interrupt until the engine is told to end at once
KILL = 4.3  # seconds after an interrupt until it is killed
GIVE_UP = 4.6  # seconds after an interrupt until a worker that calls no engine is left behind
AGAIN = 0.2  # seconds after which it is told once more: it may just have been started
TICK = 0.1  # seconds between two looks at the queue
NOTHING_DONE = "Stopped before the engine was called: nothing was changed."


@dataclass
class Work:
    """What the worker says while it works, and how it hears that it shall stop."""

    said: queue.SimpleQueue[tuple[str, Any]] = field(default_factory=queue.SimpleQueue)
    stop: threading.Event = field(default_factory=threading.Event)

    def event(self, event: dict[str, Any]) -> None:
        """An event of the engine."""
        self.said.put(("event", event))

    def phase(self, text: str) -> None:
        """What is being done, or waited for."""
        self.said.put(("phase", text))

    def note(self, text: str) -> None:
        """What the record should tell besides."""
        self.said.put(("note", text))

    def plan(self, resources: Iterable[Resource]) -> None:
        """What a plan knows of resources, which no event tells: to which others they refer."""
        self.said.put(("plan", resources))

    def check(self) -> None:
        """Stop here if the kernel was interrupted.

        Raises:
            Stopped: it was.
        """
        if self.stop.is_set():
            raise Stopped(NOTHING_DONE)


def carry_out(
    deployment: Deployment,
    command: InterruptibleCommand,
    job: Callable[[Work], None],
    watch: Watch,
) -> None:
    """Run a job in a worker, draw until it has ended, and leave a record.

    Args:
        watch: looks at the disk while the engine runs, and has it stopped when it cannot save.

    Raises:
        LabError: it failed; the record shows it too.
        Stopped: the kernel was interrupted.
    """
    work = Work()
    ended: list[BaseException | None] = []
    worker = threading.Thread(target=_work, args=(job, work, ended), daemon=True)
    view = DeploymentView(deployment)
    deployment.begin(time.monotonic())
    view.now = deployment.started
    with Display(view) as display:
        with _interrupts(work, command) as interrupts:
            worker.start()
            while worker.is_alive() or not work.said.empty():
                if command.running and not watch.found and watch.full():
                    interrupts.interrupt("stopping, for the disk is full")
                interrupts.escalate()
                if interrupts.given_up:
                    ended.append(Stopped(NOTHING_DONE))
                    break
                _take(deployment, work)
                view.now = time.monotonic()
                display.draw()
        error = ended[0] if ended else None
        if error is not None and watch.found:
            error = watch.error()
        _finish(deployment, error)
    if error is not None:
        raise _teaching(error, deployment) from None


def _work(job: Callable[[Work], None], work: Work, ended: list[BaseException | None]) -> None:
    try:
        job(work)
        ended.append(None)
    except BaseException as error:  # noqa: BLE001  it is raised again in the cell's own thread
        ended.append(error)
    work.phase("")  # wakes the cell's thread, which else would look a tick later


def _take(deployment: Deployment, work: Work) -> None:
    """Apply what the worker has said; waits a moment when it says nothing."""
    try:
        kind, what = work.said.get(timeout=TICK)
        while True:
            if kind == "event":
                deployment.apply(what, time.monotonic())
            elif kind == "phase":
                deployment.phase = what
            elif kind == "plan":
                deployment.belonging.learn(what)
            else:
                deployment.notes.append(what)
            kind, what = work.said.get_nowait()
    except queue.Empty:
        return


def _finish(deployment: Deployment, error: BaseException | None) -> None:
    now = time.monotonic()
    if error is None:
        deployment.finish("done", now)
    elif isinstance(error, KeyboardInterrupt):
        deployment.finish("stopped", now)
        deployment.notes.append(str(_stopped(error, deployment)))
    else:
        if isinstance(error, LabError):
            deployment.problems = [(error.message, error.fix)]
        elif not deployment.problems and not deployment.of("failed"):
            deployment.problems = [_said(error)]
        deployment.finish("failed", now)


def _teaching(error: BaseException, deployment: Deployment) -> BaseException:
    """What the cell raises: short, for the record above it tells the rest."""
    if isinstance(error, LabError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return _stopped(error, deployment)
    if isinstance(error, CommandError):
        failed = [(_named(row), row.fix) for row in deployment.of("failed")]
        text, fix = [*deployment.problems, *failed, _said(error)][0]
        return DeployError(text, fix)
    return error


def _named(row: Row) -> str:
    """A row's message with the name of its resource, which many messages have already."""
    return row.message if row.name in row.message else f"{row.name}: {row.message}"


def _stopped(error: KeyboardInterrupt, deployment: Deployment) -> Stopped:
    """The state that an interrupt left: what is there, what is open, how to go on."""
    if isinstance(error, Stopped):
        return error
    done = [row.name for row in deployment.of("done") if row.changed]
    left = [row.name for row in deployment.of("stopped", "failed")]
    killed = isinstance(error, Interrupted) and error.result.code < 0
    parts = ["Stopped after an interrupt."]
    parts.append(f"Finished: {', '.join(done)}." if done else "Nothing was changed yet.")
    parts += [f"Not finished: {', '.join(left)}."] if left else []
    parts.append(
        "The engine had to be killed; the next up() clears what it left."
        if killed
        else "The stack's state is saved and not locked."
    )
    return Stopped(" ".join([*parts, "Run the cell again: it goes on from here."]))


def _said(error: BaseException) -> tuple[str, str]:
    """The engine's last words on standard error, when no event told what went wrong."""
    if not isinstance(error, CommandError):
        return f"{type(error).__name__}: {error}", ""
    text = str(error)
    told = text.rsplit("stderr:", 1)[-1].strip() or text.split("stderr:")[0].strip()
    return explain.explain(told.removeprefix("error:").strip())


class _Escalation:
    """Passes interrupts on: the first to the engine at once, harder ones by the clock."""

    def __init__(self, work: Work, command: InterruptibleCommand) -> None:
        self._work, self._command = work, command
        self._steps: list[float] = []
        self._leave = float("inf")

    @property
    def given_up(self) -> bool:
        """Whether the worker waits for something that hears no interrupt, such as the network.

        It looks whether it shall stop before it calls the engine, so it does no harm any more.
        """
        return time.monotonic() >= self._leave and not self._command.running

    def interrupt(self, phase: str = "stopping after an interrupt") -> None:
        self._work.stop.set()
        self._work.phase(phase)
        self._command.interrupt()
        if not self._steps:
            now = time.monotonic()
            self._steps = [now + END_NOW, now + KILL]
            if not self._command.running:
                self._leave = now + GIVE_UP

    def escalate(self) -> None:
        if self._steps and time.monotonic() >= self._steps[0]:
            self._steps.pop(0)
            self._steps = self._steps or [time.monotonic() + AGAIN]
            self._command.interrupt()


@contextmanager
def _interrupts(work: Work, command: InterruptibleCommand) -> Iterator[_Escalation]:
    """While the work runs, an interrupt of this thread is passed on instead of being raised.

    A KeyboardInterrupt could land between any two lines, also in the middle of drawing.
    """
    escalation = _Escalation(work, command)
    if threading.current_thread() is not threading.main_thread():
        yield escalation
        return
    before = signal.signal(signal.SIGINT, lambda *_: escalation.interrupt())
    try:
        yield escalation
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)
