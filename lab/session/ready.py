"""What every operation of a notebook needs, made ready: the engine, the target and the stack."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lab import course
from lab.errors import LabError, NotReady
from lab.session import disk, turns
from lab.session import target as targets
from lab.session.owner import SETTING, owner
from lab.session.stack import Stack
from lab.session.worker import Work
from sandbox import engine
from sandbox.command import InterruptibleCommand
from sandbox.home import home as kit_home
from sandbox.passphrase import AWS


@dataclass
class Session:
    """What `start` has set up: the chapter, the stack and where it is deployed to."""

    chapter: course.Chapter
    stack: Stack
    target: targets.Target
    cli: engine.Cli
    mended: list[str] = field(default_factory=list)  # what was put right as it was opened

    def reach(self, work: Work) -> None:
        """Make sure that the target answers; the sandbox is started again if it does not."""
        self.target = targets.reach(self.target.name, self.stack.home, work.phase, work.check)
        targets.enter(self.target)
        self.stack.env = self.target.env

    def where(self) -> dict[str, str]:
        """What a record says of its surroundings."""
        return {
            "stack": f"stack {self.stack.name}",
            "target": f"{self.target.name} {self.target.region}",
            "engine": f"Pulumi {engine.VERSION}",
            "when": time.strftime("%Y-%m-%d %H:%M"),
        }


def make_ready(
    chapter: int | str, target: str | None, stack: str | None, say: Callable[[str], None] | None
) -> Session:
    """Find the engine, reach the target, prepare the stack.

    Args:
        chapter, target, stack, say: as for `open_session`.

    Raises:
        LabError: no such chapter or target, or something is missing; the message has the fix.
    """
    found = course.find(chapter)
    name = target or os.environ.get("KIT_TARGET") or "sandbox"
    if name not in targets.TARGETS:
        raise LabError(f"There is no target {name!r}.", 'Use target="sandbox" or target="aws".')
    home = kit_home()
    tell = say or (lambda text: None)
    tell("looking for the engine")
    cli = _engine(progress=say is not None)
    reached = targets.reach(name, home, tell)
    targets.enter(reached)
    made = Stack(
        stack_name(name, stack),
        home,
        InterruptibleCommand.at(cli.path, engine.VERSION),
        reached.env,
        {
            "aws:region": reached.region,
            SETTING: owner(home),
            **reached.config,
            **learner_tags(),
        },
    )
    tell("preparing the stack")
    disk.check(home)
    mended = made.prepare(mend=lambda: turns.mended(made))
    return Session(found, made, reached, cli, mended)


def learner_tags() -> dict[str, Any]:
    """Configuration that tags all of a stack with KIT_LEARNER, where it says whose this is.

    In one account for a room, that tells what is whose: `python -m tools.teaching room list`.
    """
    learner = os.environ.get("KIT_LEARNER")
    return {"aws:defaultTags": {"tags": {"learner": learner}}} if learner else {}


def stack_name(target: str, name: str | None = None) -> str:
    """The stack's name; on AWS with -aws, once, for it is another state of the same program.

    Raises:
        LabError: Pulumi accepts no such name.
    """
    name = name or os.environ.get("KIT_STACK") or os.environ.get("KIT_LEARNER") or "course"
    if not re.fullmatch(r"[\w.-]{1,80}", name):
        raise LabError(f"{name!r} is no name for a stack.", "Use letters, digits, - and _.")
    return f"{name.removesuffix(AWS)}{AWS}" if target == "aws" else name


def _engine(*, progress: bool) -> engine.Cli:
    try:
        return engine.ensure(progress=progress)
    except engine.EngineError as error:
        raise NotReady.of(error) from None
