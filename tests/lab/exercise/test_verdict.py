"""The buttons below a verdict: a first step and the solution, shown in it when asked for."""

from lab.exercise.exercises import exercises
from lab.exercise.state import Verdict, judge
from lab.exercise.view import VerdictView
from tests.lab.draw.live import boom, press

ONE = exercises()["1.1"]


def not_yet():
    view = VerdictView(judge(ONE, 3, {}), "2026-11-29")
    view.live()
    return view, view._controls


def test_each_button_shows_its_help_below_the_verdict_once():
    view, controls = not_yet()
    assert ONE.hint not in view.text() and ONE.solution not in view.text()
    press(controls.hint)()
    press(controls.solution)()
    press(controls.hint)()
    assert view.state()["shown"] == ["hint", "solution"]
    for form in (view.text(), str(view.html())):
        assert form.count("Exercise 1.1: hint") == 1
        assert form.count("Exercise 1.1: solution") >= 1
    assert ONE.solution in view.text()
    assert view.verdict == "not yet"


def test_what_is_right_needs_no_help():
    assert not VerdictView(Verdict(ONE, "right", "Well done."), "now").helps
    assert not VerdictView(Verdict(ONE, "error", "The checker failed."), "now").helps
    assert VerdictView(judge(ONE, ..., {}), "now").helps


def test_a_handler_that_fails_says_so(monkeypatch):
    monkeypatch.delenv("KIT_RAISE", raising=False)
    view, controls = not_yet()
    monkeypatch.setattr(type(view), "reveal", boom)
    press(controls.hint)()
    assert_failure_in_both_forms(view)


def assert_failure_in_both_forms(view):
    assert view.state()["failure"]["what"].endswith("ZeroDivisionError: by design")
    for form in (view.text(), str(view.html())):
        assert "ZeroDivisionError: by design" in form and "Fix:" in form
