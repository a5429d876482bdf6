"""Conversations: events, the states of a turn, and what `chat` and its playground make of them."""

import io
import json
import os
import subprocess
import sys
import time

import pytest

from lab.chat import chat as chats
from lab.chat.chat import chat
from lab.chat.controls import GOES_ON
from lab.chat.playground import ChatPlayground
from lab.chat.sse import LONGEST, Events, TooLong
from lab.chat.state import CHAT_SNIPPETS, FIRST, WRITING, ChatOptions, Turn, as_openai, said
from lab.chat.streaming import Streaming
from lab.errors import LabError, NotReady, Stopped
from lab.prompt import keys
from lab.prompt.request import Secret
from lab.prompt.state import WAITING, Reply
from tests.lab.chat.chat_views import HEADERS, KEY, MODEL, URL, chat_playground, chunk, turns
from tests.lab.chat.streams import END, HEAD, document, event, speaking, spoken, stream, usage
from tests.lab.draw.live import every
from tests.lab.prompt.sender import FakeSender
from tests.lab.prompt.server import closed_port

# Events


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


# A turn


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
    with speaking(stream(*spoken("It pulls"), *[b": wait\n\n"] * 50, pause=0.05)) as server:
        began = time.monotonic()
        with pytest.raises(Stopped):
            chat("hi", url=server.url, stream=True)
        assert time.monotonic() - began < 2
    shown = capsys.readouterr().out
    assert "✗ stopped" in shown and "It" in shown and "request id: r-1" in shown


def test_without_a_url_the_chapter_that_makes_it_is_named(monkeypatch):
    from lab.session import session

    monkeypatch.setattr(session, "outputs", dict)
    with pytest.raises(NotReady, match=r"'chat_url'") as caught:
        chat("hi")
    assert "up(10)" in caught.value.fix


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


# Snippets


