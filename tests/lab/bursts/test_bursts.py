"""The rate-limit chart: what a bucket foretells, what real HTTP gives, and how both are drawn."""

import json
import threading
import time

import pytest
import requests

from lab.bursts.bucket import ANSWERED, LIMITED, Backoff, Bucket, Lane, Limit, foresee, levels
from lab.bursts.burst import burst
from lab.bursts.calling import Calling, seconds_of
from lab.bursts.state import Burst, Call
from lab.bursts.view import BurstView
from lab.errors import LabError
from lab.prompt.state import Reply
from tests.lab.bursts.burst_views import begun, made
from tests.lab.prompt.server import serving

FIVE = {"limit_rate": 5, "limit_burst": 10}
TEN = Limit(5, 10)


# The prediction


@pytest.mark.parametrize(
    "rate, size, times, passed",
    [
        (5, 10, [0] * 20, 10),  # all at once: the bucket, no more
        (5, 10, [i / 5 for i in range(50)], 50),  # as fast as it refills: all
        (5, 10, [i / 20 for i in range(30)], 17),  # four times as fast
        (1, 1, [0, 0.5, 1, 1.5, 2], 3),
        (0.1, 1, [0.1 * i for i in range(101)], 2),  # sums of fractions are not exact
        (0, 10, [0, 1], 0),  # a rate of 0 refuses all
        (5, 0, [0, 1, 9], 0),
    ],
)
def test_a_bucket_lets_pass_what_it_holds_and_what_comes_in(rate, size, times, passed):
    bucket = Bucket(Limit(rate, size))
    assert sum(bucket.take(at) for at in times) == passed


def test_a_bucket_never_holds_more_than_fits():
    bucket = Bucket(Limit(5, 3))
    assert [bucket.take(100) for _ in range(4)] == [True, True, True, False]


def test_one_lane_is_no_concern_of_the_other():
    found = foresee((Lane("blue", 40, 20.0, Limit(5, 10)), Lane("green", 8, 4.0, Limit(5, 10))))
    assert sum(one.verdict == LIMITED for one in found if one.lane == "blue") == 21
    assert all(one.verdict == ANSWERED for one in found if one.lane == "green")


def test_a_shared_limit_counts_for_both_lanes_together():
    found = foresee((Lane("blue", 5), Lane("green", 5)), shared=Limit(1, 6))
    assert sum(one.verdict == ANSWERED for one in found) == 6


def test_without_a_limit_nothing_is_foretold():
    assert foresee((Lane("calls", 5),)) == ()


def test_with_back_off_all_are_answered_in_the_end_and_none_comes_back_too_early():
    found = foresee((Lane("calls", 14, None, Limit(5, 10)),), backoff=Backoff())
    assert sum(one.verdict == ANSWERED for one in found) == 14
    assert min(one.at for one in found if one.attempt == 2) >= 1.0
    assert found == foresee((Lane("calls", 14, None, Limit(5, 10)),), backoff=Backoff())


def test_a_wait_is_at_least_what_the_answer_asks_for_and_ends():
    client = Backoff(tries=3)
    assert client.wait(1, 2.0, 0.0) == 2.0 and client.wait(1, 2.0, 0.5) == 3.0
    assert [client.wait(attempt, None, 0.0) for attempt in (1, 2)] == [0.5, 1.0]
    assert client.wait(3, 1.0, 0.0) is None
    assert client.wait(1, 40_000.0, 0.0) is None, "who is told to come tomorrow gives up"


def test_the_level_falls_with_each_call_and_rises_between():
    found = foresee((Lane("calls", 10, None, Limit(5, 10)),))
    assert levels(found, Limit(5, 10), [0, 1, 5]) == [(0, 0), (1, 5), (5, 10)]


# What was measured


def test_rows_after_the_end_do_not_count():
    one = begun(3)
    one.end("stopped")
    one.add(Call("blue", 9, 1, 0, 0, 200))
    one.end("done")
    assert (len(one.rows), one.state) == (3, "stopped")


def test_only_calls_without_any_answer_mean_that_nobody_is_there():
    one = made()
    one.begin("now")
    for number in range(5):
        assert not one.unanswered
        one.add(Call("blue", number, 1, 0, 0, 0))
    assert one.unanswered
    one.add(Call("blue", 6, 1, 0, 0, 200))
    assert not one.unanswered


