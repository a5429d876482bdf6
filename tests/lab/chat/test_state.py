"""A turn of a conversation: its options, its states, and what has come of its answer."""

import json

import pytest

from lab.chat.state import WRITING, ChatOptions
from lab.prompt.state import Reply
from tests.lab.chat.chat_views import URL, chunk, turns
from tests.lab.chat.streams import HEAD


def test_only_what_is_given_is_sent():
    messages = [{"role": "user", "content": "hi"}]
    assert ChatOptions("m", stream=False).request(URL, messages).payload == {
        "model": "m", "messages": messages
    }  # fmt: skip
    whole = ChatOptions("m", "Be brief.", 8, float("nan"), 0, ("\n",)).request(URL, messages)
    assert whole.payload == {
        "model": "m", "messages": [{"role": "system", "content": "Be brief."}, *messages],
        "max_tokens": 8, "temperature": "nan", "seed": 0, "stop": ["\n"],
        "stream": True, "stream_options": {"include_usage": True},
    }  # fmt: skip


def test_tokens_are_an_estimate_until_the_endpoint_has_counted():
    writing, done = turns()["writing"], turns()["done"]
    assert (writing.tokens, writing.counted, writing.phase) == (2, False, WRITING)
    assert (done.tokens, done.counted, done.first) == (13, True, 0.21)
    assert done.rate == pytest.approx(12 / 0.6)


def test_what_comes_at_once_was_not_streamed_and_its_rate_counts_the_whole_time():
    turn = turns()["running"]
    for piece in ("a", "b", "c"):
        turn = turn.heard(chunk(piece), 2.0)
    turn = turn.heard("[DONE]", 2.0).answered(Reply(200, HEAD, "", 2.0))
    assert turn.state == "done" and not turn.streamed and turn.rate == 1.5


@pytest.mark.parametrize("end", ["stopped", "failed", "done", "broken"])
def test_what_comes_after_an_end_is_ignored(end):
    over = turns()[end]
    assert over.heard(chunk("late"), 9) == over
    assert over.opened(Reply(500, {}, "", 9), 9) == over
    assert over.answered(Reply(500, {}, "", 9)) == over


@pytest.mark.parametrize("end", ["stopped", "broken"])
def test_what_had_come_is_kept_with_its_request_id(end):
    over = turns()[end]
    assert over.answer == "It pulls. More." and over.reply.request_id == "c6af9ac6-7b61-11e6"


@pytest.mark.parametrize(
    "data", ["", "{", "3", "[]", "[" * 100_000, '{"error": {"message": "out of memory"}}',
             '{"error": "out of memory"}'],
)  # fmt: skip
def test_a_piece_that_is_none_breaks_the_answer_and_is_told(data):
    turn = (
        turns()["writing"].heard(data, 1.0).heard("[DONE]", 1.0).answered(Reply(200, HEAD, "", 1))
    )
    assert turn.state == "failed" and turn.problem.startswith("The answer broke off: ")
    assert "out of memory" in turn.problem or "a piece of the answer is no" in turn.problem


@pytest.mark.parametrize(
    "data",
    ['{}', '{"choices": 3}', '{"choices": [3]}', '{"choices": [{"delta": 3}]}',
     '{"choices": [{"delta": {"content": 3}}]}', '{"usage": [1]}', '{"usage": {"a": true}}',
     '{"choices": [{"finish_reason": {}}], "model": 7}'],
)  # fmt: skip
def test_a_piece_of_another_shape_adds_nothing(data):
    before = turns()["running"]
    assert before.heard(data, 1.0) == before


def test_a_whole_answer_is_read_as_well():
    data = {
        "choices": [{"message": {"content": "It pulls."}, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4},
        "model": "m",
    }
    turn = turns()["running"].answered(Reply(200, {}, json.dumps(data), 2.0))
    assert (turn.answer, turn.finish, turn.model, turn.rate) == ("It pulls.", "length", "m", 2.0)


@pytest.mark.parametrize("body", ["", "[]", "null", '{"choices": [{"message": "x"}]}'])
def test_a_whole_answer_of_any_shape_is_no_error(body):
    assert turns()["running"].answered(Reply(200, {}, body, 1.0)).answer == ""
