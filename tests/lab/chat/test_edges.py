"""Events, turns and snippets of a conversation, to the letter and at each edge."""

import json

import pytest

from lab.chat.sse import LONGEST, Events, TooLong
from lab.chat.state import (
    AT_ONCE,
    CHAT_SNIPPETS,
    ChatOptions,
    Turn,
    as_openai,
    counts,
    said,
    streams,
)
from lab.prompt.request import Request, Secret
from lab.prompt.state import Exchange, Reply

URL = "https://api1.example.com/v1/chat/completions"
HI = [{"role": "user", "content": "Hi"}]
HEAD = {"Content-Type": "text/event-stream; charset=utf-8", "x-amzn-RequestId": "r1"}
REQUEST = ChatOptions("m").request(URL, HI)


def turn(**more):
    return Turn(REQUEST, state="running", **more)


def chunk(text=None, **more):
    delta = {} if text is None else {"content": text}
    return json.dumps({"choices": [{"index": 0, "delta": delta}], **more})


# Events


def test_an_event_is_its_data_lines():
    def read(text):
        return Events().feed(text.encode())

    assert read("data: a\n\n") == ["a"] and read("data:a\n\n") == ["a"]
    assert read("data:  a \n\n") == [" a "] and read("data\n\n") == [""]
    assert read("data: a:b\ndata: c\n\ndata: d\n\n") == ["a:b\nc", "d"]
    assert read("event: x\nid: 1\n: data: no\n\n") == [] and read("\n\n\n") == []
    assert read("Data: a\n\ndatum: b\n\n") == []


def test_a_line_may_end_in_three_ways_even_when_it_is_cut():
    for end in ("\n", "\r\n", "\r"):
        text = f"data: a{end}{end}data: b{end}{end}data: c\n\n"
        events = Events()
        assert [one for byte in text for one in events.feed(byte.encode())] == ["a", "b", "c"]


def test_what_is_no_utf_8_does_not_stop_the_stream():
    events = Events()
    assert events.feed(b"data: \xff\n\ndata: \xc3") == ["\ufffd"]
    assert events.feed(b"\xa9\n\n") == ["é"]


def test_an_event_has_a_million_characters_and_not_one_more():
    assert LONGEST == 1_000_000
    events = Events()
    assert events.feed(b"data: " + b"x" * LONGEST + b"\n") == []
    assert [len(one) for one in events.feed(b"\n")] == [LONGEST]
    assert events.feed(b"data: y\n\n") == ["y"], "the next one begins at nothing"
    with pytest.raises(TooLong) as told:
        events.feed(b"data: " + b"x" * (LONGEST + 1) + b"\n")
    assert str(told.value) == "An event has over 1,000,000 characters."
    events = Events()
    events.feed(b"x" * LONGEST)
    with pytest.raises(TooLong):
        events.feed(b"x")
    events = Events()
    events.feed(b"data: " + b"x" * 600_000 + b"\n")
    with pytest.raises(TooLong):
        events.feed(b"data: " + b"x" * 400_001 + b"\n")


# The request


def test_a_conversation_is_sent_with_what_is_given():
    assert Request(
        "POST", URL,
        {"model": "m", "messages": HI, "stream": True, "stream_options": {"include_usage": True}},
    ) == REQUEST  # fmt: skip
    whole = ChatOptions("m", "s", 5, 0.5, 1, ("a",), stream=False).request(URL, HI, {"A": "b"})
    assert whole == Request(
        "POST", URL,
        {"model": "m", "messages": [{"role": "system", "content": "s"}, *HI], "max_tokens": 5,
         "temperature": 0.5, "seed": 1, "stop": ["a"]},
        {"A": "b"},
    )  # fmt: skip
    assert (
        ChatOptions("m", temperature=float("inf")).request(URL, HI).payload["temperature"] == "inf"
    )


# A turn


def test_a_turn_begins_with_nothing():
    new = Turn(REQUEST)
    assert (new.answer, new.pieces, new.first, new.last, new.usage) == ("", 0, None, 0.0, {})
    assert (new.finish, new.model, new.complete, new.broken) == ("", "", False, "")
    assert (new.prompt, new.tokens, new.counted, new.streamed, new.rate) == (
        "Hi",
        0,
        False,
        False,
        None,
    )
    for payload in (None, {}, {"messages": []}, {"messages": [{}]}):
        assert Turn(Request("POST", URL, payload)).prompt == ""


