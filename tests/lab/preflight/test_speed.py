"""How fast this machine writes: measured once a day, and what follows from it."""

import ast
import json
import subprocess
import time
from pathlib import Path

import pytest

from lab.preflight import speed
from tests.lab.prompt.prompt_views import playground

LESSONS = Path(__file__).parents[3] / "lessons"
WAITS = 26  # seconds that API Gateway waits, without those in which a prompt is read
# Prompts whose answer is short, or never comes because the page cuts it off.
SHORT = {"Tell me a long story about the sea.", "Tell me all about gravity.", "Say hello."}


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


@pytest.mark.parametrize("rate, offered", [("40", 64), ("5", 64), ("2", 40), ("0.1", 8)])
def test_a_playground_offers_no_more_than_comes_before_the_gateway_gives_up(
    monkeypatch, rate, offered
):
    monkeypatch.setenv(speed.KNOWN, rate)
    view = playground()
    view.live()
    assert view._controls.max_tokens.value == offered


@pytest.mark.parametrize("path", sorted(LESSONS.glob("[0-9]*.py")), ids=lambda path: path.stem)
def test_at_five_tokens_a_second_each_answer_of_a_page_comes_in_time(path):
    """The page's own number, written in full, and the prompt read before it, in 29 seconds."""
    for call in (
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    ):
        for room in (each.value for each in call.keywords if each.arg == "max_tokens"):
            if isinstance(room, ast.Constant) and room.value > 5 * WAITS:
                said = [each.value for each in ast.walk(call) if isinstance(each, ast.Constant)]
                assert SHORT & set(said), f"line {call.lineno}: {room.value} tokens; use tokens()"


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