@pytest.mark.parametrize("name", CHAT_SNIPPETS)
@pytest.mark.parametrize("live", [True, False], ids=["stream", "whole"])
def test_every_snippet_that_runs_here_sends_the_same_request(name, live, tmp_path):
    if name == "PowerShell":
        text = Turn(ChatOptions("m").request("http://h/", [], HEADERS)).request.as_powershell()
        assert "'Authorization' = ('Bearer ' + $env:LLM_GATEWAY_KEY)" in text
        return
    data = {"choices": [{"index": 0, "message": {"content": "It pulls.", "role": "assistant"}}]}
    reply = stream(*WHOLE) if live else document(data)
    with speaking(reply) as server:
        options = ChatOptions("m", 'it\'s "brief"', 8, 0.5, stream=live)
        request = options.request(server.url, [{"role": "user", "content": "ü $HOME"}], HEADERS)
        snippet = CHAT_SNIPPETS[name](request)
        command = ["sh", "-s"] if name == "curl" else [sys.executable, "-"]
        (tmp_path / "openai.py").write_text(OPENAI)
        env = {**os.environ, "LLM_GATEWAY_KEY": KEY, "PYTHONPATH": str(tmp_path)}
        env["PYTHONIOENCODING"] = "utf-8"
        done = subprocess.run(command, input=snippet, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert server.seen[0][1] == request.payload
    assert server.seen[0][0]["Authorization"] == f"Bearer {KEY}"
    assert "pulls" in done.stdout and KEY not in snippet


# OpenAI's library is no part of the kit: this has the calls that the snippet makes, and their names.
OPENAI = """
import json, types
import requests

def read(value):
    if isinstance(value, dict):
        return types.SimpleNamespace(**{k: read(v) for k, v in value.items()})
    return [read(v) for v in value] if isinstance(value, list) else value

class OpenAI:
    def __init__(self, *, base_url, api_key, max_retries):
        self.chat = types.SimpleNamespace(completions=self)
        self.url, self.key = base_url + "/chat/completions", api_key

    def create(self, **fields):
        answer = requests.post(self.url, json=fields, headers={"Authorization": "Bearer " + self.key})
        if not fields.get("stream"):
            return read(answer.json())
        lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
        return [read({"choices": [], **json.loads(line)}) for line in lines if line != "[DONE]"
                and json.loads(line)["choices"] and json.loads(line)["choices"][0]["delta"]]
"""


def test_the_openai_snippet_has_the_stage_as_its_base_url():
    text = as_openai(ChatOptions("m").request("https://a/v1/chat/completions", []))
    assert "base_url='https://a/v1'," in text and "api_key='none is needed'" in text


# The playground


def fake_playground():
    fake = FakeSender(head=Reply(200, HEAD, "", 0.0))
    made = ChatPlayground(
        URL, model=MODEL, start=lambda one: Streaming(one, fake), now=lambda: "now"
    )
    made.live()
    return made, fake, made._controls


def wait_for(made, check):
    end = time.monotonic() + 5
    while not check() and time.monotonic() < end:
        made.step(wait=0.05)
    assert check()


def test_tokens_appear_as_they_come_and_stay_after_stop(strict):
    made, fake, live = fake_playground()
    made.begin("hi", live.options())
    assert live.button.description == "Stop"
    fake.says.put(WAITING)
    wait_for(made, lambda: FIRST in live.status.value)
    fake.says.put(event({"content": "It <b>pulls"}))
    wait_for(made, lambda: "It &lt;b&gt;pulls" in live.status.value)
    assert "writing, ~1 tokens" in live.status.value
    live.button.click()
    assert fake.aborted and made.state()["state"] == "stopped"
    assert live.button.description == "Send" and "what came until then is kept" in made.text()
    assert made.history.last.answer == "It <b>pulls"
    fake.says.put(event({"content": " late"}))
    assert made.step(wait=0.1) is False and made.history.last.answer == "It <b>pulls"


def test_send_sends_what_the_fields_say_over_http(strict):
    with speaking(stream(*WHOLE)) as server:
        made = chat(url=server.url, key=KEY)
        made.live()
        live = made._controls
        live.system.value, live.prompt.value, live.max_tokens.value = "Be brief.", "hi", 7
        live.seed.value = "3"
        live.button.click()
        assert made.history.last.answer == "Itpullsyoudown."
        live.sent.value, live.prompt.value = GOES_ON, "and then?"
        live.button.click()
    first, second = (seen[1] for seen in server.seen)
    assert (first["max_tokens"], first["seed"], first["temperature"]) == (7, 3, 0.0)
    assert [m["content"] for m in first["messages"]] == ["Be brief.", "hi"]
    assert [m["content"] for m in second["messages"]] == [
        "Be brief.", "hi", "Itpullsyoudown.", "and then?"
    ]  # fmt: skip
    assert {seen[0]["Authorization"] for seen in server.seen} == {f"Bearer {KEY}"}


def test_what_was_not_answered_is_not_said_again():
    each = turns()
    assert (
        said((each["done"], each["refused"], each["stopped"]))
        == [
            {"role": "user", "content": "What is gravity?"},
            {"role": "assistant", "content": "It pulls. More."},
        ]
        * 2
    )


def test_its_code_form_sends_the_same_again():
    each = turns()
    form = chat_playground(each["done"]).code_form(each["done"])
    assert form == (
        "chat('What is gravity?', system='You are brief.', max_tokens=64, temperature=0.0, "
        "stream=True)"
    )


def test_the_request_is_shown_before_it_is_sent():
    made = chat_playground()
    made.live()
    live = made._controls
    live.inspect.value = "the request"
    assert "Authorization: Bearer $LLM_GATEWAY_KEY" in live.snippet.value
    live.inspect.value = "Python openai"
    live.system.value = "Be brief."
    assert "Be brief." in live.snippet.value and "client.chat.completions" in live.snippet.value


def test_a_handler_that_fails_is_shown(lenient):
    made, _, live = fake_playground()
    live.seed.value = "seven"
    live.button.click()
    assert made.state()["state"] == "failed" and "no whole number" in live.status.value


# ask and the playground of prompts use the same key


def test_a_header_value_is_a_secret():
    (secret,) = keys.bearer(KEY).values()
    assert isinstance(secret, Secret) and secret.sent == f"Bearer {KEY}"
    assert KEY not in repr(secret) + str(secret)
