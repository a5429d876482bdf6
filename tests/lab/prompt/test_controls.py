"""The live forms: labelled controls, and every handler that fails shows it and is not swallowed."""

import ipywidgets
import pytest

from lab.draw.guard import Failure, guard
from lab.predictions.predict import predict
from lab.prompt.exchange import Sending
from lab.prompt.playground import Playground
from lab.prompt.state import WAITING
from tests.lab.draw.widgets import exchanges
from tests.lab.prompt.server import serving, slow

# ipywidgets gives these a real <label>; sliders, toggles and radio groups get none.
LABELLED = (ipywidgets.Text, ipywidgets.Textarea, ipywidgets.IntText, ipywidgets.FloatText,
            ipywidgets.Dropdown)  # fmt: skip


@pytest.fixture
def lenient(monkeypatch):
    monkeypatch.setenv("KIT_STRICT", "0")


@pytest.fixture
def strict(monkeypatch):
    monkeypatch.setenv("KIT_STRICT", "1")


def controls(url="http://127.0.0.1:1/v1/model"):
    """A playground with its widgets."""
    made = Playground(url, start=Sending, now=lambda: "now")
    made.live()
    return made, made._controls


def every(widget):
    """The widget and all below it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


@pytest.mark.parametrize("box", [controls()[1].box, predict("1").live()], ids=["prompt", "predict"])
def test_every_control_is_labelled_and_a_plain_one(box):
    found = list(every(box))
    fields = [one for one in found if isinstance(one, LABELLED)]
    assert fields and all(one.description for one in fields)
    assert all(one.description for one in found if isinstance(one, ipywidgets.Button))
    plain = (*LABELLED, ipywidgets.Button, ipywidgets.Box, ipywidgets.HTML, ipywidgets.Label)
    assert all(isinstance(one, plain) for one in found)


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
    assert "200 from the function" in live.status.value
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
    assert "no whole number" in live.status.value and "Leave it empty" in live.status.value
    assert made.state()["state"] == "failed"


def boom(*_, **__):
    raise ZeroDivisionError("by design")


def press(button):
    """Call what a click calls. `button.click()` would drop what that raises (it logs it)."""
    return lambda: [handler(button) for handler in button._click_handlers.callbacks]


def handlers():
    """Every handler of the live forms: (name, a function that makes it fail, what shows it)."""

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

    def commit():
        made = predict("1")
        box = made.live()
        choice, button = box.children[1].children
        choice.value = "a"
        made.commit = boom
        return press(button), made

    return {f.__name__: f for f in (send, stop, chip, preview, draw, commit)}


@pytest.mark.parametrize("name", handlers())
def test_a_handler_that_fails_shows_a_panel(name, lenient):
    act, view = handlers()[name]()
    act()
    assert view.state()["state"] == "failed"
    for form in (view.text(), str(view.html())):
        assert "failed" in form and "ZeroDivisionError: by design" in form and "Fix:" in form


@pytest.mark.parametrize("name", handlers())
def test_a_handler_that_fails_is_raised_again_in_tests(name, strict):
    act, view = handlers()[name]()
    with pytest.raises(ZeroDivisionError):
        act()
    assert view.state()["state"] == "failed"


def test_the_guard_tells_the_state_before_it_draws(lenient):
    told = []
    guarded = guard(lambda f: told.append(f.what), failed=lambda e: told.append("state"))(boom)
    assert guarded() is None
    assert told == ["state", "The kit failed: ZeroDivisionError: by design"]


def test_an_interrupt_is_no_failure(lenient):
    shown = []

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guard(shown.append)(interrupted)()
    assert not shown


def test_a_failure_says_where_it_happened():
    try:
        boom()
    except ZeroDivisionError as error:
        assert "test_controls.py" in Failure.of(error).trace
