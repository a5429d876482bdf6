"""Waits: when they look again, when they end, and what they raise."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.provider.core import waiting
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import Cancelled, TimedOut
from sandbox.provider.core.waiting import accepted, until


class Clock(Context):
    """A context whose waits take no time, and are noted."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []
        self.now = 0.0

    def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    found = Clock()
    monkeypatch.setattr(waiting.time, "monotonic", lambda: found.now)
    yield found


def refusal(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Do")


def test_what_is_there_at_once_is_not_waited_for(clock: Clock) -> None:
    assert until(clock, lambda: "here", 0) == "here" and clock.pauses == []


def test_pauses_grow_by_half_to_a_second(clock: Clock) -> None:
    looks = iter([None] * 12)
    assert until(clock, lambda: next(looks, "here"), 60) == "here"
    assert clock.pauses[:3] == pytest.approx([0.02, 0.03, 0.045])
    assert clock.pauses[9:] == pytest.approx([0.769, 1.0, 1.0], abs=0.001)


def test_a_wait_ends_with_its_patience_and_tells_what_it_saw_last(clock: Clock) -> None:
    assert until(clock, lambda: False, 1.0) is False
    assert 1.0 < clock.now < 2.0


def test_the_last_look_is_at_the_end_of_the_patience(clock: Clock) -> None:
    until(clock, lambda: False, 0.0)
    assert clock.pauses == [0.02]
    until(clock, lambda: False, -1.0)
    assert clock.pauses == [0.02]


def test_a_wait_ends_with_the_deployment() -> None:
    ctx = Context()
    ctx.cancelled.set()
    with pytest.raises(Cancelled):
        until(ctx, lambda: None, 60)


def test_a_wait_has_no_longer_than_the_program_gives_the_call() -> None:
    ctx = Context(timeout=1.0, started=time.monotonic() - 2)
    with pytest.raises(TimedOut):
        until(ctx, lambda: None, 60)


@pytest.mark.parametrize("early", ["NotYet", "cannot be assumed"])
def test_a_call_is_made_again_while_its_refusal_means_not_yet(clock: Clock, early: str) -> None:
    answers: list[Any] = [refusal("NotYet", "cannot be assumed now")] * 2 + [{"done": True}]
    asked: list[dict[str, Any]] = []

    def call(**request: Any) -> Any:
        asked.append(request)
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    assert accepted(clock, call, ("other", early), 8.0, Name="n") == {"done": True}
    assert asked == [{"Name": "n"}] * 3 and len(clock.pauses) == 2


def test_an_answer_that_holds_nothing_is_an_answer(clock: Clock) -> None:
    assert accepted(clock, lambda: None, ("NotYet",), 8.0) is None and clock.pauses == []


def test_a_refusal_of_another_kind_is_raised_at_once(clock: Clock) -> None:
    def call() -> None:
        raise refusal("AccessDenied")

    with pytest.raises(ClientError, match="AccessDenied"):
        accepted(clock, call, ("NotYet",), 8.0)
    assert clock.pauses == []


def test_a_refusal_that_stays_is_raised_when_patience_ends(clock: Clock) -> None:
    def call() -> None:
        raise refusal("NotYet", f"at {clock.now:.1f}")

    with pytest.raises(ClientError, match=r"at [89]\.\d"):
        accepted(clock, call, ("NotYet",), 8.0)
