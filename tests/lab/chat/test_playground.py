"""The conversation playground: tokens appear as they come, and stop when told."""

import time
from dataclasses import replace

import pytest

from lab.chat.chat import chat
from lab.chat.controls import ALONE
from lab.chat.playground import ChatPlayground
from lab.chat.state import FIRST, WRITING, said
from lab.chat.streaming import Streaming
from lab.errors import LabError
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
    assert "writing, ~1\u00a0tokens" in live.status.value
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
        assert live.prompt.value == ""  # room for the next message
        live.prompt.value = "and then?"
        live.button.click()
        live.sent.value, live.prompt.value = ALONE, "alone"
        live.button.click()
    first, second, third = (seen[1] for seen in server.seen)
    assert (first["max_tokens"], first["seed"], first["temperature"]) == (7, 3, 0.0)
    assert [m["content"] for m in first["messages"]] == ["Be brief.", "hi"]
    assert [m["content"] for m in second["messages"]] == [
        "Be brief.", "hi", "Itpullsyoudown.", "and then?"
    ]  # fmt: skip
    assert [m["content"] for m in third["messages"]] == ["Be brief.", "alone"]
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
    assert made.state()["state"] == "failed" and "no whole number" in made.text()


def test_the_whole_conversation_is_shown_oldest_first():
    each = turns()
    made = chat_playground(each["done"], each["refused"], each["stopped"])
    text, html = made.text(), str(made.html())
    assert text.index("You: What is gravity?") < text.index("Model: It pulls. More.")
    assert text.index("Model: It pulls. More.") < text.index("stopped: after")
    assert html.count('class="kit-asked"') == 2 and html.count("It pulls. More.") >= 2


def test_the_last_message_is_edited_and_a_conversation_begun_anew(strict):
    made, _, live = fake_playground()
    assert live.edit.disabled and live.clear.disabled
    each = turns()
    made.history = made.history.add(each["done"]).add(each["stopped"])
    made.draw()
    live.edit.click()
    assert live.prompt.value == each["stopped"].prompt
    assert made.history.kept == (each["done"],)
    live.clear.click()
    assert made.history.kept == () and "will be shown here" in made.text()
    assert live.edit.disabled and live.clear.disabled and made.take_back() == ""


def test_what_runs_is_neither_edited_nor_cleared():
    made, _, live = fake_playground()
    made.begin("hi", live.options())
    assert live.edit.disabled and live.clear.disabled
    for change in (made.clear, made.take_back):
        with pytest.raises(LabError, match="The prompt before is still on its way"):
            change()


def test_that_the_model_is_loaded_is_said_until_it_writes():
    live = fake_playground()[2]
    slow = replace(turns()["running"], seconds=4.0)
    (waiting,) = live.status_of(replace(slow, phase=FIRST, answer=""))
    assert "loads the model" in waiting
    assert not any("loads the model" in line for line in live.status_of(turns()["writing"]))
    assert not any("loads" in x for x in live.status_of(replace(slow, phase=WRITING)))
