"""`make bench`: its arithmetic, its caller, and that its parts run."""

import argparse
import http.server
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from benchmarks import client, gateways, redeploying, scale
from benchmarks.__main__ import PARTS, wanted
from benchmarks.report import Report, late

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def line(capsys):
    """What a report prints of one figure, blanks made single."""

    def call(name, *args, **kwargs):
        report = Report()
        getattr(report, name)("thing", *args, **kwargs)
        return " ".join(capsys.readouterr().out.split()), report.missed

    return call


def test_a_ratio_is_that_of_the_medians(line):
    text, missed = line("ratio", [3.0, 100.0, 2.0], [1.0, 2.0, 50.0], 1.5)
    assert text == "thing 1.50 times target: at most 1.5, reached"
    assert missed == []


def test_a_target_missed_is_said_and_counted(line):
    text, missed = line("ratio", [3.1], [2.0], 1.5)
    assert text.endswith("target: at most 1.5, MISSED")
    assert missed == ["thing"]
    assert line("number", 0.94, "", at_least=0.95)[1] == ["thing"]
    assert line("number", 1, "", at_most=0)[1] == ["thing"]
    assert line("number", 0, "", at_most=0)[1] == []


def test_traffic_shows_median_p95_and_rate(line):
    text, _ = line("traffic", [number / 1000 for number in range(1, 101)], 1234.4)
    assert text == "thing 50.5 ms 1234 requests/s (p95 96.0 ms, 100 calls)"


def test_a_late_target_has_a_line_of_its_own(line):
    values = [number / 10_000 for number in range(1, 101)]
    text, missed = line("milliseconds", values, 5.0, 9.0)
    assert text.startswith("thing 5.05 ms (p95 9.60 ms, 100 calls) target: at most 5 ms, MISSED")
    assert text.endswith("p95 9.60 ms target: at most 9 ms, MISSED")
    assert missed == ["thing", "thing, p95"]


def test_one_value_is_its_own_95th_percentile():
    assert late([7.0]) == 7.0


def test_what_the_kit_adds_is_the_median_of_rounds_side_by_side():
    # The second round met a busy machine: as a whole, it is out, but not against its own engine.
    assert scale.beyond([2.0, 9.0, 2.2], [1.0, 8.0, 1.4], 100) == pytest.approx(10.0)


# The caller


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers /STATUS with that status; /chunked in chunks; /close and ends; /drop not at all."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        what = self.path[1:]
        if what == "drop":
            self.close_connection = True
            return
        self.send_response(int(what) if what.isdigit() else 200)
        if what == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            return
        if what == "close":
            self.send_header("Connection", "close")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@pytest.fixture
def answering():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("clients", [1, 7])
def test_the_caller_counts_each_answer_once(answering, clients):
    paths = ["/200", "/chunked", "/close", "/403", "/500"] * 10
    got = client.drive(answering, paths, clients)
    assert got.statuses == {200: 30, 403: 10, 500: 10}
    assert (got.lost, got.faults, got.wrong) == (0, 10, 20)
    assert len(got.seconds) == 50
    assert 0 < max(got.seconds) <= got.took


def test_the_caller_counts_what_is_lost_and_goes_on(answering):
    got = client.drive(answering, ["/200", "/drop", "/200", "/drop", "/200"], 2)
    assert got.lost == 2
    assert got.statuses == {200: 3}


def test_the_caller_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        got = client.drive(f"http://127.0.0.1:{silent.getsockname()[1]}", ["/200"] * 4, 2)
    assert got.lost == 4


# Load while the gateway changes


def loaded(url, call):
    """What one caller of a load got in at least three requests."""
    load = redeploying.Load(gateways.Gateway(10, url, {}), "model")
    caller = threading.Thread(target=load.run, args=(call,))
    caller.start()
    deadline = time.monotonic() + 10
    while load.answers.total() < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    load.over.set()
    caller.join()
    return load


def test_a_load_counts_what_was_whole_and_keeps_its_pace(answering):
    started = time.monotonic()
    load = loaded(answering, "describe")
    assert load.failed == 0 and load.answers["whole"] >= 3
    assert time.monotonic() - started >= 2 * redeploying.PACE


@pytest.mark.parametrize("call", ["ask", "stream"])
def test_a_load_counts_what_failed(answering, call):
    load = loaded(answering, call)  # it answers no POST
    assert load.failed == load.answers["cut" if call == "stream" else "501"] >= 3


def test_a_load_counts_who_was_not_answered():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    load = loaded(f"http://127.0.0.1:{port}", "describe")
    assert load.failed == load.answers["ConnectionError"] >= 3


def test_each_change_of_the_load_is_another_one():
    found = [str(change) for change in redeploying.changes(6)]
    assert len(found) == len(set(found)) == 6


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b'data: {"choices": [{"delta": {"content": "Hi"}}]}', "Hi"),
        (b'data: {"choices": [{"delta": {"role": "assistant", "content": ""}}]}', None),
        (b'data: {"choices": [], "usage": {}}', None),
        (b"data: [DONE]", None),
        (b"", None),
    ],
)
def test_the_first_token_is_the_first_text_of_a_stream(line, text):
    assert gateways.words(line) == text


# The command


def bench(*args):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *args],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
    )


def test_a_part_that_there_is_not_is_named_with_those_there_are():
    done = bench("--only", "dataplane,speed")
    assert done.returncode == 2
    assert "there is no part speed" in done.stderr
    assert all(name in done.stderr for name in PARTS)


def test_parts_are_chosen_by_name():
    assert wanted("handler,scale") == ["handler", "scale"]
    with pytest.raises(argparse.ArgumentTypeError, match="there is no part speed"):
        wanted("handler,speed")


# Of each part, lines that are there even in a trial.
LINES = {
    "dataplane": ("of them lost", "of them answered with a 5xx"),
    "scale": ("up of 3 resources from nothing",),
    "deploying": ("up of the whole program from nothing", "resources that it changed"),
    "handler": ("the handler adds, /model", "budget: reserve tokens in the table"),
    "prompting": ("through the gateway, 1 token",),
    "serving": ("all of chapter", "first token / whole answer"),
    "redeploying": ("requests meanwhile", "of them failed"),
    "instances": (
        "one instance, until it is healthy",
        "what the balancer adds",
        "memory of three, r",
    ),
}
# What has to be reached however slow the machine is.
ALWAYS = ("of them lost", "of them answered with a 5xx", "resources that it", "of them failed")


@pytest.fixture(scope="module")
def trial():
    """The lines of a trial of all parts, by part."""
    done = bench("--quick")
    assert done.returncode == 0, done.stdout + done.stderr
    found, part = {}, ""
    for line in done.stdout.splitlines():
        part = line if line in PARTS else part
        found.setdefault(part, []).append(line)
    return found


def test_all_parts_run_in_small(trial):
    assert [part for part in trial if part] == list(PARTS)


@pytest.mark.parametrize("part", LINES)
def test_a_part_says_what_it_measured(trial, part):
    for wanted_line in LINES[part]:
        (line,) = (line for line in trial[part] if line.strip().startswith(wanted_line))
        if wanted_line.startswith(ALWAYS):
            assert line.endswith("reached")
    assert not [line for line in trial[part] if "not answered 200" in line]
