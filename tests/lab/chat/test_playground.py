"""The conversation playground: tokens appear as they come, and stop when told."""

import time

from lab.chat.chat import chat
from lab.chat.controls import GOES_ON
from lab.chat.playground import ChatPlayground
from lab.chat.state import FIRST, said
from lab.chat.streaming import Streaming
from lab.prompt.state import WAITING, Reply
from tests.lab.chat.chat_views import KEY, MODEL, URL, chat_playground, turns
from tests.lab.chat.streams import END, HEAD, event, speaking, spoken, stream, usage
from tests.lab.prompt.sender import FakeSender

WHOLE = (*spoken("It pulls you down."), usage(7), END)


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
