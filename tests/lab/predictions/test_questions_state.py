"""A question by itself: what makes it whole, and what counts as an answer."""

import pytest

from lab.predictions.state import Option, Question

RIGHT, WRONG = Option("yes", "so it is", True), Option("no", "it is not")


def question(*options):
    return Question("q1", "Is it?", options)


def test_an_option_is_wrong_unless_it_is_called_right():
    assert WRONG.right is False


@pytest.mark.parametrize("options", [(), (WRONG,), (RIGHT, RIGHT), (RIGHT, WRONG, RIGHT)])
def test_exactly_one_is_right(options):
    with pytest.raises(ValueError) as told:
        question(*options)
    assert str(told.value) == "Question q1: exactly one option is right."


@pytest.mark.parametrize("bad", [Option("", "why"), Option("text", "")])
def test_each_option_has_a_text_and_a_reason(bad):
    with pytest.raises(ValueError) as told:
        question(RIGHT, bad)
    assert str(told.value) == "Question q1: every option has a text and its reason."


def test_letters_go_with_the_options():
    assert question(RIGHT).letters == ("a",)
    assert question(WRONG, WRONG, RIGHT).letters == ("a", "b", "c")
    assert question(WRONG, WRONG, RIGHT).right == "c" and question(RIGHT, WRONG).right == "a"
    assert question(RIGHT, *[WRONG] * 7).letters == tuple("abcdefgh")


@pytest.mark.parametrize(
    "answer, letter", [("b", "b"), (" B) ", "b"), ("A", "a"), ("b because", "b")]
)
def test_an_answer_is_its_first_letter(answer, letter):
    assert question(RIGHT, WRONG).commit(answer) == letter


@pytest.mark.parametrize("answer", ["", " ", "c", "1", None, "(a)"])
def test_what_is_no_answer_is_told_with_those_there_are(answer):
    with pytest.raises(ValueError) as told:
        question(RIGHT, WRONG).commit(answer)
    assert str(told.value) == f"Question q1 has no answer {answer!r}; it has a, b."


def test_another_order_has_the_same_options_and_the_same_right_one():
    asked = question(RIGHT, *[Option(f"no {n}", "it is not") for n in range(7)])
    orders = [asked.shuffled(word) for word in "abcdefgh"]
    assert all(set(one.options) == set(asked.options) for one in orders)
    assert all(one.options[one.letters.index(one.right)] == RIGHT for one in orders)
    assert len({one.options for one in orders}) == 8 and len({one.right for one in orders}) > 2
    assert asked.shuffled("a") == orders[0] and (orders[0].id, orders[0].text) == ("q1", "Is it?")
