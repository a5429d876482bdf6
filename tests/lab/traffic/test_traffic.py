"""Steady calls: lanes, counts, what is done meanwhile, with real HTTP."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lab.errors import LabError
from lab.traffic import traffic as module
from lab.traffic import view
from lab.traffic.state import MOST_LANES, NOBODY, REST, Shot, Traffic


def test_lanes_are_in_order_of_answers_and_not_endless():
    made = Traffic("POST x", 40, 2.0)
    made.begin("now")
    made.add(Shot(5, 0.1, 503))
    for number in range(20):
        made.add(Shot(number, 0.1, 200, f"i-{number}"))
    assert made.lanes[:2] == ["i-0", "i-1"]
    assert made.lanes[-2:] == [REST, NOBODY]
    assert len(made.lanes) == MOST_LANES + 1
    assert sum(len(made.of(lane)) for lane in made.lanes) == 21
    assert made.counts() == {"answered": 20, "limited": 0, "failed": 1}
    made.end("done")
    made.add(Shot(50, 0.1, 200))
    assert len(made.rows) == 21 and made.median() == 0.1


def test_the_time_axis_ends_where_the_last_thing_does_and_never_before_the_plan():
    made = Traffic("POST x", 40, 2.0)
    assert made.last_second() == 20.0  # 40 calls, two a second
    made.begin("now")
    made.add(Shot(19.5, 3.0, 200))
    assert made.last_second() == 22.5
    assert Traffic("POST x", 40, 0.0).last_second() == 0.5


def test_only_answered_calls_have_a_middle_and_only_failed_ones_a_reason():
    made = Traffic("POST x", 40, 2.0)
    made.begin("now")
    assert made.median() is None and made.reasons() == []
    for shot in (
        Shot(0, 0.2, 200, "a"),
        Shot(1, 0.4, 399, "a"),
        Shot(2, 9.0, 400, "a", "Bad Request"),
        Shot(3, 9.0, 429, "b", "Too Many Requests"),
        Shot(4, 9.0, 502),
        Shot(5, 9.0, 0, why="timed out"),
        Shot(6, 9.0, 0, why="timed out"),
    ):
        made.add(shot)
    assert made.median() == pytest.approx(0.3)
    assert (made.median("a"), made.median("b")) == (pytest.approx(0.3), None)
    assert made.counts() == {"answered": 2, "limited": 1, "failed": 4}
    assert made.reasons() == [
        ("no answer: timed out", 2),
        ("400: Bad Request", 1),
        ("502: ", 1),
    ]


@pytest.fixture
def address(monkeypatch):
    """A server that answers in turn as two instances."""

    class Answers(BaseHTTPRequestHandler):
        turns = 0

        def do_POST(self):
            Answers.turns += 1
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200 if Answers.turns != 3 else 502)
            if Answers.turns != 3:
                self.send_header("x-served-by", f"i-{Answers.turns % 2}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    monkeypatch.setattr(module.session, "serves", lambda url: False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/model"
        server.shutdown()


def test_calls_are_made_at_the_rate_and_acts_at_their_second(address):
    done = []

    def one_dies():
        done.append(1)

    seen = module.traffic(0.5, rate=20, url=address, at={0.2: one_dies})
    assert seen.counts == {"answered": 9, "limited": 0, "failed": 1}
    assert set(seen.by) == {"i-0", "i-1"} and done == [1]
    assert "one dies" in seen.text() and "1 × 502" in seen.text()


def test_what_an_act_raises_is_the_cells(address):
    def broken():
        raise KeyError("no such instance")

    with pytest.raises(KeyError):
        module.traffic(0.3, rate=10, url=address, at={0: broken})


def test_too_many_calls_are_refused():
    with pytest.raises(LabError):
        module.traffic(10_000, rate=2, url="http://127.0.0.1:1/model")


@pytest.mark.parametrize(
    ("lane", "shown"),
    [
        ("candidate/127.31.128.143:8080", "candidate/127.31.128.143:8080"),
        ("instances/stable/127.31.9.136:8080", "…/stable/127.31.9.136:8080"),
        ("a/" * 20 + "b", "…/" + "a/" * 13 + "b"),
        ("x" * 40, "…" + "x" * 28),
        ("first/" + "x" * 40, "…" + "x" * 28),
    ],
)
def test_a_name_that_is_too_long_loses_its_first_parts(lane, shown):
    assert view._name(lane) == shown
