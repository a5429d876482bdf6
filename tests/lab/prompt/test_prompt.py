"""Prompts: the states of an exchange, who answered, and what ask and the playground make of it."""

import json
import threading

import pytest

from lab.errors import LabError, NotReady
from lab.prompt import ask
from lab.prompt.exchange import Sending
from lab.prompt.meaning import MEANINGS, meaning, no_answer, where
from lab.prompt.playground import Playground
from lab.prompt.state import CONNECTING, KEPT, READING, WAITING, Exchange, History, Options, Reply
from lab.prompt.transport import NoAnswer, Transport
from lab.session import session
from tests.lab.prompt.sender import FakeSender
from tests.lab.prompt.server import closed_port, refusal, serving, slow

URL = "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4e5/v1/model"
AWS_URL = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/v1/model"


def reply(status=200, data=None, seconds=0.5, **headers):
    """An answer; `errortype` makes it the gateway's."""
    named = {"x-amzn-RequestId": "r-1", **headers}
    return Reply(status, named, json.dumps(data if data is not None else {}), seconds)


def exchange(prompt="hi"):
    return Exchange(Options().request(URL, prompt))


def fake_playground(*words):
    """A playground whose sender will say these words."""
    fake = FakeSender(*words)
    made = Playground(URL, start=lambda one: Sending(one, fake, lambda: 0.0), now=lambda: "now")
    return made, fake


# The exchange


def test_an_exchange_goes_through_its_phases_to_done():
    running = exchange().begin("noon")
    assert (running.state, running.phase, running.when) == ("running", CONNECTING, "noon")
    waiting = running.reached(WAITING, 0.2)
    assert (waiting.phase, waiting.seconds) == (WAITING, 0.2)
    done = waiting.answered(reply(seconds=0.9))
    assert (done.state, done.phase, done.seconds, done.over) == ("done", "", 0.9, True)


@pytest.mark.parametrize(
    "end",
    [
        lambda one: one.answered(reply()),
        lambda one: one.failed("what", "fix"),
        lambda one: one.stopped(1.0),
    ],
    ids=["done", "failed", "stopped"],
)
def test_what_comes_after_an_end_is_ignored(end):
    over = end(exchange().begin(""))
    assert over.answered(reply(500)) == over
    assert over.failed("x", "y") == over
    assert over.stopped(9) == over
    assert over.reached(READING, 9) == over
    with pytest.raises(ValueError, match="a new prompt needs a new one"):
        over.begin("")


def test_a_history_keeps_the_last_twenty_and_counts_the_rest():
    history = History()
    for number in range(23):
        history = history.add(exchange(str(number)))
    assert [one.prompt for one in history.kept] == [str(n) for n in range(3, 23)]
    assert (len(history.kept), history.dropped) == (KEPT, 3)


def test_only_given_options_are_sent():
    assert Options().request(URL, "hi").payload == {"prompt": "hi"}
    assert Options(8, 0.0, 0, ("\n",)).request(URL, "hi").payload == {
        "prompt": "hi", "max_tokens": 8, "temperature": 0.0, "seed": 0, "stop": ["\n"]
    }  # fmt: skip


# The answer


def test_who_answered_is_told_by_the_headers():
    assert reply(403, **{"X-AMZN-ERRORTYPE": "ForbiddenException"}).who == "gateway"
    assert reply(400).who == "function"
    assert Reply(413, {}, "too long", 0.1).who == "front door"


@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", '"x"', "{", '{"completion": 3, "usage": [1], "finish_reason": {}}',
     '{"usage": {"prompt_tokens": "many", "completion_tokens": true}}', "[" * 100_000],
)  # fmt: skip
def test_an_answer_of_any_shape_is_read_without_an_error(body):
    answer = Reply(200, {}, body, 0.0)
    assert (answer.completion, answer.usage, answer.rate) == ("", {}, None)
    assert answer.get("finish_reason", str) is None
    assert isinstance(answer.said, str)


@pytest.mark.parametrize(
    "data, said",
    [
        ({"message": "Forbidden"}, "Forbidden"),
        ({"Message": "User: anonymous is not authorized"}, "User: anonymous is not authorized"),
        ({"error": {"type": "t", "message": "m"}}, "m"),
        ({"error": "short"}, "short"),
    ],
)
def test_the_reason_of_a_refusal_is_found_in_each_shape(data, said):
    assert reply(403, data).said == said


def test_tokens_a_second_are_counted_over_the_whole_time():
    assert reply(200, {"usage": {"completion_tokens": 20}}, seconds=0.5).rate == 40


@pytest.mark.parametrize("row", MEANINGS, ids=lambda row: f"{row.status}-{row.sign}")
def test_every_meaning_is_reached_by_an_answer(row):
    headers = {"x-amzn-ErrorType": "x"} if row.who == "gateway" else {}
    answer = reply(row.status, {"message": row.sign or "no"}, **headers)
    if row.who == "":
        answer = Reply(row.status, {}, "no", 0.1)
    assert meaning(answer) == row


def test_an_answer_needs_no_meaning_when_it_is_fine_or_says_why_itself():
    assert meaning(reply(200)) is None
    assert meaning(reply(418, {"message": "I am a teapot"})) is None
    assert meaning(Reply(418, {}, "", 0.1)).text == "The request was refused, without a reason."


@pytest.mark.parametrize(
    "url, name",
    [(URL, "sandbox on this machine"), (AWS_URL, "AWS eu-central-1"), ("https://a.b/c", "a.b"),
     ("bogus", "nowhere")],
)  # fmt: skip
def test_where_a_url_leads_is_said_in_words(url, name):
    assert where(url) == name


