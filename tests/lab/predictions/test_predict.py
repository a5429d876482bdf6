"""Predictions: one a chapter, one right option each, and every option explained."""

import pytest

from lab import course
from lab.errors import LabError
from lab.marks import journal
from lab.predictions.predict import predict
from lab.predictions.questions import QUESTIONS
from lab.predictions.state import Option, Question
from lab.predictions.view import Prediction
from tests.lab.draw.live import assert_failure_is_shown, assert_labelled_and_plain, boom, press


def test_every_chapter_that_teaches_has_one_question():
    assert [q.id for q in QUESTIONS] == [str(c.number) for c in course.CHAPTERS if c.teaches]


def test_the_right_answer_is_not_always_the_same_letter():
    assert len({question.right for question in QUESTIONS}) > 1


@pytest.mark.parametrize("number", [3, "3", "03"])
def test_a_question_is_found_by_its_chapter(number):
    assert predict(number).question.id == "3"


@pytest.mark.parametrize("answer", ["b", "B", " b) Nobody"])
def test_an_answer_is_taken_as_it_was_meant(answer):
    assert predict("3", answer).answer == "b"


def test_reasons_are_told_only_once_committed():
    question = predict("1").question
    before, after = predict("1"), predict("1", answer="a")
    for option in question.options:
        assert option.why not in before.text() + str(before.state())
        assert option.why in after.text()
    assert "right" not in before.state() and after.state()["right"] == question.right


def test_the_first_decision_counts():
    made = Prediction(QUESTIONS[0])
    made.commit("b")
    made.commit("a")
    assert made.answer == "b" and "You said b; a is right." in made.text()


def learner(monkeypatch, folder):
    monkeypatch.setattr(journal, "home", lambda: folder)
    return [predict(question.id).question for question in QUESTIONS]


def test_the_order_of_options_is_a_learners_own_and_stays(monkeypatch, tmp_path):
    one, other = (learner(monkeypatch, tmp_path / name) for name in ("one", "other"))
    assert one == learner(monkeypatch, tmp_path / "one") and one != other
    assert {question.right for question in one} > {"a"}
    kept = (tmp_path / "one" / "learner").read_text()
    assert len(kept) == 16 and kept != (tmp_path / "other" / "learner").read_text()


def test_a_folder_that_cannot_be_written_has_an_order_too(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    assert learner(monkeypatch, tmp_path / "file") == learner(monkeypatch, tmp_path / "file")


def test_a_word_that_was_cut_is_an_order_too(monkeypatch, tmp_path):
    (tmp_path / "learner").write_bytes(b"")
    assert learner(monkeypatch, tmp_path) == learner(monkeypatch, tmp_path)


def test_what_is_noted_is_the_options_text_which_every_order_has(monkeypatch, tmp_path):
    question = learner(monkeypatch, tmp_path)[0]
    predict(question.id, question.right)
    (event,) = journal.read()
    assert (event["answer"], event["right"]) == (
        next(option.text for option in QUESTIONS[0].options if option.right),
        True,
    )


@pytest.mark.parametrize("answer", ["a", "b"])
def test_ones_own_choice_is_marked_beside_the_right_one(answer):
    made = Prediction(QUESTIONS[1], answer)  # b is right
    marked = [line for line in made.text().splitlines() if "your answer" in line]
    assert (
        len(marked) == 1
        and f"{answer}) " in made.text().splitlines()[made.text().splitlines().index(marked[0]) - 1]
    )
    assert str(made.html()).count("→ your answer") == 1
    assert ("✓ right, → your answer" in made.text()) == (answer == "b")


def test_an_unknown_question_or_option_names_those_that_exist():
    with pytest.raises(
        LabError,
        match="There are: "
        + ", ".join(str(one.number) for one in course.CHAPTERS if one.teaches)
        + r"\.",
    ):
        predict("27")
    for answer in ("d", "", "ab"[2:], "?"):
        with pytest.raises(LabError, match="it has a, b, c"):
            predict("1", answer)


@pytest.mark.parametrize(
    "options",
    [
        (Option("x", "y"), Option("z", "w")),
        (Option("x", "y", right=True), Option("z", "w", right=True)),
        (Option("x", "y", right=True), Option("z", "")),
        (),
    ],
)
def test_a_question_without_one_right_answer_or_with_a_reason_missing_cannot_be_made(options):
    with pytest.raises(ValueError):
        Question("1", "?", options)


# The live form


def test_its_controls_are_labelled_and_plain_ones():
    assert_labelled_and_plain(predict("1").live())


def committing(fails):
    """A prediction whose commit does this, and what presses its button."""
    made = predict("1")
    choice, button = made.live().children[1].children
    choice.value = "a"
    made.commit = fails
    return made, press(button)


def test_a_commit_that_fails_shows_a_panel(lenient):
    made, act = committing(boom)
    act()
    assert_failure_is_shown(made)


def test_a_commit_that_fails_is_raised_again_in_tests(strict):
    made, act = committing(boom)
    with pytest.raises(ZeroDivisionError):
        act()
    assert made.state()["state"] == "failed"
