"""Server-sent events: cut wherever the network likes, and put together again."""

import pytest

from lab.chat.sse import LONGEST, Events, TooLong

STREAM = 'data: {"a": "é"}\r\n\r\n: a comment\nid: 7\ndata: one\ndata:two\n\ndata: \r\rdata: x\n\n'
EVENTS = ['{"a": "é"}', "one\ntwo", "", "x"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_the_same_wherever_the_network_cuts_them(size):
    events, raw = Events(), STREAM.encode()
    found = [data for at in range(0, len(raw), size) for data in events.feed(raw[at : at + size])]
    assert found == EVENTS


def test_an_event_that_is_not_over_is_not_told():
    events = Events()
    assert events.feed(b"data: one\n") == []
    assert events.feed(b"\n") == ["one"]


@pytest.mark.parametrize(
    "line", [b"x" * 1000, b"data: " + b"x" * 1000 + b"\n"], ids=["line", "data"]
)
def test_an_event_without_an_end_is_given_up(line):
    events = Events()
    with pytest.raises(TooLong, match="over 1,000,000 characters"):
        for _ in range(LONGEST // 1000 + 2):
            events.feed(line)