@pytest.mark.parametrize(
    "header, seconds",
    [("1", 1.0), ("0.5", 0.5), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None),
     ("nan", None), ("inf", None)],
)  # fmt: skip
def test_retry_after_is_a_number_of_seconds_or_not_known(header, seconds):
    assert seconds_of(header) == seconds


class Throttle:
    """A stand-in for the gateway, with a bucket."""

    def __init__(self, headers=None, limit=TEN):
        self.bucket, self.lock, self.began = Bucket(limit), threading.Lock(), None
        self.headers = {"Retry-After": "1", "x-amzn-RequestId": "r-9", **(headers or {})}

    def __call__(self, command, body):
        with self.lock:
            now = time.monotonic()
            self.began = self.began or now
            if self.bucket.take(now - self.began):
                return 200, {"x-amzn-RequestId": "r-1"}, b"{}"
        return 429, self.headers, b'{"message": "Too Many Requests"}'


def test_measured_calls_are_as_foretold_and_usable_in_code():
    with serving(Throttle()) as server:
        calls = burst(server.url, n=30, rate=20, **FIVE)
    assert abs(calls.counts["answered"] - calls.predicted["calls"]["answered"]) <= 2
    assert calls.counts["failed"] == 0 and sum(calls.counts.values()) == 30 == len(calls.rows)
    refused = [row for row in calls.rows if row.verdict == LIMITED]
    assert {(row.status, row.retry_after, row.request_id) for row in refused} == {(429, 1.0, "r-9")}
    assert all(row.at >= (row.number - 1) / 20 for row in calls.rows), "too early"
    assert "Retry-After: 1 s on" in calls.text()
    assert calls.state()["state"] == "done"


def test_with_back_off_every_call_is_answered():
    with serving(Throttle(limit=Limit(3, 4))) as server:
        calls = burst(server.url, n=10, backoff=True, **FIVE)
    answered = {row.number for row in calls.rows if row.verdict == ANSWERED}
    assert answered == set(range(1, 11))
    first = {row.number: row for row in calls.rows if row.attempt == 1}
    again = [row for row in calls.rows if row.attempt == 2]
    assert again and all(row.at >= first[row.number].at + 1 for row in again)


def test_who_is_told_not_to_come_back_does_not():
    with serving(Throttle({"x-should-retry": "false"})) as server:
        calls = burst(server.url, n=25, backoff=True, **FIVE)
    assert {row.attempt for row in calls.rows} == {1} and calls.counts["limited"] >= 2


def test_two_lanes_send_their_own_headers_and_no_form_shows_them():
    lanes = {
        "blue": {"Authorization": "Bearer sk-secret-blue"},
        "green": {"x-api-key": "sk-green-1"},
    }

    def echo(command, body):
        return 403, {}, b'{"message": "no header: \'sk-secret-blue\' sk-green-1"}'

    with serving(echo) as server:
        calls = burst(server.url, n={"blue": 3, "green": 2}, lanes=lanes)
    sent = [(seen[2].get("Authorization"), seen[2].get("x-api-key")) for seen in server.seen]
    assert sent.count(("Bearer sk-secret-blue", None)) == 3
    assert sent.count((None, "sk-green-1")) == 2
    assert calls.by_lane["blue"]["failed"] == 3
    shown = json.dumps(calls.state()) + calls.text() + str(calls.html()) + repr(calls)
    assert "[secret]" in shown and "sk-secret" not in shown and "sk-green" not in shown


def test_keys_of_the_stack_go_to_no_other_address(monkeypatch):
    monkeypatch.setattr(
        "lab.session.session.known_outputs", lambda: {"invoke_url": "http://127.0.0.1:1/v1"}
    )
    monkeypatch.setattr("lab.bursts.burst.team_keys", lambda: {"blue": "sk-of-the-stack"})
    with serving() as server:
        burst(server.url, n=1)
        with pytest.raises(LabError, match="no team 'blue'"):
            burst(server.url, n=1, lanes="blue")
    assert [seen[2].get("Authorization") for seen in server.seen] == [None]


def test_a_burst_elsewhere_opens_no_stack_and_starts_no_sandbox(monkeypatch):
    monkeypatch.setattr("lab.session.session._session", None)
    monkeypatch.setattr(
        "lab.session.session.open_session", lambda *_: pytest.fail("a stack was opened")
    )
    with serving() as server:
        assert "its limits are not known" in burst(server.url, n=1).text()


