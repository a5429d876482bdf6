"""`chat`: what it sends, what it makes of answers and streams, and whose key goes along."""

import io
import json
import sys
import time

import pytest

from lab.chat import chat as chats
from lab.chat.chat import chat
from lab.chat.state import CHAT_SNIPPETS, ChatOptions, Turn
from lab.errors import LabError, NotReady, Stopped
from lab.prompt import keys
from lab.prompt.request import Secret
from tests.lab.chat.chat_views import HEADERS, KEY, MODEL, URL, chat_playground, chunk, turns
from tests.lab.chat.streams import END, document, speaking, spoken, stream, usage
from tests.lab.draw.live import every
from tests.lab.prompt.server import closed_port

# chat, over real HTTP

WHOLE = (*spoken("It pulls you down."), usage(7), END)


@pytest.fixture(params=[True, False], ids=["stream", "whole"])
def streams(request):
    return request.param


def test_chat_sends_and_gives_the_answer_with_its_numbers(capsys):
    with speaking(stream(*WHOLE, pause=0.02)) as server:
        answer = chat("What is gravity?", system="Be brief.", max_tokens=8, url=server.url,
                      stream=True)  # fmt: skip
    assert server.seen[0][1]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is gravity?"},
    ]
    assert server.seen[0][1]["model"] == "SmolLM2-135M-Instruct"
    assert answer.completion == "Itpullsyoudown." and answer.usage["completion_tokens"] == 7
    assert (answer.status, answer.who, answer.finish_reason) == (200, "function", "stop")
    assert 0 < answer.first_token < answer.seconds and answer.rate > 0
    assert answer.request_id == "r-1"
    shown = capsys.readouterr().out
    assert shown.startswith("Itpullsyoudown.\n✓ done: 200 from the function")
    assert "time to the first token" in shown and shown.count("Itpullsyoudown.") == 1


def test_tokens_are_printed_as_they_come(monkeypatch):
    with speaking(stream(*WHOLE, pause=0.25)) as server:
        out, times = io.StringIO(), []
        monkeypatch.setattr(
            out, "write", lambda text, w=out.write: times.append(time.monotonic()) or w(text)
        )
        monkeypatch.setattr(sys, "stdout", out)
        chat("hi", url=server.url, stream=True)
    assert times[-1] - times[0] > 0.5, "all was printed at the end"


def test_a_conversation_is_sent_as_it_is():
    told = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
            {"role": "user", "content": "c"}]  # fmt: skip
    data = {"choices": [{"message": {"content": "d"}}]}
    with speaking(document(data)) as server:
        answer = chat(told, url=server.url)
    assert server.seen[0][1] == {"model": "SmolLM2-135M-Instruct", "messages": told}
    assert answer.completion == "d" and "Before it: 2 messages" in answer.text()


def test_a_refusal_says_who_refused(streams, capsys):
    refusal = document({"error": {"message": "Too Many Requests", "code": "rate_limit_exceeded"}},
                       429, **{"x-amzn-ErrorType": "TooManyRequestsException"})  # fmt: skip
    with speaking(refusal) as server:
        answer = chat("hi", url=server.url, stream=streams)
    assert (answer.status, answer.who, answer.completion) == (429, "gateway", "")
    assert "429 from the gateway" in answer.text() and "Wait a moment" in answer.text()
    assert ("429 from the gateway" in capsys.readouterr().out) == streams


def test_an_answer_that_breaks_off_is_told_and_what_came_is_shown(capsys):
    with (
        speaking(stream(*spoken("It pulls"), whole=False)) as server,
        pytest.raises(LabError, match="failed|broke off"),
    ):
        chat("hi", url=server.url, stream=True)
    assert "Itpulls" in capsys.readouterr().out


def test_a_stream_that_ends_early_is_no_answer():
    with speaking(stream(*spoken("It pulls"))) as server, pytest.raises(LabError) as caught:
        chat("hi", url=server.url, stream=True)
    assert "ended before it said that it was over" in caught.value.message


def test_a_stream_of_one_endless_event_is_given_up():
    endless = stream(*[b"data: " + b"x" * 60_000] * 20)
    with speaking(endless) as server, pytest.raises(LabError, match="over 1,000,000 characters"):
        chat("hi", url=server.url, stream=True)


def test_nothing_that_answers_is_told_as_by_ask(streams):
    with pytest.raises(LabError, match="the sandbox is not running"):
        chat("hi", url=f"http://127.0.0.1:{closed_port()}/v1/chat/completions", stream=streams)


def test_an_interrupt_stops_and_keeps_what_came(monkeypatch, capsys):
    take = chats._take

    def interrupted(sending):
        turn = take(sending)
        if turn.answer:
            raise KeyboardInterrupt
        return turn

    monkeypatch.setattr(chats, "_take", interrupted)
    with speaking(stream(*spoken("It pulls"), *[b": wait\n\n"] * 200, pause=0.05)) as server:
        began = time.monotonic()
        with pytest.raises(Stopped):
            chat("hi", url=server.url, stream=True)
        assert time.monotonic() - began < 6
    shown = capsys.readouterr().out
    assert "✗ stopped" in shown and "It" in shown and "request id: r-1" in shown


def test_without_a_url_the_chapter_that_makes_it_is_named(monkeypatch):
    from lab.session import session

    monkeypatch.setattr(session, "outputs", dict)
    with pytest.raises(NotReady, match=r"'chat_url'") as caught:
        chat("hi")
    assert "up(18)" in caught.value.fix


# The key


def test_the_key_is_sent_and_is_in_no_form():
    echo = document({"error": {"message": f"'Bearer {KEY}' is no key"}}, 401, **{"x-echo": KEY})
    with speaking(echo) as server:
        answer = chat("hi", url=server.url, key=KEY)
    assert server.seen[0][0]["Authorization"] == f"Bearer {KEY}"
    forms = [answer.text(), str(answer.html()), json.dumps(answer.state()), repr(answer.request)]
    forms += [snippet(answer.request) for snippet in CHAT_SNIPPETS.values()]
    assert not [form for form in forms if KEY in form]
    assert "'Bearer $LLM_GATEWAY_KEY' is no key" in answer.text()
    assert answer.headers["x-echo"] == "$LLM_GATEWAY_KEY"


def test_a_key_that_the_model_says_is_covered_though_it_comes_in_pieces():
    turn = Turn(ChatOptions(MODEL).request(URL, [], HEADERS)).begin("")
    for at, piece in enumerate((KEY[:9], KEY[9:30], KEY[30:])):
        turn = turn.heard(chunk(piece), at)
    assert turn.answer == "$LLM_GATEWAY_KEY"


def test_no_widget_holds_the_key():
    made = chat_playground(turns()["done"])
    made.live()
    for kind in made._controls.inspect.options:
        made._controls.inspect.value = kind
        for widget in every(made._controls.box):
            assert KEY not in repr(widget.get_state())


def test_a_header_value_is_a_secret():
    (secret,) = keys.bearer(KEY).values()
    assert isinstance(secret, Secret) and secret.sent == f"Bearer {KEY}"
    assert KEY not in repr(secret) + str(secret)
