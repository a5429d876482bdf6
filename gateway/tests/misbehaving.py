"""A backend that does what it is told to: it answers, refuses, dawdles, or dies in mid-sentence."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = ("The", " sea", " sleeps")
HTML = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n"
LONG = 30.0  # seconds; whoever waits for it gives up


class Backend(ThreadingHTTPServer):
    """Listens on a port of its own.

    Attributes:
        script: what it does at each question; the last word holds for all that follow.
        asked: how many questions it has had.
        on_question: called at each.
    """

    daemon_threads = True

    def __init__(self, script: tuple[str, ...], name: str) -> None:
        self.script, self.name, self.asked = script, name, 0
        self.on_question: Callable[[], None] = lambda: None
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), Answers)

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.server_port}"

    def next(self) -> str:
        """What to do now."""
        self.asked += 1
        self.on_question()
        return self.script[min(self.asked, len(self.script)) - 1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers hang up; that is part of it."""


class Answers(BaseHTTPRequestHandler):
    """One question."""

    protocol_version = "HTTP/1.1"
    server: Backend

    def do_POST(self) -> None:
        """Do what the script says."""
        self.rfile.read(int(self.headers["Content-Length"]))
        word, _, more = self.server.next().partition(", ")
        if word.isdecimal():
            self.refuse(int(word), more)
        elif word == "silence":
            self.server.over.wait(LONG)
            self.close_connection = True
        elif word == "web page":
            self.send(200, "text/html", HTML)
        elif word == "cut connection":
            self.cut()
        else:
            self.stream(word)

    def refuse(self, status: int, more: str) -> None:
        """A refusal; `more` is "html", or the seconds of a Retry-After."""
        error = {"message": f"{self.server.name} says {status}", "code": f"code_{status}"}
        headers = {"Retry-After": more} if more.isdecimal() else {}
        if more == "html":
            self.send(status, "text/html", HTML)
        else:
            self.send(status, "application/json", json.dumps({"error": error}).encode(), headers)

    def send(
        self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        """An answer in one."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, how: str) -> None:
        """A stream: whole, or with a fault."""
        self.close_connection = True  # its end is the connection's
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.event({"delta": {"role": "assistant", "content": ""}})
        if how == "slow first token":
            self.server.over.wait(LONG)
        if how == "error in the stream":
            self.wfile.write(b'data: {"error": {"message": "overloaded"}}\n\n')
        if how in ("slow first token", "error in the stream", "no token"):
            return
        self.event({"delta": {"content": WORDS[0]}})
        if how == "dies after a token":
            return self.cut()
        if how == "error after a token":
            self.wfile.write(b'data: {"error": {"message": "overloaded"}}\n\n')
            return None
        for word in WORDS[1:]:
            self.event({"delta": {"content": word}})
        self.event({"delta": {}, "finish_reason": "stop"})
        usage = {"prompt_tokens": 7, "completion_tokens": len(WORDS)}
        self.wfile.write(f"data: {json.dumps({'choices': [], 'usage': usage})}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")
        return None

    def event(self, choice: dict[str, Any]) -> None:
        """A piece."""
        self.wfile.write(f"data: {json.dumps({'choices': [choice]})}\n\n".encode())

    def cut(self) -> None:
        """The process is gone: the system resets its connections."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def backend(script: tuple[str, ...], name: str) -> Iterator[Backend]:
    """A backend that follows a script, while the block runs."""
    served = Backend(script, name)
    threading.Thread(target=served.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield served
    finally:
        served.over.set()
        served.shutdown()
        served.server_close()