def test_an_answer_grows_piece_by_piece():
    one = turn().heard(chunk("It", model="M"), 1.0)
    assert (one.answer, one.pieces, one.first, one.last, one.phase) == (
        "It",
        1,
        1.0,
        1.0,
        "writing",
    )
    two = one.heard(chunk(" is"), 2.0)
    assert (two.answer, two.pieces, two.first, two.last, two.model) == ("It is", 2, 1.0, 2.0, "M")
    end = json.dumps({"choices": [{"delta": {}, "finish_reason": "length"}],
                      "usage": {"completion_tokens": 9, "x": True}})  # fmt: skip
    three = two.heard(end, 3.0)
    assert (three.answer, three.pieces, three.last) == ("It is", 2, 2.0)
    assert (three.finish, three.usage, three.tokens) == ("length", {"completion_tokens": 9}, 9)
    later = three.heard(json.dumps({"choices": [], "usage": None}), 4.0)
    assert (later.finish, later.usage, later.model) == ("length", {"completion_tokens": 9}, "M")
    assert later.complete is False and later.heard("[DONE]", 5.0).complete is True


@pytest.mark.parametrize(
    "data", ['{"choices": 7}', '{"choices": [7]}', '{"choices": [{"delta": 7}]}', "{}",
             '{"choices": [{"delta": {"content": 7}}]}', '{"choices": [{"delta": {"content": ""}}]}',
             '{"choices": [{"finish_reason": 7}], "model": 7}'],
    ids=range(7),
)  # fmt: skip
def test_a_chunk_that_says_nothing_changes_nothing(data):
    assert turn().heard(data, 1.0) == turn()


