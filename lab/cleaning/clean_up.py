"""`leftovers` and `clean_up`: look, destroy, delete what no state knows, look again, write it down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lab.cleaning import asking, deleting, details
from lab.cleaning.state import OWNER, STACK, Cleaning, Inventory, Thing, thing_of
from lab.cleaning.view import CleaningView
from lab.draw.clock import now
from lab.draw.view import Display
from lab.errors import LabError, NotReady, Stopped
from lab.session import ready, session
from lab.session.ready import Session
from lab.session.stack import PROJECT
from lab.session.state import State
from lab.session.worker import Work
from sandbox.home import write_json

SANDBOX = "sandbox"
AWS = "-aws"  # how the names of stacks on AWS end
NEXT = "Run clean_up() again: it goes on where it ended."
# AWS deletes one REST API in 30 seconds; who asks too often is asked to wait.
PATIENT = Config(
    connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 5}
)


def leftovers() -> CleaningView:
    """Look what there is of this stack, by its state and by tag, and delete nothing.

    >>> leftovers().leftovers          # what is tagged as ours, and no state knows
    ('arn:aws:logs:us-east-1:000000000000:log-group:forgotten',)

    Raises:
        NotReady: the sandbox, or AWS, does not answer; the message says what to do.
    """
    view = CleaningView(_begun(session.current()))
    with Display(view):
        pass
    view.shown()
    return view


def clean_up(confirm: str = "") -> CleaningView:
    """Delete all that this stack has deployed, and what failed runs of it left; then look again.

    First `leftovers`: nothing that it has not named is deleted. Then `destroy`, then what has this
    kit's tags and is in no state. What was done and what is left is written to the kit's folder,
    below receipts/. Safe to run twice, and after an interrupt.

    Args:
        confirm: on AWS, the stack's name: without it, nothing is deleted.

    Raises:
        NotReady: the sandbox, or AWS, does not answer; nothing was deleted.
        LabError: `confirm` is another name, or something is left; the receipt has the rest.
        Stopped: the kernel was interrupted; the receipt says how far it was.
    """
    opened = session.current()
    wanted = "" if opened.target.name == SANDBOX else opened.stack.name
    if confirm and confirm != opened.stack.name:
        raise LabError(
            f"This stack is called {opened.stack.name!r}, not {confirm!r}. Nothing was deleted.",
            f"If it is this one that shall go: clean_up(confirm={opened.stack.name!r}).",
        )
    made = _begun(opened)
    made.confirm = wanted
    view = CleaningView(made)
    if wanted and confirm != wanted:
        with Display(view):
            pass
        view.shown()
        return view
    made.state = "running"
    with Display(view) as display, _written(opened, made):
        _destroyed(opened, made)
        display.draw(now=True)
        _deleted(opened, made)
    view.shown()
    return view


@contextmanager
def _written(opened: Session, made: Cleaning) -> Iterator[None]:
    """Whatever ends it, what was done is written down."""
    name = f"{opened.stack.name}-{time.strftime('%Y%m%d-%H%M%S')}.json"
    path = opened.stack.home / "receipts" / name
    made.receipt = str(path)
    write_json(path, made.facts())  # before anything is gone: a kill leaves at least the preview
    try:
        yield
        made.state = "done" if made.latest.empty else "failed"
        if made.state == "failed":
            made.problem = _why_failed(made.latest)
            raise LabError(made.problem, f"{NEXT} What is left, and how it is deleted: {path}")
    except KeyboardInterrupt:
        made.state, made.problem = "stopped", f"It was stopped. {NEXT}"
        raise Stopped(f"Stopped after {len(made.deleted)} were deleted. {NEXT}") from None
    except LabError as error:
        made.state, made.problem = "failed", made.problem or error.message
        raise
    finally:
        write_json(path, made.facts())


def _why_failed(found: Inventory) -> str:
    if found.in_state or found.leftovers or not found.unasked:
        return "Not all of it could be deleted."
    return f"It is not known whether anything is left. {found.unasked[0]}"


def _destroyed(opened: Session, made: Cleaning) -> None:
    """Have the engine delete what is in the state, and look what is there then.

    Where that ends early, what the state has then is what is left, without another look.
    """
    before = made.before
    try:
        session.destroy()
    finally:
        now_in_state = opened.stack.state()
        made.deleted = [name for name in before.in_state if name not in now_in_state.names]
        made.after = before.after_destroy(now_in_state.names, now_in_state.known)
    made.after = inventory(opened)


def _deleted(opened: Session, made: Cleaning) -> None:
    """Delete what the preview has named and no state knows; what is refused is told."""
    for _ in range(2):  # what was refused for what used it may go in the next round
        going = made.may_go()
        for thing in going:
            _delete_one(made, thing)
        if not going:
            break
        made.after = inventory(opened)


def _delete_one(made: Cleaning, thing: Thing) -> None:
    try:
        if deleting.delete(client, thing.arn):
            made.deleted.append(thing.arn)
            made.refused.pop(thing.arn, None)
        else:
            made.refused[thing.arn] = "It is not known here how to delete this."
    except (ClientError, BotoCoreError) as error:
        if not (isinstance(error, ClientError) and details.is_gone(error)):
            made.refused[thing.arn] = str(error)


def _begun(opened: Session) -> Cleaning:
    """What there is now, for the record of one look or of a clean-up."""
    opened.reach(Work())  # a sandbox that is gone is started again
    found = inventory(opened)
    return Cleaning(found, opened.where()["target"], now())


def inventory(opened: Session) -> Inventory:
    """What there is of this kit, by all its states and by tag.

    Raises:
        NotReady: nobody answered.
    """
    stack, (states, torn) = opened.stack, _states(opened)
    try:
        found, unasked = asking.tagged(client, PROJECT, opened.target.region)
    except BotoCoreError as error:
        raise NotReady(
            f"AWS did not say what there is: {error}",
            "See whether there is a network, then run it again.",
        ) from None
    if len(unasked) == len(asking.sources(client, PROJECT, opened.target.region)):
        raise NotReady(
            f"AWS did not say what there is: {unasked[0]}",
            "Sign in with a role that may read tags.",
        )
    owner = ready.owner(stack.home)
    ours = {arn: tags for arn, tags in found.items() if tags.get(OWNER) == owner}
    known = {name: state.known for name, state in states.items()}
    things, refused = _described(ours, known)
    return Inventory(
        stack.name,
        datetime.now(timezone.utc),
        tuple(states[stack.name].names),
        tuple(things),
        len(found) - len(ours),
        {name: len(its.names) for name, its in states.items() if name != stack.name and its.names},
        (*torn, *unasked, *refused),
        {asking.PROJECT: PROJECT, STACK: stack.name, OWNER: owner},
    )


def _described(
    ours: dict[str, asking.Tags], known: dict[str, set[str]]
) -> tuple[list[Thing], list[str]]:
    """Each thing, as its own service describes it, and what a service refused to tell."""
    things, refused = [], []
    stays: dict[str, str] = {}
    try:
        stays = details.kept(client)
    except (ClientError, BotoCoreError) as error:
        refused.append(f"API Gateway's role for logs: {error}")
    for arn, tags in ours.items():
        try:
            detail = details.look(client, arn)
        except (ClientError, BotoCoreError) as error:
            refused.append(f"{arn}: {error}")
            detail = details.Detail()
        if detail is not None:
            kept = stays.get(arn, "")
            things.append(thing_of(arn, tags, known, detail.made, detail.size, kept))
    return things, refused


def _states(opened: Session) -> tuple[dict[str, State], list[str]]:
    """The states of this kit's stacks on this target, by their names, and which cannot be read."""
    own = opened.stack
    found, torn = {own.name: own.state()}, []
    for path in sorted(own.state_file.parent.glob("*.json")):
        if path.stem == own.name or path.stem.endswith(AWS) != own.name.endswith(AWS):
            continue
        try:
            found[path.stem] = replace(own, name=path.stem).state()
        except NotReady as error:
            torn.append(f"stack {path.stem}: {error.message}")
    return found, torn


def client(service: str, region: str | None = None) -> Any:
    """A client of where this notebook deploys to."""
    import boto3

    return boto3.client(service, region_name=region, config=PATIENT)
