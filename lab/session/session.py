"""The session of a notebook: start, plan, up, outputs, destroy. Here the parts meet.

What happens in `up` is what chapter 1 does by hand with the Automation API: select the stack, run
the program, take the outputs. Besides, `up` draws, waits, repairs, and starts the sandbox again.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from lab import course
from lab.deploy import places
from lab.deploy.state import Deployment
from lab.errors import LabError, NotReady
from lab.session import operate, recovery
from lab.session import target as targets
from lab.session.program import Watched, compose, names_of, own_names, replaced, same, sdk_rules
from lab.session.results import Outputs, Plan, Receipt, UpRecord, outputs_of
from lab.session.run import Work, carry_out
from lab.session.stack import Stack, secret
from sandbox.command import InterruptibleCommand
from sandbox.engine import VERSION, Cli
from sandbox.home import home as kit_home

GATEWAY = Path(__file__).resolve().parents[2] / "gateway"
UP = ("up", "--yes", "--skip-preview")
PREVIEW = ("preview",)
DESTROY = ("destroy", "--yes", "--skip-preview")


@dataclass
class Session:
    """What `start` has set up: the chapter, the stack and where it is deployed to."""

    chapter: course.Chapter
    stack: Stack
    target: targets.Target
    cli: Cli

    def reach(self, work: Work) -> None:
        """Make sure that the target answers; the sandbox is started again if it does not."""
        self.target = targets.reach(self.target.name, self.stack.home, work.phase)
        targets.enter(self.target)
        self.stack.env = self.target.env

    def where(self) -> dict[str, str]:
        """What a record says of its surroundings."""
        return {
            "stack": f"stack {self.stack.name}",
            "target": f"{self.target.name} {self.target.region}",
            "engine": f"Pulumi {VERSION}",
            "when": time.strftime("%Y-%m-%d %H:%M"),
        }


_session: Session | None = None


def plan(chapter: int | str | None = None, *, delete: bool = False) -> Plan:
    """Show what `up` would do, and change nothing.

    Args:
        chapter: up to which one; default the notebook's own.
        delete: as for `up`.

    Raises:
        LabError: the program raised, or the engine or provider refused.
    """
    deployment = _deploy("plan", PREVIEW, chapter, delete)
    return Plan(deployment.changes)


def up(chapter: int | str | None = None, *, delete: bool = False) -> UpRecord:
    """Deploy all steps so far: those of gateway/, and this notebook's own in their place.

    Args:
        chapter: up to which one; default the notebook's own.
        delete: remove what later chapters have deployed. Without it, that is kept.

    Raises:
        LabError: the program raised, or the engine or provider refused. What was made stays.
        Stopped: the kernel was interrupted; run it again and it goes on.
    """
    deployment = _deploy("up", UP, chapter, delete)
    return UpRecord(outputs(), deployment.changes)


def outputs() -> Outputs:
    """The outputs of the stack as it was last deployed, from whichever notebook."""
    stack = _current(None).stack
    raw = stack.outputs()
    return outputs_of(raw, stack.reveal, [name for name, value in raw.items() if secret(value)])


def destroy() -> Receipt:
    """Delete everything that this stack has deployed. Safe to run twice."""
    session = _current(None)
    stack = session.stack
    deployment = Deployment("destroy", "Destroy", session.where(), known_places())

    def job(work: Work) -> None:
        with operate.alone(stack, work, "destroy()"):
            session.reach(work)
            operate.repair(stack, work)
            work.check()
            work.phase("starting the engine")
            stack.run([*DESTROY], program=lambda: None, on_event=work.event)

    carry_out(deployment, stack.command, job)
    left = tuple(recovery.names(stack.checkpoint()))
    return Receipt(deployment.counts.get("delete", 0), left)


def _deploy(
    kind: str, command: tuple[str, ...], chapter: int | str | None, delete: bool
) -> Deployment:
    session = _current(chapter)
    stack = session.stack
    wanted = course.find(chapter) if chapter is not None else session.chapter
    own = own_names()
    title = f"{kind.capitalize()} to chapter {wanted.number:02d}"
    deployment = Deployment(kind, title, session.where(), known_places())

    def job(work: Work) -> None:
        with operate.alone(stack, work, f"{kind}()"):
            session.reach(work)
            operate.repair(stack, work)
            through = _through(stack, wanted, delete, work)
            program = Watched(_program(own, through, work))
            refresh = operate.must_refresh(stack, session.target, work)
            work.check()
            work.phase("starting the engine")
            before = stack.checkpoint()
            try:
                with sdk_rules():
                    args = [*command, "--refresh"] if refresh else [*command]
                    stack.run(args, program=program, on_event=work.event)
                    if delete and recovery.still_served(before, stack.checkpoint()):
                        work.note("Deployed once more, so that what was removed is not served.")
                        stack.run([*command], program=program, on_event=changes_only(work.event))
            except Exception:
                if program.error is not None:
                    raise program.error from None
                raise
            if kind == "up":
                operate.remember(stack, session.target)

    carry_out(deployment, stack.command, job)
    return deployment


def changes_only(tell: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Leaves out what an operation has nothing to do about: the rows of the one before stay."""

    def take(event: dict[str, Any]) -> None:
        about = event.get("resourcePreEvent") or event.get("resOutputsEvent") or {}
        if (about.get("metadata") or {}).get("op") != "same":
            tell(event)

    return take