@pytest.mark.parametrize(
    "data, broken",
    [
        ("{" + "x" * 300, "a piece of the answer is no JSON: {" + "x" * 199),
        ("[]", "a piece of the answer is no object: []"),
        ("[" + "1," * 150 + "1]", "a piece of the answer is no object: [" + ("1," * 150)[:199]),
        ('{"error": {"message": "out of memory."}}', "out of memory"),
        ('{"error": "out"}', "out"), ('{"error": {"code": 1}}', "the endpoint gave no reason"),
        ('{"error": "' + "x" * 600 + '"}', "x" * 500),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_piece_that_breaks_the_answer(data, broken):
    assert turn().heard(data, 1.0).broken == broken


def test_an_answer_that_broke_off_keeps_its_head():
    reply = Reply(200, HEAD, "data: the answer once more", 4.0)
    fix = ("What came until then is kept. The function's log says why, under the request id; ask for "
           "fewer tokens if it ran out of time.")  # fmt: skip
    over = turn(answer="It").answered(reply)
    assert (over.state, over.answer, over.fix, over.seconds) == ("failed", "It", fix, 4.0)
    assert over.problem == "The answer broke off: it ended before it said that it was over."
    assert over.reply == Reply(200, HEAD, "", 4.0)
    assert turn(complete=True, broken="why").answered(reply).problem == "The answer broke off: why."
    done = turn(complete=True, answer="It").answered(reply)
    assert (done.state, done.reply.body, done.seconds, done.problem) == ("done", "", 4.0, "")


@pytest.mark.parametrize("status, state", [(399, "failed"), (400, "done"), (429, "done")])
def test_a_refusal_is_done_with_its_body(status, state):
    over = turn().answered(Reply(status, HEAD, "because", 4.0))
    assert (over.state, over.reply.body) == (state, "because" if state == "done" else "")


def test_secrets_are_covered_in_what_grows_and_what_breaks():
    request = ChatOptions("m").request(URL, HI, {"Authorization": Secret("0123456789", "KEY")})
    begun = Turn(request, state="running")
    assert begun.heard(chunk("01234"), 1.0).heard(chunk("56789"), 1.0).answer == "$KEY"
    broken = begun.heard('{"error": "bad 0123456789"}', 1.0).answered(Reply(200, HEAD, "", 1.0))
    assert broken.problem == "The answer broke off: bad $KEY."
    opened = begun.opened(Reply(200, {**HEAD, "X": "0123456789"}, "", 0.5), 0.5)
    assert (opened.reply.headers["X"], opened.seconds) == ("$KEY", 0.5)


@pytest.mark.parametrize(
    "more, streamed, rate",
    [
        ({"pieces": 2, "first": 1.0, "last": 1.0 + AT_ONCE * 1.5}, True, 1 / (AT_ONCE * 1.5)),
        ({"pieces": 2, "first": 1.0, "last": 1.0 + AT_ONCE / 2}, False, 1.0),
        ({"pieces": 2, "first": 0.0, "last": AT_ONCE}, False, 1.0),
        ({"pieces": 1, "first": 0.0, "last": 1.0}, False, 0.5),
        ({"pieces": 2, "first": 0.0, "last": 1.0}, True, 1.0),
        ({"pieces": 2, "first": 0.0, "last": 1.0, "usage": {"completion_tokens": 1}}, True, None),
        ({"pieces": 2, "first": 0.0, "last": 1.0, "usage": {"completion_tokens": 2}}, True, 1.0),
        ({"pieces": 1, "first": 1.0, "last": 1.0, "usage": {"completion_tokens": 0}}, False, None),
        ({"pieces": 2, "first": None, "last": 1.0}, False, None),
    ],
    ids=range(9),
)  # fmt: skip
def test_what_came_at_once_was_not_streamed(more, streamed, rate):
    found = turn(seconds=2.0, **more)
    assert found.streamed is streamed
    assert found.rate == (None if rate is None else pytest.approx(rate))
    assert AT_ONCE == 0.02 and turn(pieces=1, first=1.0, seconds=0.0).rate is None


def test_a_whole_answer_is_one_piece():
    body = json.dumps({"model": "M", "usage": {"completion_tokens": 3},
                       "choices": [{"message": {"content": "It"}, "finish_reason": "stop"}]})  # fmt: skip
    reply = Reply(200, {"Content-Type": "application/json"}, body, 4.0)
    over = turn().answered(reply)
    assert (over.state, over.answer, over.pieces, over.first, over.last) == (
        "done",
        "It",
        1,
        4.0,
        4.0,
    )
    assert (over.usage, over.finish, over.model, over.seconds) == (
        {"completion_tokens": 3}, "stop", "M", 4.0
    )  # fmt: skip
    assert over.reply == reply and over.phase == ""
    for odd in ("[]", "{}", "x", '{"choices": [{"message": 7}]}', '{"choices": [{"message": {}}]}'):
        none = turn().answered(Reply(200, {}, odd, 4.0))
        assert (none.state, none.answer, none.pieces, none.first, none.last) == (
            "done",
            "",
            0,
            None,
            4.0,
        )
        assert (none.usage, none.finish, none.model) == ({}, "", "")


def test_an_answer_in_events_is_known_by_its_type():
    assert streams(Reply(200, {"content-type": "TEXT/event-stream"}, "", 1.0)) is True
    for other in (
        {},
        {"content-type": "application/json"},
        {"content-type": "x text/event-stream"},
    ):
        assert streams(Reply(200, other, "", 1.0)) is False
    assert counts({"a": 1, "b": True, "c": "1", "d": 1.5}) == {"a": 1} and counts(None) == {}


def test_a_conversation_goes_on_with_what_was_answered():
    turns = [turn(answer="a"), turn(), Exchange(REQUEST), turn(answer="b")]
    assert said(turns) == [
        {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "a"},
        {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "b"},
    ]  # fmt: skip


# Snippets


def test_openais_library_to_the_letter():
    key = {"X": "y", "Authorization": Secret("v", "KEY", "Bearer ")}
    assert as_openai(ChatOptions("m", max_tokens=5).request(URL, HI, key)) == (
        "import os\n\nfrom openai import OpenAI\n\nclient = OpenAI(\n"
        "    base_url='https://api1.example.com/v1',\n    api_key=os.environ['KEY'],\n"
        "    max_retries=0,\n)\nanswer = client.chat.completions.create(\n    model='m',\n"
        "    messages=[{'role': 'user', 'content': 'Hi'}],\n    max_tokens=5,\n"
        "    stream_options={'include_usage': True},\n    stream=True,\n)\nfor piece in answer:\n"
        "    if piece.choices:\n"
        '        print(piece.choices[0].delta.content or "", end="", flush=True)\n'
    )
    long = [{"role": "user", "content": "x" * 60}] * 2
    assert as_openai(ChatOptions("m", stream=False).request(URL, long)) == (
        "from openai import OpenAI\n\nclient = OpenAI(\n"
        "    base_url='https://api1.example.com/v1',\n    api_key='none is needed',\n"
        "    max_retries=0,\n)\nanswer = client.chat.completions.create(\n    model='m',\n"
        "    messages=[{'role': 'user',\n               'content': '" + "x" * 60 + "'},\n"
        "              {'role': 'user',\n               'content': '" + "x" * 60 + "'}],\n"
        ")\nprint(answer.choices[0].message.content)\n"
    )
    assert list(CHAT_SNIPPETS)[-1] == "Python openai"


@pytest.mark.parametrize("size", [1, 2, 10, 11, 12, 100])
def test_a_line_end_that_the_network_cuts_ends_one_line(size):
    events, raw = Events(), b"data: one\r\ndata: two\r\n\r\n"
    pieces = (raw[at : at + size] for at in range(0, len(raw), size))
    assert [one for piece in pieces for one in events.feed(piece)] == ["one\ntwo"]


def test_the_size_of_an_event_is_counted_from_nothing_each_time():
    events = Events()
    for _ in range(2):
        assert len(events.feed(b"data: " + b"x" * LONGEST + b"\n\n")) == 1
        events.feed(b"data: " + b"x" * LONGEST + b"\n")
        assert len(events.feed(b"\n")) == 1
