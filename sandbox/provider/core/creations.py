"""Creates that can be interrupted, and that leave neither ghost nor twin.

The calls of a create run in a thread of their own. When the deployment is cancelled, the engine
gets its answer within a tenth of a second; what the thread still makes is deleted again, because
the engine does not know of it. What a killed process made is found in the journal and adopted, and
so is what a create made whose answer was lost: no create is called twice (context.py).
"""

from __future__ import annotations

import contextlib
import threading
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.provider.core.context import Context
from sandbox.provider.core.diff import diff
from sandbox.provider.core.exceptions import CallError, Cancelled
from sandbox.provider.core.facts import Type
from sandbox.provider.core.journal import Entry, Journal
from sandbox.provider.core.kinds import Created, Incomplete, Kind

POLL = 0.02  # seconds between two looks at whether the deployment was cancelled
GRACE = 0.1  # seconds that a create may take to end well after that


@dataclass
class _Task:
    """A create in its thread, and who takes its result."""

    done: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    abandoned: bool = False
    result: Created | None = None
    error: BaseException | None = None


class Creations:
    """All creates of this process."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._running: dict[str, _Task] = {}
        self._lock = threading.Lock()

    def create(
        self,
        kind: Kind,
        facts: Type,
        urn: str,
        inputs: dict[str, Any],
        raw: dict[str, Any],
        ctx: Context,
    ) -> Created:
        """Create a resource, or adopt what an interrupted create of it left.

        Args:
            inputs: the arguments as calls take them.
            raw: the same with secrets marked, for the journal.

        Raises:
            Cancelled: the deployment was cancelled; nothing is left, or soon nothing will be.
        """
        task = self._alone(urn, ctx)

        def work() -> Created:
            return self._made(kind, facts, urn, inputs, raw, ctx)

        def undo(created: Created) -> None:
            kind.delete(_detached(ctx), created.id, {**inputs, **created.outputs})

        thread = threading.Thread(
            target=self._run, args=(task, urn, facts, work, undo), daemon=True
        )
        thread.start()
        return _taken(task, ctx)

    def _made(
        self,
        kind: Kind,
        facts: Type,
        urn: str,
        inputs: dict[str, Any],
        raw: dict[str, Any],
        ctx: Context,
    ) -> Created:
        """Make it, once; or adopt what was made by a create whose answer never came."""
        earlier = self.journal.find(urn)
        adopted = _adopt(kind, facts, ctx, earlier, inputs) if earlier else None
        if adopted is not None:
            return adopted
        self.journal.begin(urn, raw)
        try:
            return fresh(kind, ctx, inputs)
        except Exception as error:
            # A refusal may be about what an earlier create made: it was carried out so late.
            unsure = earlier is not None or not refused(error)
            begun = self.journal.find(urn)
            if isinstance(error, (Incomplete, Cancelled)) or not (unsure and begun):
                raise
            adopted = _looked_up(kind, facts, ctx, begun, inputs)
            if adopted is None:
                raise
            return adopted

    def take_back(
        self,
        kind: Kind,
        urn: str,
        inputs: dict[str, Any],
        known: Collection[str],
        ctx: Context,
        sure: Callable[[], bool] = lambda: True,
    ) -> bool:
        """Delete what a create made that nobody has confirmed; it is then forgotten.

        Args:
            inputs: its arguments as calls take them.
            known: the ids that the engine has of this resource: these stay.
            sure: asked once no create of it can begin; when it is not so, nothing is done.

        Returns:
            Whether there was something to delete.
        """
        task = self._alone(urn, ctx)
        try:
            if not sure():
                return False
            entry = self.journal.find(urn)
            found = _left(kind, ctx, entry) if entry else None
            there = found is not None and found.id not in known
            if found is not None and there:
                kind.delete(ctx, found.id, {**inputs, **found.outputs})
            self.journal.forget(urn)
            return there
        finally:
            self._over(urn, task)

    def _run(
        self,
        task: _Task,
        urn: str,
        facts: Type,
        work: Callable[[], Created],
        undo: Callable[[Created], None],
    ) -> None:
        """The thread: make it, hand it over or take it back, and keep the journal right."""
        try:
            created = work()
            self.journal.made(urn, created.id, created.outputs, facts.sensitive.__contains__)
            with task.lock:
                task.result = created
                task.done.set()
            if task.abandoned:
                undo(created)
                self.journal.forget(urn)
        except Exception as error:  # noqa: BLE001 - it is raised again where the engine waits
            # Only a refusal says that nothing was made; after a lost answer the next create looks.
            if task.result is None and refused(error):
                self.journal.forget(urn)
            if task.abandoned and not isinstance(error, Cancelled):
                traceback.print_exc()
            task.error = error
            task.done.set()
        finally:
            self._over(urn, task)

    def _alone(self, urn: str, ctx: Context) -> _Task:
        """A new task, once the one that a cancelled deployment left running is over."""
        task = _Task()
        while True:
            with self._lock:
                if self._running.setdefault(urn, task) is task:
                    return task
            ctx.wait(POLL)

    def _over(self, urn: str, task: _Task) -> None:
        with self._lock:
            if self._running.get(urn) is task:
                del self._running[urn]


def refused(error: BaseException) -> bool:
    """Whether AWS or the provider said no, so that nothing was made or is left."""
    if isinstance(error, Incomplete):
        return False
    return isinstance(error, CallError) or hasattr(error, "operation_name")


def fresh(kind: Kind, ctx: Context, inputs: dict[str, Any]) -> Created:
    """Run the create; if it fails after it told what it made, delete that or keep it known."""
    parts: list[Created] = []
    ctx.note = lambda id, outputs: parts.append(Created(id, outputs))
    try:
        return kind.create(ctx, inputs)
    except Incomplete:
        raise
    except Exception as error:
        if parts:
            _taken_back(kind, ctx, parts[-1], inputs, error)
        raise


def _taken_back(
    kind: Kind, ctx: Context, made: Created, inputs: dict[str, Any], error: Exception
) -> None:
    """Delete what a failed create made; what cannot be deleted is kept known to the engine."""
    try:
        kind.delete(_detached(ctx), made.id, {**inputs, **made.outputs})
    except Exception as second:  # noqa: BLE001 - told together with the first
        text = f"{error}; and what was made could not be deleted: {second}"
        raise Incomplete(made, text) from error


def _taken(task: _Task, ctx: Context) -> Created:
    """The result of a create, or Cancelled when the deployment is and the create takes too long."""
    while not task.done.wait(POLL):
        if ctx.cancelled.is_set() and not task.done.wait(GRACE):
            with task.lock:
                task.abandoned = not task.done.is_set()
            if task.abandoned:
                raise Cancelled
    if task.error is not None:
        raise task.error
    assert task.result is not None
    return task.result


def _detached(ctx: Context) -> Context:
    """The same context, which no interrupt ends: for taking back."""
    return Context(ctx.region, ctx.account, ctx.endpoint, ctx.default_tags, ctx.clients)


def _adopt(
    kind: Kind, facts: Type, ctx: Context, entry: Entry, inputs: dict[str, Any]
) -> Created | None:
    """Take over what an earlier create made: as it is, updated, or not, and then it is deleted."""
    found = _left(kind, ctx, entry)
    if found is None:
        return None
    difference = diff(facts, {**found.outputs, **entry.inputs}, inputs)
    if difference.replaces or (difference.changes and kind.update is None):
        kind.delete(ctx, found.id, found.outputs)
        return None
    if kind.update is None:
        return found
    # Even without a difference: the interrupted create may have got only half-way.
    return Created(found.id, kind.update(ctx, found.id, found.outputs, inputs))


def _looked_up(
    kind: Kind, facts: Type, ctx: Context, begun: Entry, inputs: dict[str, Any]
) -> Created | None:
    """What a create made after all whose answer was lost; None when that cannot be told now."""
    with contextlib.suppress(Exception):  # the create's own error tells more
        return _adopt(kind, facts, ctx, begun, inputs)
    return None


def _left(kind: Kind, ctx: Context, entry: Entry) -> Created | None:
    if entry.id is not None:
        outputs = kind.read(ctx, entry.id, entry.outputs)
        return None if outputs is None else Created(entry.id, {**entry.outputs, **outputs})
    if kind.find is None or not entry.inputs:
        return None
    return kind.find(replace(ctx, begun=entry.begun), entry.inputs)