def _through(stack: Stack, wanted: course.Chapter, delete: bool, work: Work) -> int:
    """The chapter up to which steps run: what is deployed of later chapters stays, unless told."""
    number = min(wanted.number, course.LAST)
    reached = places.reached(recovery.names(stack.checkpoint()), known_places())
    if reached <= number or delete:
        return number
    work.note(
        f"Later chapters, up to {reached:02d}, are deployed and stay. "
        f"To remove them: up({number}, delete=True)"
    )
    return reached


def _program(own: dict[str, object], through: int, work: Work) -> Callable[[], None]:
    """The program up to a chapter, as the engine runs it."""
    from gateway.settings import Settings

    load_sdk()
    program = names_of(import_module(f"gateway.{file}") for file in course.FILES)
    mine = replaced(program, own)
    if changed := sorted(name for name in mine if not same(mine[name], program[name])):
        work.note(f"From this notebook instead of gateway/: {', '.join(changed)}")
    composed = compose(program, mine, course.steps(course.LAST, after=through))
    return lambda: composed(Settings.from_config())


@cache
def known_places() -> places.Places:
    """Which chapter, file and lines of gateway/ make each resource."""
    files = [GATEWAY / f"{name}.py" for name in course.FILES]
    return places.places({file.name: file.read_text(encoding="utf-8") for file in files})


def _current(chapter: int | str | None) -> Session:
    if _session is None:
        return open_session(chapter if chapter is not None else course.LAST)
    return _session


def open_session(
    chapter: int | str,
    *,
    target: str | None = None,
    stack: str | None = None,
    say: Callable[[str], None] | None = None,
) -> Session:
    """Set up everything that an operation needs, and make it this notebook's session.

    Args:
        target: "sandbox" or "aws"; default KIT_TARGET, else the sandbox.
        stack: its name; default KIT_STACK, else course.
        say: is told what is being done; with it, a slow installation shows its progress too.

    Raises:
        LabError: no such chapter or target, or something is missing; the message has the fix.
    """
    global _session
    from sandbox import engine

    try:
        found = course.find(chapter)
    except ValueError as error:
        raise LabError(str(error)) from None
    name = target or os.environ.get("KIT_TARGET") or "sandbox"
    if name not in targets.TARGETS:
        raise LabError(f"There is no target {name!r}.", 'Use target="sandbox" or target="aws".')
    home = kit_home()
    loud = say is not None
    say = say or (lambda text: None)
    say("looking for the engine")
    try:
        cli = engine.ensure(progress=loud)
    except engine.EngineError as error:
        what, _, fix = str(error).partition("Fix: ")
        raise NotReady(what.strip(), fix.strip()) from None
    reached = targets.reach(name, home, say)
    targets.enter(reached)
    made = Stack(
        stack_name(name, stack),
        home,
        InterruptibleCommand.at(cli.path, VERSION),
        reached.env,
        {"aws:region": reached.region, **reached.config},
    )
    say("preparing the stack")
    made.prepare()
    _session = Session(found, made, reached, cli)
    return _session


def stack_name(target: str, name: str | None = None) -> str:
    """The stack's name; on AWS with -aws, for it is another state of the same program.

    Raises:
        LabError: Pulumi accepts no such name.
    """
    name = name or os.environ.get("KIT_STACK") or "course"
    if not re.fullmatch(r"[\w.-]{1,80}", name):
        raise LabError(f"{name!r} is no name for a stack.", "Use letters, digits, - and _.")
    return f"{name}-aws" if target == "aws" else name


def load_sdk() -> None:
    """Load the SDK's classes that the program uses: their modules load at the first look inside.

    Not in a thread of its own: a second look at a module that is being loaded finds it empty.
    """
    import pulumi_aws as aws

    first = (aws.iam, "Role"), (aws.lambda_, "Function"), (aws.apigateway, "Stage")
    for module, name in (*first, (aws.cloudwatch, "LogGroup")):
        getattr(module, name)
