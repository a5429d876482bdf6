"""One operation on a stack: held, made whole, carried out by the engine, and remembered.

Only one at a time, and only on a stack that is whole. What is to be repaired is decided in
lab.session.recovery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab import course
from lab.deploy import places, usual
from lab.deploy.resources import planned
from lab.deploy.state import Deployment
from lab.errors import DeployError
from lab.session import disk, gateway, mending, recovery, turns
from lab.session.program import Watched, sdk_rules
from lab.session.pruning import prune
from lab.session.ready import Session
from lab.session.recovery import Before
from lab.session.stack import PROJECT, Stack
from lab.session.state import State
from lab.session.target import Target
from lab.session.worker import Work, carry_out
from sandbox.home import read_json

COMMANDS = {
    "plan": ("preview",),
    "up": ("up", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}


def deploy(
    session: Session,
    kind: str,
    wanted: course.Chapter,
    own: Mapping[str, Any],
    *,
    delete: bool,
    save: Path | None = None,
) -> Deployment:
    """Plan or deploy the program up to a chapter, and show it.

    Args:
        kind: "plan" or "up".
        own: what the notebook's cells define.
        delete: whether what later chapters have deployed is removed; without it, that is kept.
        save: where a plan is written, as the engine has it, with all that would refer to all.

    Raises:
        LabError: the program raised, or the engine or provider refused.
        Stopped: the kernel was interrupted.
    """
    stack = session.stack
    title = f"{kind.capitalize()} to chapter {wanted.number:02d}"
    deployment = _new(session, kind, title)

    def job(work: Work) -> None:
        with _held(session, work, kind) as before:
            through = _through(before.state, wanted, delete, work)
            program = Watched(gateway.program(through, own, work.note))
            if before.refresh:
                work.note(before.refresh)
            command = [*COMMANDS[kind], *(["--save-plan", str(save)] if save else [])]
            _run(stack, command, before, program, work, once_more=delete)
            if save:
                work.plan(planned(read_json(save), ()))
            if kind == "up":
                stack.remember(session.target.mark)

    _carry_out(session, deployment, job)
    return deployment


def deploy_alone(session: Session, title: str, program: Callable[[], None]) -> Deployment:
    """Deploy a program that is no part of gateway/, and show it.

    Raises:
        LabError: the program raised, or the engine or provider refused. What was made stays.
        Stopped: the kernel was interrupted.
    """
    deployment = _new(session, "up", title)

    def job(work: Work) -> None:
        with _held(session, work, "up") as before:
            _run(session.stack, [*COMMANDS["up"]], before, Watched(program), work, once_more=False)
            session.stack.remember(session.target.mark)

    _carry_out(session, deployment, job)
    return deployment


def destroy(session: Session) -> Deployment:
    """Delete everything that the stack has deployed, and show it.

    Raises:
        LabError: the engine or provider refused.
        Stopped: the kernel was interrupted.
    """
    stack = session.stack
    deployment = _new(session, "destroy", "Destroy")

    def job(work: Work) -> None:
        with _held(session, work, "destroy"):
            # First: what nobody has in a state may stand in the way of what the engine deletes.
            left = _take_back(stack, work)
            _begin(work)
            stack.run([*COMMANDS["destroy"]], on_event=work.event)
            if left and (left := _take_back(stack, work)):
                raise DeployError(
                    "What an earlier run had begun could not be deleted:\n" + "\n".join(left),
                    "Run destroy() again.",
                )

    _carry_out(session, deployment, job)
    return deployment


def _new(session: Session, kind: str, title: str) -> Deployment:
    """A deployment that has not begun, with what is known before it does."""
    times = usual.usual(usual.read(session.stack.home / usual.FILE), session.target.name)
    return Deployment(kind, title, session.where(), places.of_gateway(), usual=times)


def _carry_out(session: Session, deployment: Deployment, job: Callable[[Work], None]) -> None:
    """Carry it out and show it; how long its resources took is known the next time."""
    stack = session.stack
    try:
        carry_out(deployment, stack.command, job, disk.Watch(stack.state_file))
    finally:
        usual.keep(stack.home / usual.FILE, session.target.name, deployment.rows.values())


@contextmanager
def _held(session: Session, work: Work, kind: str) -> Iterator[Before]:
    """Hold the stack for one operation: alone, with a target that answers, and whole."""
    disk.check(session.stack.home)
    with turns.alone(session.stack, work, f"{kind}()"):
        session.reach(work)
        try:
            yield _repaired(session.stack, session.target, work)
        finally:
            prune(session.stack)


def _repaired(stack: Stack, target: Target, work: Work) -> Before:
    """Put right what an engine left that was killed: files, its lock, operations without an end.

    Raises:
        Busy: an engine that nobody here started goes on working on the stack.
    """
    verdict = turns.without_engine(stack, work)
    work.check()
    # Written again, too, where the kit's folder was deleted under this kernel.
    for line in stack.prepare(work.check, mend=lambda: mending.mend(stack)):
        work.note(line)
    if verdict.kind == "dead":
        work.phase("removing the lock of an engine that is gone")
        stack.unlock()
        work.note("An earlier run was killed; its lock was removed.")
    state, seen = stack.state(), stack.deployed_to()
    before = recovery.before(state, seen, target.mark, target.damaged)
    if before.agrees:
        stack.remember(target.mark)
    if before.clear:
        work.phase("clearing what an earlier run left open")
        stack.clear()
        work.note(f"An earlier run was cut off while {', '.join(before.clear)}; it is done again.")
    return before


def _take_back(stack: Stack, work: Work) -> list[str]:
    """Delete what an earlier run had begun and no state has; the reasons for what is left."""
    import grpc

    from sandbox.provider import leftovers

    work.check()
    try:
        found = leftovers.take_back(stack.env, PROJECT, stack.name, stack.state().ids)
    except grpc.RpcError as error:
        text = f"The sandbox's provider did not say what an earlier run left: {error.details()}"
        raise DeployError(text, "Run destroy() again.") from None
    if found.deleted:
        names = ", ".join(sorted(urn.rsplit("::", 1)[-1] for urn in found.deleted))
        work.note(f"An earlier run was cut off; what it had begun is deleted too: {names}.")
    return [f"{urn.rsplit('::', 1)[-1]}: {why}" for urn, why in (found.left or {}).items()]


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


def _run(
    stack: Stack,
    command: list[str],
    before: Before,
    program: Watched,
    work: Work,
    *,
    once_more: bool,
) -> None:
    """Run the engine on a program; `once_more` where what was removed would be served on."""
    _begin(work)
    refresh = ["--refresh"] if before.refresh else []
    try:
        with sdk_rules():
            stack.run([*command, *refresh], program=program, on_event=work.event)
            if once_more and recovery.still_served(before.state, stack.state()):
                work.note("Deployed once more, so that what was removed is not served.")
                stack.run([*command], program=program, on_event=_changes_only(work.event))
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
