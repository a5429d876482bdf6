"""One prompt, two settings: which is asked when, what is read from a field, and what is shown."""

from types import SimpleNamespace

import pytest

from lab.compare.compare import compare
from lab.compare.state import Column, Pair, read, said
from lab.errors import LabError
from tests.lab.compare.compare_views import COLD, WARM, comparison
from tests.lab.draw.live import assert_failure_is_shown, assert_labelled_and_plain, press
from tests.lab.prompt.prompt_views import exchanges, reply


class Sent:
    """What is on its way: over at the second look, or at a stop."""

    def __init__(self, log, exchange):
        self.exchange, self._log = exchange, log
        log.append(exchange.request.payload)

    def take(self, wait=0.0):
        self.exchange = self.exchange.answered(reply())
        return self.exchange

    def stop(self):
        self.exchange = self.exchange.stopped(0.1)
        return self.exchange


def asked(prompt="Hi"):
    log = []
    return comparison(prompt, start=lambda exchange: Sent(log, exchange)), log


def test_both_are_asked_one_after_the_other():
    made, log = asked()
    made.begin("Why?", COLD, WARM)
    assert (made.running, len(log), made.pair.state) == (True, 1, "running")
    assert made.step() and len(log) == 2
    assert not made.step()
    assert log == [{"prompt": "Why?", **COLD}, {"prompt": "Why?", **WARM}]
    assert (made.pair.state, made.settled) == ("done", True)
    assert made.code_form() == f"compare('Why?', {COLD!r}, {WARM!r})"


def test_after_a_stop_the_second_is_not_sent():
    made, log = asked()
    made.begin("Why?", COLD, WARM)
    made.stop()
    assert not made.step() and len(log) == 1 and made.pair.state == "stopped"


def test_two_more_have_to_wait():
    made, _ = asked()
    made.begin("Why?", COLD, WARM)
    with pytest.raises(LabError, match="still on its way"):
        made.begin("Why?", COLD, WARM)


def test_an_interrupt_stops_the_waiting():
    made, log = asked()
    made.step = lambda wait: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        made.send()
    assert len(log) == 1 and made.pair.state == "stopped"


@pytest.mark.parametrize(
    "text, setting",
    [
        ("", {}),
        ("temperature=0", {"temperature": 0.0}),
        (" max_tokens = 16 , seed=-7,", {"max_tokens": 16, "seed": -7}),
    ],
)
def test_a_setting_is_read_as_it_is_written(text, setting):
    assert read(text) == setting


@pytest.mark.parametrize(
    "text, why",
    [
        ("heat=1", "'heat=1' is no setting: there are max_tokens, temperature, seed"),
        ("temperature", "'temperature' is no setting"),
        ("max_tokens=many", "max_tokens is a whole number, not 'many'"),
        ("temperature=hot", "temperature is a number, not 'hot'"),
    ],
)
def test_what_is_no_setting_is_told(text, why):
    with pytest.raises(ValueError, match=why):
        read(text)


def test_a_setting_is_said_as_code():
    assert (said(COLD), said({})) == ("temperature=0, max_tokens=16", "as it is")


@pytest.mark.parametrize(
    "states, state",
    [
        ((None, None), "idle"),
        (("running", None), "running"),
        (("done", None), "running"),
        (("done", "done"), "done"),
        (("failed", "done"), "failed"),
        (("done", "stopped"), "stopped"),
    ],
)
def test_the_state_of_two_is_the_worse(states, state):
    each = {**exchanges(), None: None}
    assert Pair("x", tuple(Column({}, each[one]) for one in states)).state == state


def test_what_it_costs_is_known_where_something_was_written():
    each = exchanges()
    cost = Column(COLD, each["done"]).dollars
    assert cost == pytest.approx(0.8 * 1.728 * 0.0000166667 + 0.0000002 + 0.0000035)
    assert Column(COLD, each["refused"]).dollars is None is Column(COLD).dollars


def test_a_name_that_is_none_is_refused_before_anything_is_sent():
    with pytest.raises(LabError, match="'heat' is no setting of a prompt"):
        compare("Hi", {}, {"heat": 1})


# The live form


def test_its_controls_are_labelled_and_plain_ones():
    assert_labelled_and_plain(asked()[0].live())


def test_what_the_fields_say_is_asked():
    made, log = asked()
    made.live()
    controls = made._controls
    controls.settings[1].value = "temperature=1.5"
    press(controls.button)()
    assert log == [
        {"prompt": "Hi", "temperature": 0.0, "max_tokens": 16},
        {"prompt": "Hi", "temperature": 1.5},
    ]
    assert (controls.button.description, controls.status.value) == ("Send", "")


def test_a_setting_that_is_none_is_shown_as_a_failure(lenient):
    made, log = asked()
    made.live()
    made._controls.settings[0].value = "heat=1"
    press(made._controls.button)()
    assert not log and "'heat=1' is no setting" in made.text()


def test_a_send_that_fails_is_shown(lenient):
    def boom(_):
        raise ZeroDivisionError("by design")

    made = comparison("Hi", start=boom)
    made.live()
    press(made._controls.button)()
    assert_failure_is_shown(made)


@pytest.mark.parametrize(
    ("states", "state"),
    [
        (("idle", "idle"), "idle"),
        (("running", "idle"), "running"),
        (("done", "idle"), "running"),  # the second has yet to be asked
        (("done", "running"), "running"),
        (("done", "done"), "done"),
        (("done", "stopped"), "stopped"),
        (("stopped", "idle"), "stopped"),
        (("failed", "stopped"), "failed"),
        (("stopped", "failed"), "failed"),
    ],
)
def test_a_pair_is_as_far_as_the_one_that_is_behind_or_as_bad_as_the_worse(states, state):
    made = [SimpleNamespace(exchange=SimpleNamespace(state=one)) for one in states]
    assert Pair("Why?", tuple(made)).state == state
