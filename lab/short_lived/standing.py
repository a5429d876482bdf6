"""A stack that stands for one look: deployed, looked at, destroyed, whatever happens in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pulumi
import pulumi_aws

from lab.cleaning.clean_up import inventory
from lab.cleaning.state import OWNER, PROJECT, STACK, Thing
from lab.errors import LabError, NotReady, Stopped
from lab.session import operate, ready, session
from lab.session.ready import Session
from lab.session.stack import PROJECT as NAME
from lab.session.state import arn_of

# Seconds until all of AWS knows what was made or deleted: a guess, for it promises none. The sandbox
# knows at once.
LATE = {"aws": 60.0}
PAUSE = 2.0
T = TypeVar("T")


@dataclass(frozen=True)
class Standing:
    """A stack, while it stands and afterwards."""

    opened: Session

    @property
    def outputs(self) -> dict[str, Any]:
        """What its program exports."""
        return self.opened.stack.outputs()

    def untagged(self) -> list[str]:
        """The Pulumi names of what takes tags and is not found by this stack's; AWS is asked.

        Raises:
            NotReady: AWS did not say what there is.
        """
        return self.at_last(self._untagged)

    def at_last(self, problems: Callable[[], T]) -> T:
        """What is wrong, asked again until it is nothing: AWS takes some seconds to know itself."""
        end = time.monotonic() + LATE.get(self.opened.target.name, 0.0)
        while (found := problems()) and time.monotonic() < end:
            time.sleep(PAUSE)
        return found

    def _untagged(self) -> list[str]:
        found = {thing.arn for thing in self.things()}
        return [
            str(each["urn"]).rpartition("::")[2]
            for each in self.opened.stack.state().checkpoint.get("resources") or ()
            if takes_tags(str(each.get("type"))) and arn_of(each) not in found
        ]

    def things(self) -> list[Thing]:
        """What is found by this stack's tags, and is still there.

        Raises:
            NotReady: AWS did not say what there is.
        """
        return inventory(self.opened).own

    def left(self) -> list[str]:
        """What is still there: Pulumi names in the state, and ARNs found by tag.

        Raises:
            NotReady: AWS did not say what there is.
        """
        found = inventory(self.opened)
        return [*found.in_state, *(thing.arn for thing in found.own)]


def tags_of(name: str) -> dict[str, str]:
    """The tags by which a clean-up finds what a stack has made.

    Raises:
        NotReady: no notebook has opened a session, or the kit's folder cannot be written to.
    """
    stack = _beside(name).stack
    return {PROJECT: NAME, STACK: stack.name, OWNER: ready.owner(stack.home)}


@contextmanager
def standing(name: str, title: str, program: Callable[[], None]) -> Iterator[Standing]:
    """Deploy a program as a stack of this name, beside the one that is open, and destroy it at the end.

    Also after an error, and after an interrupt. Where the kernel was killed, its state is in the
    kit's folder: the next time destroys it, too, and so does `clean_up()` of that stack.

    Args:
        title: of the deployment, as the page shows it.

    Raises:
        LabError: it could not be deployed, or not be destroyed; the fix says what destroys it.
        Stopped: the kernel was interrupted.
    """
    opened = _beside(name)
    try:
        operate.deploy_alone(opened, title, lambda: _mortal(program))
        yield Standing(opened)
    finally:
        _destroy(opened)


def _mortal(program: Callable[[], None]) -> None:
    """Run a program; whatever it says of its resources, they go when the stack is destroyed."""

    def may_go(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        args.opts.protect = args.opts.retain_on_delete = False
        return pulumi.ResourceTransformationResult(args.props, args.opts)

    pulumi.runtime.register_stack_transformation(may_go)
    program()


def _destroy(opened: Session) -> None:
    name, mine = opened.stack.name, session.current().stack.name
    fix = f'Run start(99, stack="{name}"), then clean_up(). Then start(99, stack="{mine}").'
    try:
        operate.destroy(opened)
    except Stopped:
        raise Stopped(
            f"Stopped while the stack {name} was destroyed: it may still stand. {fix}"
        ) from None
    except LabError as error:
        told = f"The stack {name} still stands, for it could not be destroyed. {error.message}"
        raise LabError(told, fix) from None


def _beside(name: str) -> Session:
    """The session of another stack, where the notebook's own is deployed to.

    Raises:
        NotReady: no notebook has opened one: to open one may start a sandbox.
    """
    if not session.is_open():
        raise NotReady("This notebook has no session yet.", "Run the cell with start().")
    own = session.current()
    other = replace(own.stack, name=ready.stack_name(own.target.name, name))
    return replace(own, stack=other, mended=[])


def takes_tags(kind: str) -> bool:
    """Whether a type has tags: `aws:apigateway/stage:Stage` has, `aws:apigateway/deployment:Deployment` not."""
    module, _, name = kind.removeprefix("aws:").partition("/")
    known = getattr(getattr(pulumi_aws, module, None), name.rpartition(":")[2], None)
    return hasattr(known, "tags_all")
