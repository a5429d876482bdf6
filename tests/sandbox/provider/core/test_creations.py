"""Creates that are interrupted leave neither ghost nor twin; the journal is right about them."""

from __future__ import annotations

import json
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.provider.core import facts
from sandbox.provider.core.context import Context
from sandbox.provider.core.creations import Creations
from sandbox.provider.core.exceptions import CallError, Cancelled
from sandbox.provider.core.journal import Journal
from sandbox.provider.core.kinds import Created, Incomplete, Kind
from sandbox.provider.core.wire import UNKNOWN, Secret

TOKEN, URN = (
    "aws:cloudwatch/logGroup:LogGroup",
    "urn:pulumi:s::p::aws:cloudwatch/logGroup:LogGroup::g",
)
GROUP = facts.of(TOKEN)
INPUTS = {"name": "g-1", "retentionInDays": 7}


@dataclass
class Cloud:
    """A cloud in memory; `slow` is what a create waits for after it made the resource."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    slow: threading.Event | None = None
    after: Callable[[Context], None] = lambda ctx: None

    def create(self, ctx: Context, inputs: dict[str, Any]) -> Created:
        self.calls.append("create")
        if inputs["name"] in self.things:
            raise CallError("it exists")
        self.things[inputs["name"]] = dict(inputs)
        if self.slow:
            self.slow.wait(10)
        self.after(ctx)
        return Created(inputs["name"], dict(inputs))

    def read(self, ctx: Context, id: str, last: dict[str, Any]) -> dict[str, Any] | None:
        self.calls.append("read")
        return self.things.get(id)

    def update(
        self, ctx: Context, id: str, old: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        self.calls.append("update")
        self.things[id] = dict(new)
        return dict(new)

    def delete(self, ctx: Context, id: str, last: dict[str, Any]) -> None:
        self.calls.append("delete")
        self.things.pop(id, None)

    def find(self, ctx: Context, inputs: dict[str, Any]) -> Created | None:
        self.calls.append("find")
        found = self.things.get(inputs.get("name", ""))
        return Created(inputs["name"], found) if found else None

    def kind(self) -> Kind:
        return Kind(TOKEN, self.create, self.read, self.delete, self.update, find=self.find)


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def creations(tmp_path: Path) -> Creations:
    return Creations(Journal(tmp_path))


def create(
    creations: Creations, kind: Kind, inputs: dict[str, Any] = INPUTS, ctx: Context | None = None
) -> Created:
    assert GROUP is not None
    return creations.create(kind, GROUP, URN, inputs, inputs, ctx or Context())


def eventually(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end and not true():
        time.sleep(0.01)
    return true()


def test_a_create_is_noted_until_it_is_confirmed(creations: Creations, cloud: Cloud) -> None:
    assert create(creations, cloud.kind()).id == "g-1"
    entry = Journal(creations.journal.folder).find(URN)
    assert entry is not None and (entry.id, entry.inputs) == ("g-1", INPUTS)
    creations.journal.forget(URN, "another")
    assert creations.journal.find(URN) is not None
    creations.journal.forget(URN, "g-1")
    assert Journal(creations.journal.folder).find(URN) is None
    assert list(creations.journal.folder.glob("*.json")) == []


def test_a_refused_create_is_forgotten(creations: Creations, cloud: Cloud) -> None:
    cloud.things["g-1"] = {}
    with pytest.raises(CallError, match="it exists"):
        create(creations, cloud.kind())
    assert creations.journal.find(URN) is None


def test_an_unconfirmed_create_is_adopted_and_brought_up_to_date(
    creations: Creations, cloud: Cloud
) -> None:
    create(creations, cloud.kind())
    after_crash = Creations(Journal(creations.journal.folder))
    found = create(after_crash, cloud.kind(), {**INPUTS, "retentionInDays": 30})
    assert found.outputs["retentionInDays"] == 30
    assert cloud.calls == ["create", "read", "update"] and len(cloud.things) == 1


def test_what_must_be_another_thing_is_made_anew(creations: Creations, cloud: Cloud) -> None:
    create(creations, cloud.kind())
    assert create(creations, cloud.kind(), {**INPUTS, "name": "g-2"}).id == "g-2"
    assert set(cloud.things) == {"g-2"}


def test_what_is_gone_is_made_anew(creations: Creations, cloud: Cloud) -> None:
    create(creations, cloud.kind())
    cloud.things.clear()
    create(creations, cloud.kind())
    assert cloud.calls == ["create", "read", "create"]


def lost(ctx: Context) -> None:
    raise ConnectionError("reset by peer")


def test_a_create_whose_answer_was_lost_is_looked_up_and_not_called_again(
    creations: Creations, cloud: Cloud
) -> None:
    cloud.after = lost
    assert create(creations, cloud.kind()).id == "g-1"
    assert cloud.calls == ["create", "find", "update"]


def test_a_create_whose_answer_was_lost_is_found_by_its_arguments(
    creations: Creations, cloud: Cloud
) -> None:
    cloud.after = lost
    with pytest.raises(ConnectionError):
        create(creations, replace(cloud.kind(), find=lambda ctx, inputs: None))
    cloud.after = lambda ctx: None
    assert create(creations, cloud.kind()).id == "g-1"
    assert cloud.calls == ["create", "find", "update"]


def test_a_create_that_was_carried_out_late_is_found_when_the_next_one_is_refused(
    creations: Creations, cloud: Cloud
) -> None:
    def late(ctx: Context) -> None:
        cloud.things.clear()
        raise ConnectionError("reset by peer")

    cloud.after = late
    with pytest.raises(ConnectionError):
        create(creations, cloud.kind())
    seen: list[object] = []

    def found(ctx: Context, inputs: dict[str, Any]) -> Created | None:
        seen.append(inputs)
        if len(seen) == 1:  # looked for before, and carried out after that
            cloud.things["g-1"] = dict(INPUTS)
            return None
        return cloud.find(ctx, inputs)

    assert create(creations, replace(cloud.kind(), find=found)).id == "g-1"
    assert len(seen) == 2 and set(cloud.things) == {"g-1"}


def test_what_has_no_name_is_told_by_when_its_create_began(
    creations: Creations, cloud: Cloud
) -> None:
    begun: list[float] = []
    before = time.time()

    def found(ctx: Context, inputs: dict[str, Any]) -> None:
        begun.append(ctx.begun)

    cloud.after = lost
    for _ in range(2):
        cloud.things.clear()
        with pytest.raises(ConnectionError):
            create(creations, replace(cloud.kind(), find=found))
    assert before <= begun[0] <= time.time()
    assert set(begun) == {begun[0]}, "the first of them may have been carried out too"


def test_a_cancelled_create_answers_at_once_and_is_taken_back(
    creations: Creations, cloud: Cloud
) -> None:
    cloud.slow, ctx = threading.Event(), Context()
    threading.Timer(0.1, ctx.cancelled.set).start()
    begin = time.monotonic()
    with pytest.raises(Cancelled):
        create(creations, cloud.kind(), ctx=ctx)
    assert time.monotonic() - begin < 4
    assert set(cloud.things) == {"g-1"}
    cloud.slow.set()
    assert eventually(lambda: not cloud.things and creations.journal.find(URN) is None)


def test_a_create_that_is_nearly_done_is_not_taken_back(creations: Creations, cloud: Cloud) -> None:
    ctx = Context()
    cloud.after = lambda ctx: (ctx.cancelled.set(), time.sleep(0.03))[1]
    assert create(creations, cloud.kind(), ctx=ctx).id == "g-1"
    assert cloud.calls == ["create"]


def test_the_next_create_waits_for_the_cancelled_one(creations: Creations, cloud: Cloud) -> None:
    cloud.slow, ctx = threading.Event(), Context()
    ctx.cancelled.set()
    with pytest.raises(Cancelled):
        create(creations, cloud.kind(), ctx=ctx)
    threading.Timer(0.2, cloud.slow.set).start()
    assert create(creations, cloud.kind()).id == "g-1"
    assert cloud.calls == ["create", "delete", "create"]


def test_a_wait_ends_when_the_deployment_is_cancelled(creations: Creations, cloud: Cloud) -> None:
    ctx = Context()
    cloud.after = lambda ctx: ctx.wait(30)
    threading.Timer(0.1, ctx.cancelled.set).start()
    with pytest.raises(Cancelled):
        create(creations, cloud.kind(), ctx=ctx)


def test_what_a_failed_create_told_of_is_deleted(creations: Creations, cloud: Cloud) -> None:
    def half(ctx: Context) -> None:
        ctx.made("g-1")
        raise CallError("the second call failed")

    cloud.after = half
    with pytest.raises(CallError, match="the second call failed"):
        create(creations, cloud.kind())
    assert cloud.things == {} and creations.journal.find(URN) is None


def test_what_cannot_be_deleted_stays_known(creations: Creations, cloud: Cloud) -> None:
    def half(ctx: Context) -> None:
        ctx.made("g-1", {"name": "g-1"})
        raise CallError("the second call failed")

    def stuck(ctx: Context, id: str, last: dict[str, Any]) -> None:
        raise CallError("not allowed")

    cloud.after = half
    with pytest.raises(
        Incomplete, match="second call failed; and .* could not be deleted: not allowed"
    ) as caught:
        create(creations, replace(cloud.kind(), delete=stuck))
    assert caught.value.created.id == "g-1"


def test_creates_of_several_resources_run_side_by_side(creations: Creations, cloud: Cloud) -> None:
    assert GROUP is not None
    meeting = threading.Barrier(4, timeout=5)
    cloud.after = lambda ctx: (meeting.wait(), None)[1]

    def one(number: int) -> None:
        inputs = {"name": f"g-{number}"}
        creations.create(cloud.kind(), GROUP, f"{URN}{number}", inputs, inputs, Context())

    threads = [threading.Thread(target=one, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(cloud.things) == 4


def test_secrets_do_not_reach_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin(
        URN,
        {
            "name": "x",
            "key": Secret("hush"),
            "env": {"a": Secret("hush"), "b": "c"},
            "later": UNKNOWN,
        },
    )
    journal.made(URN, "id", {"name": "x", "value": "hush"}, {"value"}.__contains__)
    (file,) = tmp_path.glob("*.json")
    assert "hush" not in file.read_text()
    assert json.loads(file.read_text())["inputs"] == {"name": "x", "env": {"b": "c"}}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_broken_note_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"urn": ')
    assert Journal(tmp_path).find(URN) is None


def taken_back(creations: Creations, kind: Kind, *known: str) -> bool:
    return creations.take_back(kind, URN, INPUTS, known, Context())


def test_what_nobody_confirmed_is_taken_back_once(creations: Creations, cloud: Cloud) -> None:
    create(creations, cloud.kind())
    after_crash = Creations(Journal(creations.journal.folder))
    assert taken_back(after_crash, cloud.kind())
    assert cloud.things == {} and list(creations.journal.folder.glob("*.json")) == []
    assert not taken_back(after_crash, cloud.kind())


def test_what_the_engine_has_is_not_taken_back(creations: Creations, cloud: Cloud) -> None:
    create(creations, cloud.kind())
    assert not taken_back(creations, cloud.kind(), "g-1")
    assert set(cloud.things) == {"g-1"} and creations.journal.find(URN) is None


def test_a_create_waits_for_what_is_being_taken_back(creations: Creations, cloud: Cloud) -> None:
    create(creations, cloud.kind())
    asked, go_on = threading.Event(), threading.Event()

    def sure() -> bool:
        asked.set()
        return go_on.wait(10)

    def take_back() -> None:
        creations.take_back(cloud.kind(), URN, INPUTS, (), Context(), sure)

    threads = [threading.Thread(target=take_back)]
    threads[0].start()
    assert asked.wait(5)
    threads.append(threading.Thread(target=create, args=(creations, cloud.kind())))
    threads[1].start()
    time.sleep(0.1)
    go_on.set()
    for thread in threads:
        thread.join(5)
    assert cloud.calls == ["create", "read", "delete", "create"]
    assert set(cloud.things) == {"g-1"} and creations.journal.find(URN) is not None


def test_what_cannot_be_taken_back_stays_noted(creations: Creations, cloud: Cloud) -> None:
    def stuck(ctx: Context, id: str, last: dict[str, Any]) -> None:
        raise CallError("not allowed")

    create(creations, cloud.kind())
    with pytest.raises(CallError, match="not allowed"):
        taken_back(creations, replace(cloud.kind(), delete=stuck))
    assert creations.journal.find(URN) is not None


def test_the_creates_of_a_stack_are_told_the_last_one_first(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for stack, name in (("s", "a"), ("s", "b"), ("s2", "c")):
        journal.begin(f"urn:pulumi:{stack}::p::{TOKEN}::{name}", {})
        time.sleep(0.002)
    assert [entry.urn[-1] for entry in journal.of("p", "s")] == ["b", "a"]
    assert journal.of("p2", "s") == []
