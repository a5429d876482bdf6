"""A resource's life as the core leads it, for tests of calls."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.provider.core import creations, registry
from sandbox.provider.core import facts as tables
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError
from sandbox.provider.core.kinds import Created, Kind


def merged(arguments: dict[str, Any], returned: dict[str, Any]) -> dict[str, Any]:
    """The outputs as the core makes them: what calls leave out stays, None is "not set"."""
    both = {**arguments, **returned}
    return {name: value for name, value in both.items() if value is not None}


@dataclass
class Life:
    """One resource, from create to delete, with the state that Pulumi would keep."""

    ctx: Context
    token: str
    inputs: dict[str, Any]
    id: str = ""
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        found = registry.kind(self.token)
        assert found, f"there is no {self.token}"
        return found

    def create(self) -> Life:
        made = self.kind.create(self.ctx, dict(self.inputs))
        self.id, self.outputs = made.id, merged(self.inputs, made.outputs)
        return self

    def update(self, **changes: Any) -> Life:
        """Change arguments; None takes one away."""
        assert self.kind.update, f"{self.token} is only ever replaced"
        new = {k: v for k, v in {**self.inputs, **changes}.items() if v is not None}
        returned = self.kind.update(self.ctx, self.id, dict(self.outputs), new)
        self.inputs = new
        # Outputs that nobody can set survive an update that does not return them.
        kept = {k: self.outputs[k] for k in facts(self.token).outputs if k in self.outputs}
        self.outputs = merged({**kept, **new}, returned)
        return self

    def read(self) -> dict[str, Any] | None:
        returned = self.kind.read(self.ctx, self.id, dict(self.outputs))
        return None if returned is None else merged(self.outputs, returned)

    def imported(self, import_id: str) -> tuple[str, dict[str, Any]]:
        """The id and the outputs after an import with nothing but an id."""
        id, known = self.kind.imported(import_id)
        returned = self.kind.read(self.ctx, id, known)
        assert returned is not None, f"{import_id} is not there"
        id = self.kind.identified(self.ctx, returned) if self.kind.identified else id
        return id, merged(known, returned)

    def delete(self) -> None:
        self.kind.delete(self.ctx, self.id, dict(self.outputs))


def created(token: str, ctx: Context, inputs: dict[str, Any]) -> Created:
    """A create as the core leads it: what it made before it fails is taken back."""
    kind = registry.kind(token)
    assert kind, f"there is no {token}"
    return creations.fresh(kind, ctx, inputs)


class Wrapped(Context):
    """A context in which some operations of one service are other functions."""

    def __init__(self, real: Context, service: str, **operations: Any) -> None:
        super().__init__(endpoint=real.endpoint, clients=real.clients)
        self.service, self.operations = service, operations

    def client(self, service: str) -> Any:
        real = super().client(service)
        return _Client(real, self.operations) if service == self.service else real


class _Client:
    def __init__(self, real: Any, operations: dict[str, Any]) -> None:
        self._real, self._operations = real, operations

    def __getattr__(self, name: str) -> Any:
        return self._operations.get(name) or getattr(self._real, name)


def look_up(ctx: Context, token: str, **arguments: Any) -> dict[str, Any]:
    found = registry.functions().get(token)
    assert found
    return found(ctx, arguments)


def facts(token: str) -> Any:
    return tables.of(token)


class Lives:
    """Makes resources for a test, and takes away what the test leaves."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.made: list[Life] = []

    def __call__(self, token: str, **inputs: Any) -> Life:
        defaults = {
            name: each.default
            for name, each in facts(token).inputs.items()
            if each.default is not None
        }
        life = Life(self.ctx, token, {**defaults, **inputs}).create()
        self.made.append(life)
        return life

    @staticmethod
    def name(prefix: str) -> str:
        return f"{prefix}-{uuid.uuid4().hex[:7]}"


def assert_complete(life: Life, *, unset: tuple[str, ...] = ()) -> None:
    """Everything that AWS computes for the type is there, and it reads back as it was made."""
    known = facts(life.token)
    left_out = (*unset, "tagsAll")
    missing = [n for n in known.outputs if n not in life.outputs and n not in left_out]
    assert not missing, f"{life.token} lacks the outputs {missing}"
    assert life.read() == life.outputs
    for name, value in life.inputs.items():
        if not known.inputs[name].document:
            assert life.outputs[name] == value, name


def assert_deleted(life: Life) -> None:
    """It can be deleted, deleted again, and is then gone."""
    life.delete()
    assert life.read() is None
    life.delete()


def assert_updates(life: Life, changes: list[dict[str, Any]]) -> None:
    """Each change, one after the other, is what AWS says afterwards."""
    for change in changes:
        life.update(**change)
        now = life.read()
        assert now == life.outputs, change
        for name, value in change.items():
            if not facts(life.token).inputs[name].document:
                assert (now.get(name) or None) == (value or None), name


def assert_imports(life: Life, import_id: str, *, unknown: tuple[str, ...] = ()) -> None:
    """An import with nothing but the id finds everything but what AWS does not keep."""
    id, found = life.imported(import_id)
    assert id == life.id
    known = facts(life.token).inputs
    expected = {
        name: value
        for name, value in life.outputs.items()
        # A default of the provider is put in later, by the core.
        if name not in unknown
        and (name in found or value != getattr(known.get(name), "default", None))
    }
    assert {name: value for name, value in found.items() if name not in unknown} == expected


def assert_found(ctx: Context, token: str, inputs: dict[str, Any], id: str) -> None:
    """What an interrupted create with these arguments left is found again."""
    kind = registry.kind(token)
    assert kind and kind.find
    found = kind.find(ctx, inputs)
    assert found is not None and found.id == id


def assert_refused(
    ctx: Context, token: str, inputs: dict[str, Any], doing: str, status: int, answer: str
) -> None:
    """A create with these arguments is refused by AWS, and told in the official words.

    Args:
        doing: how the sentence begins: what was being done, the service, the operation.
        status: of the HTTP response.
        answer: how the API's own part begins: the code, and the message.
    """
    kind = registry.kind(token)
    assert kind
    told = rf"https response error StatusCode: {status}, RequestID: .*, {re.escape(answer)}"
    with pytest.raises(AwsError, match=rf"^{re.escape(doing)}, {told}"):
        kind.create(ctx, inputs)
