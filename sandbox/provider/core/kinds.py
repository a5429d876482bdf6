"""The seam between the provider's core and the calls of each type.

The core (check, diff, states) knows types from tables; a `Kind` is what it does not know: how one
type is created, read, updated and deleted through AWS's API. Adding a type is adding a `resource`
to the `kinds.py` of its service.

What the core promises to calls: names are those of Pulumi's wire, values plain Python (whole
numbers are int), no secrets, nothing unknown, absent arguments left out; defaults are in, the name
is chosen, `tags` holds the provider's default tags too, in old and in new values, `region` is
`ctx.region`; `update` runs only for a change that does not replace.

What calls promise: they return what AWS says. A name that they leave out keeps its argument
(create, update) or last value (read): right for what AWS does not keep, such as `triggers`. None
says "not set". `tags` are all that AWS has; the core tells own from default ones and makes
`tagsAll`. `region` may be left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError, doing

Inputs = dict[str, Any]
"""Arguments by their wire names (camelCase), secrets unwrapped, no unknowns."""
Outputs = dict[str, Any]
"""What a resource looks like now, by the same names: its arguments and what AWS computed."""
Function = Callable[[Context, Inputs], Outputs]
"""What a program looks up: arguments to results."""


@dataclass(frozen=True)
class Created:
    """A new resource: the id that Pulumi keeps, and everything it knows about it."""

    id: str
    outputs: Outputs


class Incomplete(CallError):
    """A create stopped half-way, and what exists is worth keeping.

    The engine keeps the resource, shows the reason, and updates the resource at the next `up`.
    """

    def __init__(self, created: Created, reason: str) -> None:
        super().__init__(reason)
        self.created = created


def _no_import(resource_id: str) -> tuple[str, Outputs]:
    return resource_id, {}


@dataclass(frozen=True)
class Kind:
    """The calls of one type.

    Attributes:
        token: its Pulumi type, such as `aws:iam/role:Role`.
        create: make it. A create of several calls tells `ctx.made` what exists, so that the core
            takes it back when a later one fails, or raises Incomplete.
        read: everything known about the resource with this id, None when it is gone. The last
            known state (empty after an import) supplies what the API does not keep.
        update: bring it from the old outputs to the new inputs; None for a type that only replaces.
        delete: remove it; fine when it is gone already.
        computed: outputs unknown until created, when they are others than the facts say.
        imported: turns the id that a user imports into the resource's id and the first state that
            `read` needs.
        identified: the resource's id from what an import's `read` returned, for types that are
            imported by another name than their id.
        find: what an interrupted create with these inputs left behind, None when nothing. Called
            only after such an interruption, so it may search by name or path.
        lacks: arguments that the sandbox cannot carry out, by dotted path; Check refuses them.
    """

    token: str
    create: Callable[[Context, Inputs], Created]
    read: Callable[[Context, str, Outputs], Outputs | None]
    delete: Callable[[Context, str, Outputs], None]
    update: Callable[[Context, str, Outputs, Inputs], Outputs] | None = None
    computed: tuple[str, ...] = ()
    imported: Callable[[str], tuple[str, Outputs]] = _no_import
    identified: Callable[[Context, Outputs], str] | None = None
    find: Callable[[Context, Inputs], Created | None] | None = None
    lacks: tuple[str, ...] = ()


Create = Callable[[Context, Inputs], str | Created]
Read = Callable[[Context, str, Outputs], Outputs | None]
Update = Callable[[Context, str, Outputs, Inputs], Outputs | None]
Delete = Callable[[Context, str, Outputs], None]
Find = Callable[[Context, Inputs], str | None]


def resource(
    service: str,
    label: str,
    token: str,
    *,
    create: Create,
    read: Read,
    delete: Delete,
    update: Update | None = None,
    find: Find | None = None,
    called: str | None = None,
    **more: Any,
) -> Kind:
    """A type of AWS: what was written is read again, and refusals have the official words.

    Args:
        service: boto3's name of it.
        label: the resource's name in errors, such as `IAM Role`.
        create: returns the id, and the type is read; or all, when AWS's answer has told it.
        update: returns nothing, and the type is read; or all.
        find: the id of what an interrupted create left; it is read, and may be gone.
        called: the argument that tells in errors which one it is while there is no id yet.
        more: further members of `Kind`.
    """
    calls = _Calls(service, label, called, create, read, update, delete, find)
    return Kind(
        token,
        calls.made,
        calls.seen,
        calls.deleted,
        calls.updated if update else None,
        find=calls.left if find else None,
        **more,
    )


@dataclass(frozen=True)
class _Calls:
    """The calls of a type as its module writes them, and around them what all types share."""

    service: str
    label: str
    called: str | None
    create: Create
    read: Read
    update: Update | None
    delete: Delete
    find: Find | None

    def made(self, ctx: Context, inputs: Inputs) -> Created:
        which = f" ({inputs[self.called]})" if self.called and self.called in inputs else ""
        with doing(f"creating {self.label}{which}", self.service):
            made = self.create(ctx, inputs)
            return (
                made if isinstance(made, Created) else Created(made, self._now(ctx, made, inputs))
            )

    def seen(self, ctx: Context, id: str, last: Outputs) -> Outputs | None:
        with doing(f"reading {self.label} ({id})", self.service):
            return self.read(ctx, id, last)

    def updated(self, ctx: Context, id: str, old: Outputs, new: Inputs) -> Outputs:
        assert self.update
        with doing(f"updating {self.label} ({id})", self.service):
            outputs = self.update(ctx, id, old, new)
            return self._now(ctx, id, new) if outputs is None else outputs

    def deleted(self, ctx: Context, id: str, last: Outputs) -> None:
        with doing(f"deleting {self.label} ({id})", self.service):
            self.delete(ctx, id, last)

    def left(self, ctx: Context, inputs: Inputs) -> Created | None:
        assert self.find
        id = self.find(ctx, inputs)
        outputs = self.read(ctx, id, inputs) if id else None
        return Created(id, outputs) if id and outputs is not None else None

    def _now(self, ctx: Context, id: str, last: Outputs) -> Outputs:
        """What was made or changed a moment ago."""
        outputs = self.read(ctx, id, last)
        if outputs is None:
            raise CallError(
                f"{self.label} ({id}) is gone right after it was written; run `up` again"
            )
        return outputs
