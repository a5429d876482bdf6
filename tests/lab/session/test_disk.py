"""A disk that is full: looked at before an operation, noticed during one, mended after it."""

import collections
import shlex
import sys
import time

import pytest

from lab.errors import NotReady
from lab.session import disk, session
from lab.session.mending import checkpoint
from tests.lab.session.stacks import NAMES, deployed

Usage = collections.namedtuple("Usage", "total used free")


@pytest.mark.parametrize("operation", [session.up, session.plan, session.destroy])
def test_an_operation_does_not_begin_on_a_disk_that_is_nearly_full(opened, monkeypatch, operation):
    session.up(1)
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(0, 0, 5 * 2**20))
    with pytest.raises(NotReady, match="No space left: 5 MB are free at") as raised:
        operation()
    assert "set KIT_HOME to a folder elsewhere" in raised.value.fix
    assert deployed(opened.stack) == ["languageModelApiRole"]


def limited(command, folder):
    """The engine, which can write no file above 16 kB: the state of six chapters is larger."""
    wrapper = folder / "pulumi"
    wrapper.write_text(
        f"#!/bin/sh\ntrap '' XFSZ\nulimit -f 32\nexec {shlex.quote(command)} \"$@\"\n"
    )
    wrapper.chmod(0o755)
    return str(wrapper)


@pytest.mark.skipif(sys.platform == "win32", reason="Linux and macOS only: ulimit")
def test_an_engine_that_cannot_save_is_stopped_within_ten_seconds_and_the_next_up_goes_on(
    opened, tmp_path, monkeypatch, capsys
):
    session.up(1)
    engine = opened.stack.command
    with monkeypatch.context() as full:
        full.setattr(engine, "command", limited(engine.command, tmp_path))
        began = time.monotonic()
        with pytest.raises(NotReady, match="The disk is full: the engine could not save"):
            session.up(6)
        assert time.monotonic() - began < 12  # two seconds until it saves, ten until it is told
    assert checkpoint(opened.stack.state_file) is None  # half of one
    assert session.up(6).changes["create"] >= NAMES[6] - NAMES[2]
    assert len(deployed(opened.stack)) == NAMES[6]
    assert "it was put right with the one of" in capsys.readouterr().out


def test_a_disk_that_fills_up_is_noticed_before_the_engine_says_so(tmp_path, monkeypatch):
    watch = disk.Watch(tmp_path / "course.json")
    assert not watch.full()
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(0, 0, 0))
    assert not watch.full()  # not looked at more often than once a second
    watch.seen -= disk.LOOK
    assert watch.full()
    assert str(tmp_path) in watch.error().message


def test_a_state_that_is_being_written_is_no_full_disk(tmp_path, monkeypatch):
    state, clock = tmp_path / "course.json", iter(range(100, 200))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    watch = disk.Watch(state)
    for text in ("{}", "{", "{", "{}", "{", "{}"):
        state.write_text(text)
        assert not watch.full()
    state.write_text("{")
    assert [watch.full() for _ in range(3)] == [False, False, True]
