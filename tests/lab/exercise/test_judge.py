"""The four verdicts, whole; and what counts as a blank."""

import pytest

from lab.exercise.state import (
    ERROR,
    NOT_TRIED,
    NOT_YET,
    RIGHT,
    Exercise,
    NotYet,
    Verdict,
    blank,
    judge,
)


def made(grade=lambda value, outputs: "Because."):
    return Exercise("3.2", "Do it.", grade, "first", "x = 1", "the rest")


def test_a_blank_is_not_tried_and_is_told_the_task_and_the_first_step():
    exercise = made()
    assert judge(exercise, ..., {}) == Verdict(
        exercise, "not tried", "The blank (...) is still there. Do it.", "first"
    )
    assert (NOT_TRIED, NOT_YET, RIGHT, ERROR) == ("not tried", "not yet", "right", "error")


def test_what_is_right_has_the_graders_sentence_and_no_hint():
    seen = []
    exercise = made(lambda value, outputs: seen.append((value, outputs)) or "Because.")
    assert judge(exercise, 5, {"url": "u"}) == Verdict(exercise, RIGHT, "Because.", "")
    assert seen == [(5, {"url": "u"})]


def test_what_is_wrong_has_the_sentence_and_the_hint_for_it():
    def grade(value, outputs):
        raise NotYet("No.", "Try.")

    exercise = made(grade)
    assert judge(exercise, 5, {}) == Verdict(exercise, NOT_YET, "No.", "Try.")
    assert str(NotYet("No.", "Try.")) == "No."


def test_a_grader_that_fails_is_to_blame_itself():
    def grade(value, outputs):
        raise KeyError("x")

    exercise = made(grade)
    assert judge(exercise, 5, {}) == Verdict(
        exercise, ERROR, "The checker failed, not you: KeyError: 'x'",
        "Please report it with the exercise's number, 3.2, and your answer.",
    )  # fmt: skip


def test_an_exercise_belongs_to_a_chapter():
    assert made().chapter == 3
    assert Exercise("13.1", "", None, "", "", "").chapter == 13


def empty(): ...


def documented():
    """Only this."""


def returns():
    return 5


def works(value):
    return value + 1


def nested(levels, inner=...):
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    "value", [..., None, {"a": ...}, {"a": {"b": [1, ...]}}, (1, ...), {1, ...}, empty, documented,
              [None, ...], nested(20)],
    ids=range(10),
)  # fmt: skip
def test_a_blank_is_one_wherever_it_is(value):
    assert blank(value)


@pytest.mark.parametrize(
    "value", [0, "", "...", [], {}, [None], {"a": None}, returns, works, nested(22), {"...": 1}],
    ids=range(11),
)  # fmt: skip
def test_what_is_filled_in_is_no_blank(value):
    assert not blank(value)


def test_a_blank_is_looked_for_through_twenty_levels_and_one():
    assert blank(nested(21)) is True and blank(nested(22)) is False
    deep = ...
    for _ in range(21):
        deep = {"a": deep}
    assert blank(deep) is True and blank({"a": deep}) is False
