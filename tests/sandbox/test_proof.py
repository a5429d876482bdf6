"""A sandbox and its owner know each other; who only listens on its port learns nothing."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from sandbox import cloud, proof
from sandbox.home import Home, write_json
from sandbox.record import ask, reach


def test_a_proof_is_for_one_request_and_a_minute(monkeypatch):
    monkeypatch.setattr(proof.time, "time", lambda: 1000)
    given = proof.of_request("token", "GET", "/_kit/health")
    assert given != proof.of_request("token", "GET", "/_kit/health")
    assert "token" not in given
    assert proof.holds("token", "GET", "/_kit/health", given)
    assert not proof.holds("other", "GET", "/_kit/health", given)
    assert not proof.holds("token", "POST", "/_kit/stop", given)
    for now, good in ((1059, True), (1061, False), (939, False)):
        monkeypatch.setattr(proof.time, "time", lambda now=now: now)
        assert proof.holds("token", "GET", "/_kit/health", given) == good


@pytest.mark.parametrize(
    "given", ["", ".", "x.y.z", "1000", "1000.", "\u00b2.a.b", "9" * 5000 + ".a.b"]
)
def test_nonsense_is_no_proof(given):
    assert not proof.holds("token", "GET", "/", given)


class Stranger(BaseHTTPRequestHandler):
    """Answers whatever it is asked with all that it was told."""

    heard = ""

    def do_GET(self):
        Stranger.heard += str(self.headers)
        given = self.headers.get(proof.HEADER, "")
        token = self.headers.get("X-Kit-Token", "")
        answer = {
            "token": token, "proof": given, "ready": True, "pid": 1, "provider_port": 1,
            "generation": "g", "problem": "", "damaged": "",
        }  # fmt: skip
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


def test_a_stranger_on_the_port_of_a_dead_sandbox_is_not_taken_for_it(tmp_path):
    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        write_json(Home(tmp_path).record, {"pid": 1, "token": "secret-token", "port": port})
        assert reach(Home(tmp_path)) is None
        server.shutdown()
    assert proof.HEADER in Stranger.heard
    assert "secret-token" not in Stranger.heard


def test_what_somebody_overheard_opens_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("KIT_PROVIDER", "0")
    running = cloud.start(tmp_path / "kit")
    try:
        given = proof.of_request(running.token, "GET", "/_kit/health")
        headers = {proof.HEADER: given}
        health = requests.get(f"{running.endpoint}/_kit/health", headers=headers, timeout=5)
        assert health.json()["proof"] == proof.of_answer(running.token, given)
        assert running.token not in health.text
        stop = requests.post(f"{running.endpoint}/_kit/stop", headers=headers, timeout=5)
        assert stop.status_code == 403
        assert ask("GET", "/_kit/health", running.port, "another token") is None
        assert running.alive()
    finally:
        cloud.stop(tmp_path / "kit")