def test_any_request_can_be_sent():
    with serving() as server:
        asked = requests.Request("POST", server.url, json={"prompt": "hi"}, headers={"X-A": "b"})
        calls = burst(asked, n=2)
    assert calls.counts["answered"] == 2
    method, _, headers, body = server.seen[0]
    assert (method, headers["X-A"], json.loads(body)) == ("POST", "b", {"prompt": "hi"})


def test_it_stops_at_the_cap_and_shows_what_it_has():
    with serving() as server:
        calls = burst(server.url, n=30, cap=7)
    assert len(calls.rows) == len(server.seen) == 7
    assert calls.burst.state == "stopped" and "cap of 7" in calls.text()


def test_when_nothing_answers_it_gives_up_early_and_says_how_to_go_on():
    calls = burst("http://127.0.0.1:1/v1/model", n=100, rate=1000, **FIVE)
    assert calls.burst.state == "failed" and len(calls.rows) < 100
    assert "Nothing answers at 127.0.0.1:1" in calls.text() and "Fix: Run up()" in calls.text()


def test_a_prediction_alone_sends_nothing_and_needs_no_stack(monkeypatch):
    monkeypatch.setattr("lab.bursts.burst.model_url", lambda: pytest.fail("a stack was asked for"))
    calls = burst(n={"blue": 40, "green": 8}, rate={"blue": 20, "green": 4}, send=False, **FIVE)
    assert calls.rows == () and calls.burst.state == "idle"
    assert calls.predicted["blue"] == {"answered": 19, "limited": 21, "failed": 0}
    assert "Nothing was sent" in calls.text() and "measured" not in calls.text()


def test_no_calls_at_all_are_done_at_once():
    with serving() as server:
        calls = burst(server.url, n=0, **FIVE)
    assert calls.burst.state == "done" and calls.rows == () and server.seen == []
    assert calls.text() and calls.html()


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"n": -1}, "n is -1"),
        ({"n": "20"}, "n is '20'"),
        ({"rate": 0}, "rate is 0"),
        ({"rate": "fast"}, "rate is 'fast'"),
        ({"cap": 0}, "cap is 0"),
        ({"limit_rate": 5}, "two numbers"),
        ({"limit_rate": -5, "limit_burst": 1}, "below 0"),
        ({"lanes": [str(i) for i in range(9)]}, "9 lanes"),
        ({"lanes": ["blue", "blue"]}, "2 lanes"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_before_anything_is_sent(wrong, message):
    with serving() as server:
        with pytest.raises(LabError, match=message) as raised:
            burst(**{"send": server.url, "lanes": {"blue": {}}, **wrong})
        assert raised.value.fix and server.seen == []


def test_stop_sends_no_more_and_does_not_wait():
    release = threading.Event()

    def slow(lane):
        release.wait(10)
        return Reply(200, {}, "", 0.1)

    one = Burst("GET x", (Lane("calls", 50),))
    one.begin("now")
    calling = Calling(one, slow)
    assert calling.step()
    calling.stop()
    release.set()
    assert one.state == "stopped" and not calling.step()


def test_a_fault_of_the_kit_is_raised_and_not_counted_as_a_refusal():
    def broken(lane):
        raise ZeroDivisionError("by design")

    one = Burst("GET x", (Lane("calls", 3),))
    one.begin("now")
    calling = Calling(one, broken)
    with pytest.raises(ZeroDivisionError):
        while calling.step(wait=1):
            pass
    assert one.state == "failed" and one.rows == []


# How it is drawn


@pytest.mark.parametrize("number", [0, 1, 200, 1000, 10_000])
def test_any_number_of_calls_is_drawn_quickly_and_small(number):
    view = BurstView(begun(n=number, lanes=("blue",), cap=20_000))
    view.html()
    began = time.process_time()
    html = view.html()
    took = time.process_time() - began
    assert len(html.encode()) < 64_000 and took < 0.05
    assert len(view.text()) < 64_000


def test_a_dot_for_each_call_as_long_as_they_can_be_told_apart():
    few, many = BurstView(begun(n=40, lanes=("blue",))), BurstView(begun(n=2000, lanes=("blue",)))
    made = few.html().count("h0") + few.html().count("l4 8h-8z")
    assert made == 39 + 40 + 19, "39 measured, 40 foretold, of which 19 circles have an inside"
    assert "a bar is 1\u00a0s" in many.html() and "l4 8h-8z" not in many.html()
