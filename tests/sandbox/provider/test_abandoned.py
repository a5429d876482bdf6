"""What was begun for a stack of this home is taken back once the stack is surely destroyed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.provider.core import registry
from sandbox.provider.core.context import Context
from sandbox.provider.core.engine_calls import Contexts
from sandbox.provider.server import Provider
from tests.sandbox.provider import fake_cloud

TYPE = "aws:cloudwatch/logGroup:LogGroup"
URN = f"urn:pulumi:s::p::{TYPE}::g"
STATES = "backend/.pulumi/stacks/p/s.json"


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home whose journal has a create that nobody confirmed, and what it made."""
    monkeypatch.setattr(fake_cloud, "FOLDER", tmp_path)
    monkeypatch.setattr(Contexts, "account", lambda *_: "000000000000")
    monkeypatch.setitem(registry.REGISTRY, TYPE, fake_cloud.fake(TYPE))
    provider = Provider(tmp_path / "kit")
    inputs: dict[str, Any] = {"name": "group"}
    provider.journal.begin(URN, inputs)
    fake_cloud.fake(TYPE).create(Context(), inputs)
    yield tmp_path / "kit"


def looked(home: Path) -> bool:
    """Whether the thing is still there after the next provider has looked."""
    Provider(home).abandoned.take_back()
    return any(home.parent.glob("*LogGroup*"))


def state(home: Path, text: str) -> None:
    (home / STATES).parent.mkdir(parents=True, exist_ok=True)
    (home / STATES).write_text(text)


def checkpoint(**latest: Any) -> str:
    return json.dumps({"checkpoint": {"latest": latest}})


@pytest.mark.parametrize("empty", [checkpoint(), checkpoint(resources=[]), '{"checkpoint": {}}'])
def test_an_empty_stack_has_no_use_for_what_was_begun(left, empty, capsys):
    state(left, empty)
    assert not looked(left)
    assert "p/s is destroyed; deleted too: g" in capsys.readouterr().err
    assert [*(left / "journal").iterdir()] == []


@pytest.mark.parametrize(
    "other",
    [
        checkpoint(resources=[{"urn": "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s"}]),
        checkpoint(resources=[], pending_operations=[{"type": "creating"}]),
        '{"checkpoint"',
        "[]",
        "",
    ],
)
def test_a_stack_that_is_not_surely_empty_keeps_it_for_the_next_up(left, other):
    state(left, other)
    assert looked(left)


def test_a_stack_of_another_backend_and_another_stack_are_none_of_its_business(left):
    assert looked(left)
    state(left, checkpoint())
    (left / STATES).rename(left / STATES.replace("s.json", "t.json"))
    assert looked(left)


def test_a_stack_that_an_engine_works_on_keeps_it(left):
    state(left, checkpoint())
    lock = left / "backend/.pulumi/locks/organization/p/s/x.json"
    lock.parent.mkdir(parents=True)
    lock.write_text("{}")
    assert looked(left)
    lock.unlink()
    assert not looked(left)


def test_what_cannot_be_deleted_is_told_and_tried_again(left, monkeypatch):
    def stuck(ctx: Context, id: str, last: dict[str, Any]) -> None:
        raise RuntimeError("not now")

    state(left, checkpoint())
    provider = Provider(left)
    with monkeypatch.context() as patch:
        patch.setitem(registry.REGISTRY, TYPE, replace(fake_cloud.fake(TYPE), delete=stuck))
        assert provider.abandoned.take_back()
    assert provider.journal.find(URN)
    assert not provider.abandoned.take_back()
    assert not any(left.parent.glob("*LogGroup*"))
