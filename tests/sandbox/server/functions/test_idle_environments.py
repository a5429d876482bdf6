"""Environments that nobody calls end; the one that was called last is kept a little longer."""

import tempfile
from types import SimpleNamespace

import pytest

from sandbox.server.functions import idle_environments as idles
from sandbox.server.functions.worker import Environment
from tests.sandbox.server.shapes import archive

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


def test_where_many_share_a_server_one_that_starts_ends_what_is_idle(pools, monkeypatch):
    workers, ended = pools
    before, kept = worker(idles.MAKES_WAY + 1), worker(999, provisioned=True)
    compared, starts = worker(idles.MAKES_WAY - 1), worker(0)
    starts.in_use = True
    workers |= {"a": [before], "b": [kept], "c": [compared], "d": [starts]}
    monkeypatch.delenv("KIT_SEAT", raising=False)
    assert idles.make_way() == 0 and ended == []
    monkeypatch.setenv("KIT_SEAT", "1")
    assert idles.make_way() == 1
    assert ended == [before]
    assert workers == {"a": [], "b": [kept], "c": [compared], "d": [starts]}


def test_an_environment_ends_the_idle_ones_before_it_starts(pools, monkeypatch, tmp_path):
    workers, ended = pools
    name = "arn:aws:lambda:us-east-1:000000000000:function:f"
    config = {"Runtime": "python3.12", "Handler": "h.handler", "FunctionArn": name}
    starts = Environment("f", config, archive("def handler(event, context):\n    return 1\n"))
    idle, starts.in_use = worker(idles.MAKES_WAY), True
    workers |= {"a": [idle], "f": [starts]}
    monkeypatch.setenv("KIT_SEAT", "1")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    starts._spawn()
    with starts._proc as process:  # which closes its pipes, and waits
        runs = process.poll() is None
        process.kill()
    assert runs and ended == [idle] and workers["f"] == [starts]
