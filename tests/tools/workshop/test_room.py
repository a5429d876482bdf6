"""The check of a room: one line that says ready, or what is missing and how to mend it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import psutil
import pytest

from lab.preflight.state import FAIL, OK, Line
from tools.environment import ROOT
from tools.workshop import room


@pytest.fixture
def fine(monkeypatch):
    """A machine on which nothing is missing."""
    monkeypatch.setattr(room, "judge", lambda facts: [Line("Python", OK, "3.12.1")])
    monkeypatch.setattr(room.shutil, "which", lambda name: "/usr/bin/firefox")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(4))


class Memory:
    """What psutil says, in GiB."""

    def __init__(self, gib):
        self.available = gib * 2**30


def looked(**environ):
    found = room.Room(machine="here")
    room.look(found, environ)
    return found


def test_nothing_is_missing_on_a_fine_machine(fine):
    found = looked()
    assert found.ready and found.notes == []
    found.seconds, found.tokens_per_second = {"start": 1.4, "first up": 6.6}, 31.7
    assert found.line() == "READY  here: start 1 s, first up 7 s, 32 tokens/s"


def test_what_is_missing_comes_with_its_fix(fine, monkeypatch):
    lines = [Line("disk", FAIL, "0.1 GiB free", "free some"), Line("Python", OK, "3.12")]
    monkeypatch.setattr(room, "judge", lambda facts: lines)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(0.5))
    found = looked()
    assert not found.ready
    assert found.line() == (
        "NOT READY  here: disk: 0.1 GiB free. Fix: free some; "
        "memory: 0.5 GiB free of 1.5. Fix: close other programs, or restart"
    )


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_is_noted_and_stands_in_nobodys_way(fine, name):
    found = looked(**{name: "http://proxy:3128"})
    assert found.ready and len(found.notes) == 1 and "_proxy is set" in found.notes[0]


def test_a_machine_without_a_known_browser_is_ready_with_a_note(fine, monkeypatch):
    monkeypatch.setattr(room.shutil, "which", lambda name: None)
    monkeypatch.setattr(room, "BROWSERS", ("no-such-browser",))
    found = looked()
    assert found.ready and found.notes == [
        "no browser of a known name: open the printed address in yours"
    ]


def test_whatever_fails_in_the_first_try_is_what_is_missing(fine, monkeypatch, tmp_path):
    def broken(room, say):
        raise RuntimeError("the engine\nhas a second line")

    stopped = []
    monkeypatch.setattr(room, "use", broken)
    monkeypatch.setattr(room.tempfile, "mkdtemp", lambda prefix, dir: str(tmp_path / "home"))
    monkeypatch.setattr("sandbox.cloud.stop", stopped.append)
    for name in ("KIT_HOME", "KIT_TARGET", "KIT_STACK"):
        monkeypatch.setenv(name, "")
    found = room.Room(machine="here")
    room.try_out(found, say=print)
    assert found.line().startswith(
        "NOT READY  here: a first try: RuntimeError: the engine. Fix: search "
    )
    assert stopped == [tmp_path / "home"] and not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("No space left. Fix: free some", "No space left. Fix: free some"),
        ("It failed.\nmore\nfix: do this", "It failed. Fix: do this"),
        ("It did not answer.\nmore", f"It did not answer. Fix: search {ROOT}/TROUBLESHOOTING.md for it"),
    ],
)  # fmt: skip
def test_an_error_that_has_a_fix_is_given_no_other(error, line):
    assert room.reason(error) == line


def test_the_first_try_is_on_the_disk_of_the_learners_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(room, "use", lambda found, say: tried.extend(tmp_path.iterdir()))
    for name, value in (("KIT_HOME", str(tmp_path / "kit")), ("KIT_TARGET", ""), ("KIT_STACK", "")):
        monkeypatch.setenv(name, value)
    tried = []
    room.try_out(room.Room(), say=print)
    assert [each.name[:5] for each in tried] == ["room-"] and list(tmp_path.iterdir()) == []


def test_this_machine_is_ready_and_nothing_is_left(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tools.workshop.room", "--json"],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "TMPDIR": str(tmp_path), "KIT_HOME": str(tmp_path / "kit")},
    )
    told = json.loads(done.stdout)
    assert done.returncode == 0 and told["ready"] and told["missing"] == [], done.stdout
    assert list(told["seconds"]) == ["start", "first up", "first answer", "64 tokens"]
    assert told["tokens_per_second"] > 0
    assert [line for line in done.stderr.splitlines() if line.endswith(" ...")] == [
        "start ...", "first up ...", "first answer ...", "64 tokens ...",
    ]  # fmt: skip
    assert os.listdir(tmp_path) == []
    for process in psutil.process_iter(["cmdline"]):
        assert str(tmp_path) not in " ".join(process.info["cmdline"] or ())
