"""Environments that nobody calls end; the one that was called last is kept a little longer."""

from types import SimpleNamespace

import pytest

from sandbox.server.functions import idle_environments as idles

NOW = 1_000_000.0


def worker(idle, **more):
    return SimpleNamespace(last_used=NOW - idle, in_use=False, **more)


@pytest.fixture
def pools(monkeypatch):
    """The emulator's environments, and those that were ended."""
    found, ended = {}, []
    monkeypatch.setattr(idles.lambda_runtime, "_workers", found)
    monkeypatch.setattr(idles.lambda_runtime, "kill_workers", ended.extend)
    monkeypatch.setattr(idles.time, "time", lambda: NOW)
    return found, ended


def test_of_two_functions_the_one_called_before_ends(pools):
    workers, ended = pools
    before, latest = worker(90), worker(80)
    workers |= {"a": [before], "b": [latest]}
    assert idles.reap(60) == 1
    assert (ended, workers) == ([before], {"a": [], "b": [latest]})


def test_the_one_called_last_ends_after_minutes(pools):
    workers, ended = pools
    latest = worker(idles.KEPT - 1)
    workers["a"] = [latest]
    assert idles.reap(60) == 0
    latest.last_used -= 2
    assert idles.reap(60) == 1
    assert ended == [latest]


def test_who_answers_and_what_is_provisioned_stays(pools):
    workers, _ = pools
    busy, kept = worker(999), worker(999, provisioned=True)
    busy.in_use = True
    workers |= {"a": [busy, worker(1)], "b": [kept]}
    assert idles.reap(60) == 0
    assert workers["b"] == [kept]