@pytest.mark.parametrize("kind", ["refused", "name", "timeout", "other"])
@pytest.mark.parametrize("url", [URL, AWS_URL])
def test_no_answer_says_what_happened_where_and_the_fix(kind, url):
    what, fix = no_answer(kind, url, "detail", 35)
    host = url.split("/")[2]
    assert host in what and fix.endswith((".", "start"))


# The transport, over real HTTP


def test_a_request_is_sent_and_its_phases_are_told():
    phases = []
    with serving() as server:
        answer = Transport().send(Options().request(server.url, "ü"), phases.append)
    assert answer.completion == "You said: ü" and answer.who == "function"
    assert phases == [WAITING, READING]


def no_answer_of(url, limit=5.0):
    with pytest.raises(NoAnswer) as caught:
        Transport(limit).send(Options().request(url, "hi"))
    return caught.value.kind


def test_what_does_not_answer_is_told_apart():
    assert no_answer_of(f"http://127.0.0.1:{closed_port()}/v1/model") == "refused"
    assert no_answer_of("http://no-such-api.invalid/v1/model") == "name"
    assert no_answer_of("no address at all") == "other"
    with serving(slow(1.0)) as server:
        assert no_answer_of(server.url, limit=0.1) == "timeout"


def test_a_proxy_does_not_stand_between_this_machine_and_itself(monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    with serving() as server:
        assert Transport().send(Options().request(server.url, "hi")).status == 200


def test_stop_ends_the_waiting_and_closes_the_connection():
    with serving(slow(3.0)) as server:
        sending = Sending(Exchange(Options().request(server.url, "hi")).begin(""))
        while sending.exchange.phase != WAITING:
            sending.take(wait=1.0)
        assert sending.stop().state == "stopped"
        workers = [one for one in threading.enumerate() if one.name == "prompt"]
        for worker in workers:  # on a quick machine it has ended already
            worker.join(1.0)
        assert not any(map(threading.Thread.is_alive, workers)), "it still waits for the function"
        assert sending.take().state == "stopped"


def test_what_a_sender_raises_by_fault_is_raised_where_it_is_drawn():
    made, _ = fake_playground(ZeroDivisionError("by design"))
    with pytest.raises(ZeroDivisionError):
        made.send("hi")
    assert made.state()["state"] == "failed"


# ask


def test_ask_gives_the_answer_and_its_numbers():
    with serving() as server:
        answer = ask.ask("What is gravity?", max_tokens=8, url=server.url)
    assert answer.completion == "You said: What is gravity?"
    assert (answer.status, answer.who, answer.finish_reason) == (200, "function", "stop")
    assert answer.usage == {"prompt_tokens": 20, "completion_tokens": 10}
    assert answer.request.payload == {"prompt": "What is gravity?", "max_tokens": 8}
    assert answer.request_id == "r-1" and 0 < answer.seconds < 5


def test_a_refusal_is_an_answer_and_says_who_refused_and_why():
    reply = refusal(403, "Missing Authentication Token", "MissingAuthenticationTokenException")
    with serving(reply) as server:
        answer = ask.ask("hi", url=server.url)
    assert (answer.status, answer.who, answer.completion) == (403, "gateway", "")
    assert "no such path or method" in answer.text() and "up(6)" in answer.text()


def test_ask_raises_with_the_fix_when_the_sandbox_is_down():
    with pytest.raises(LabError) as caught:
        ask.ask("hi", url=f"http://127.0.0.1:{closed_port()}/v1/model")
    assert "the sandbox is not running" in caught.value.message and "up()" in caught.value.fix


def test_without_a_url_the_chapter_that_makes_it_is_named(monkeypatch):
    monkeypatch.setattr(session, "outputs", lambda: {"api_role_arn": "x"})
    with pytest.raises(NotReady, match=r"'model_url'") as caught:
        ask.model_url()
    assert "up(6)" in caught.value.fix and "chapter 06" in caught.value.fix
    monkeypatch.setattr(session, "outputs", lambda: {"model_url": URL})
    assert ask.model_url() == URL


# The playground without widgets


def test_a_playground_sends_and_keeps_what_came():
    with serving() as server:
        made = Playground(server.url, start=Sending, now=lambda: "now")
        assert made.state()["state"] == "idle"
        assert made.send("one").reply.completion == "You said: one"
        assert made.send("two", max_tokens=3).request.payload["max_tokens"] == 3
    assert made.state()["state"] == "done"
    assert [one["completion"] for one in made.state()["exchanges"]] == [
        "You said: one", "You said: two"
    ]  # fmt: skip
    assert json.loads(json.dumps(made.state())) == made.state()


def test_a_second_prompt_waits_for_the_first():
    made, fake = fake_playground(WAITING)
    made.begin("one", Options())
    with pytest.raises(LabError, match="still on its way"):
        made.begin("two", Options())
    fake.says.put(reply())
    while made.step(wait=5):
        pass
    assert len(made.history.kept) == 1 and made.history.last.state == "done"


def test_stop_keeps_the_prompt_and_a_late_answer_changes_nothing():
    made, fake = fake_playground(WAITING)
    made.begin("one", Options())
    made.stop()
    assert fake.aborted and made.state()["state"] == "stopped"
    assert made.step(wait=0.1) is False
    assert made.history.last.prompt == "one"


def test_an_interrupt_stops_the_waiting():
    made, fake = fake_playground(WAITING)
    step, made.step = made.step, lambda wait: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        made.send("hi")
    made.step = step
    assert fake.aborted and made.state()["state"] == "stopped"
