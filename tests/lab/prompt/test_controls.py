"""The playground's controls: labelled, and a handler that fails shows it and is not swallowed."""

import pytest

from lab.prompt.exchange import Sending
from lab.prompt.playground import Playground
from lab.prompt.state import WAITING
from tests.lab.draw.live import (
    assert_failure_is_shown,
    assert_labelled_and_plain,
    boom,
    every,
    press,
)
from tests.lab.prompt.prompt_views import exchanges
from tests.lab.prompt.server import serving, slow


def controls(url="http://127.0.0.1:1/v1/model"):
    """A playground with its widgets."""
    made = Playground(url, start=Sending, now=lambda: "now")
    made.live()
    return made, made._controls


def test_every_control_is_labelled_and_a_plain_one():
    assert_labelled_and_plain(controls()[1].box)


def test_the_prompt_comes_first_then_its_options_then_send():
    fields = [one for one in every(controls()[1].box) if hasattr(one, "description")]
    names = [one.description for one in fields if one.description]
    assert names[:5] == ["Prompt", "Max tokens", "Temperature", "Seed", "Send"]


def test_send_sends_what_the_fields_say(strict):
    with serving() as server:
        made, live = controls(server.url)
        live.prompt.value, live.max_tokens.value = "hi there", 7
        live.temperature.value, live.seed.value = 0.5, " 3 "
        live.button.click()
    assert made.history.last.request.payload == {
        "prompt": "hi there", "max_tokens": 7, "temperature": 0.5, "seed": 3
    }  # fmt: skip
    assert "200 from the function" in made.text()
    assert made.history.last.state == "done" and live.button.description == "Send"


def test_an_example_goes_the_same_way(strict):
    with serving() as server:
        made, live = controls(server.url)
        live.chips[2].click()
    assert made.history.last.prompt == live.prompt.value == "What is 2+2?"


def test_send_turns_into_stop_while_it_runs(strict):
    with serving(slow(3)) as server:
        made, live = controls(server.url)
        made.begin("hi", live.options())
        while made._sending.take(wait=1).phase != WAITING:
            pass
        made.step()
        assert live.button.description == "Stop" and all(chip.disabled for chip in live.chips)
        assert "waiting for the model" in live.status.value
        live.button.click()
    assert made.history.last.state == "stopped" and live.button.description == "Send"
    assert not any(chip.disabled for chip in live.chips)


def test_the_request_is_shown_before_it_is_sent(strict):
    made, live = controls()
    assert live.snippet.layout.display == "none"
    live.inspect.value = "curl"
    live.prompt.value = "it's"
    assert "curl" in live.snippet.value and "it'\"'\"'s" in live.snippet.value
    live.inspect.value = "the request"
    assert live.snippet.value.startswith("POST http://127.0.0.1:1/v1/model\nContent-Type:")
    assert made.history.last is None


def test_a_seed_that_is_no_number_is_explained_and_nothing_is_sent(lenient):
    made, live = controls()
    live.seed.value = "seven"
    live.button.click()
    assert made.history.last is None
    assert "no whole number" in made.text() and "Leave it empty" in made.text()
    assert live.status.value == ""  # it is said once
    assert made.state()["state"] == "failed"


def test_below_an_error_is_no_old_result_and_what_is_older_is_quiet(lenient):
    made, live = controls()
    made.history = made.history.add(exchanges()["done"])
    live.seed.value = "seven"
    live.button.click()
    for form in (made.text(), str(made.html())):
        assert "no whole number" in form and "Before:" in form and "Answer" not in form
    assert 'kit-muted">Before: ' in made.html()


def handlers():
    """Every handler of the playground: (name, a function that makes it fail, what shows it)."""

    def send():
        made, live = controls()
        made.begin = boom
        return press(live.button), made

    def stop():
        made, live = controls()
        made.history = made.history.add(exchanges()["running"])
        made.stop = boom
        return press(live.button), made

    def chip():
        made, live = controls()
        made.begin = boom
        return press(live.chips[0]), made

    def preview():
        made, live = controls()
        live.options = boom
        return lambda: setattr(live.inspect, "value", "curl"), made

    def draw():
        made, live = controls()
        made.step = boom
        return live._again, made

    return {f.__name__: f for f in (send, stop, chip, preview, draw)}


@pytest.mark.parametrize("name", handlers())
def test_a_handler_that_fails_shows_a_panel(name, lenient):
    act, view = handlers()[name]()
    act()
    assert_failure_is_shown(view)


@pytest.mark.parametrize("name", handlers())
def test_a_handler_that_fails_is_raised_again_in_tests(name, strict):
    act, view = handlers()[name]()
    with pytest.raises(ZeroDivisionError):
        act()
    assert view.state()["state"] == "failed"
