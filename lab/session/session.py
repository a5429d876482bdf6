"""The session of a notebook: plan, up, outputs and destroy, on the stack that `start` has opened.

What happens in `up` is what chapter 1 does by hand with the Automation API: select the stack, run
the program, take the outputs. Besides, `up` draws, waits, repairs, and starts the sandbox again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from lab import course
from lab.deploy.resources import Resource, deployed, planned
from lab.deploy.state import Deployment
from lab.session import operate, ready
from lab.session.program import own_names
from lab.session.ready import Session
from lab.session.results import Outputs, Plan, Receipt, UpRecord, outputs_of
from sandbox.home import read_json

_session: Session | None = None


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
        stack: its name; default KIT_STACK, else KIT_LEARNER, else course.
        say: is told what is being done; with it, a slow installation shows its progress too.

    Raises:
        LabError: no such chapter or target, or something is missing; the message has the fix.
    """
    global _session
    _session = ready.make_ready(chapter, target, stack, say)
    return _session


def is_open() -> bool:
    """Whether this notebook has a session: what looks at it may not start an engine to do so."""
    return _session is not None


def current(chapter: int | str | None = None) -> Session:
    """This notebook's session; opened, at this chapter or the last one, where there is none."""
    if _session is None:
        return open_session(chapter if chapter is not None else course.LAST)
    return _session


def plan(chapter: int | str | None = None, *, delete: bool = False) -> Plan:
    """Show what `up` would do, and change nothing.

    Args:
        chapter: up to which one; default the notebook's own.
        delete: as for `up`.

    Raises:
        LabError: the program raised, or the engine or provider refused.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        changes = _deploy("plan", chapter, delete, save=file).changes
        return Plan(changes, planned(read_json(file), resources()))


def up(chapter: int | str | None = None, *, delete: bool = False) -> UpRecord:
    """Deploy all steps so far: those of gateway/, and this notebook's own in their place.

    Args:
        chapter: up to which one; default the notebook's own.
        delete: remove what later chapters have deployed. Without it, that is kept.

    Raises:
        LabError: the program raised, or the engine or provider refused. What was made stays.
        Stopped: the kernel was interrupted; run it again and it goes on.
    """
    deployment = _deploy("up", chapter, delete)
    return UpRecord(outputs(), deployment.changes)


def _deploy(
    kind: str, chapter: int | str | None, delete: bool, save: Path | None = None
) -> Deployment:
    session = current(chapter)
    wanted = course.find(chapter) if chapter is not None else session.chapter
    return operate.deploy(session, kind, wanted, own_names(), delete=delete, save=save)


def destroy() -> Receipt:
    """Delete everything that this stack has deployed. Safe to run twice."""
    session = current()
    deployment = operate.destroy(session)
    left = session.stack.state().names
    return Receipt(deployment.counts.get("delete", 0), tuple(left))


def outputs() -> Outputs:
    """The outputs of the stack as it was last deployed, from whichever notebook."""
    stack = current().stack
    return outputs_of(stack.outputs(), stack.reveal)


def resources() -> tuple[Resource, ...]:
    """What the stack has deployed, and what each refers to."""
    return deployed(current().stack.state().checkpoint)


def known_outputs() -> Outputs:
    """The outputs where a session is open; none before, for to open one may start a sandbox."""
    return outputs() if is_open() else Outputs()


def serves(url: str) -> bool:
    """Whether this is an address of the stack that this notebook has opened."""
    base = known_outputs().get("invoke_url")
    return isinstance(base, str) and (url == base or url.startswith(f"{base.rstrip('/')}/"))


def address(output: str) -> str:
    """An address that the stack exports; "" while it does not."""
    found = outputs().get(output)
    return found if isinstance(found, str) else ""
