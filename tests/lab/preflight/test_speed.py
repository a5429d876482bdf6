"""How fast this machine writes: measured once a day, and what follows from it."""

import json
import subprocess
import time

import pytest

from lab.preflight import speed


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KIT_HOME", str(tmp_path))
    monkeypatch.delenv(speed.KNOWN)
    return tmp_path


def note(home, rate, age=0.0):
    text = json.dumps({"tokens_per_second": rate, "at": time.time() - age})
    (home / speed.FILE).write_text(text)


def test_what_is_told_is_not_measured(monkeypatch):
    monkeypatch.setenv(speed.KNOWN, "5")
    assert speed.speed(measure=True) == 5.0


def test_it_is_measured_once_and_kept_for_a_day(home, monkeypatch):
    rates = iter((30.0, 20.0))
    monkeypatch.setattr(speed, "_measured", lambda: next(rates))
    assert speed.speed() is None
    assert [speed.speed(measure=True), speed.speed(measure=True), speed.speed()] == [30.0] * 3
    note(home, 30.0, age=speed.FRESH + 1)
    assert speed.speed() is None
    assert speed.speed(measure=True) == 20.0


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"tokens_per_second": "x", "at": 0}'])
def test_a_note_that_is_none_is_measured_again(home, text):
    (home / speed.FILE).write_text(text)
    assert speed.speed() is None


@pytest.mark.parametrize("rate, asked", [(None, 128), (40, 128), (5, 30), (0.1, 8)])
def test_a_slow_machine_is_asked_for_what_it_writes_in_six_seconds(home, rate, asked):
    if rate is not None:
        note(home, rate)
    assert speed.tokens(128) == asked
    assert speed.tokens(8) == 8


def test_a_slow_machine_is_told_how_long_it_takes():
    assert speed.warning(40.0) is None and speed.warning(None) is None
    assert speed.warning(5.0)[0] == (
        "This machine is slow: about 20 s for an answer of 100 tokens."
    )
    assert speed.told(5.2) == "writes about 5 tokens a second here" and speed.told(None) == ""


def test_a_model_that_does_not_start_is_no_speed(home, monkeypatch):
    def fails(*_, **__):
        raise subprocess.TimeoutExpired("python", 60)

    monkeypatch.setattr(speed.subprocess, "run", fails)
    assert speed.speed(measure=True) is None
    assert not (home / speed.FILE).exists()
