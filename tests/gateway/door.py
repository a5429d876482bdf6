"""The function's routes on a port of this machine, with whatever model a test has: for SDKs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import api
import errors

ID = "gateway-1"


@contextmanager
def opened(model: Any) -> Iterator[str]:
    """Serve what the model says, and tell the address without `/v1`."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path.removeprefix("/v1")
            try:
                answer = api.route(self.command, path, body, model)
            except RuntimeError:  # the model failed before it had begun
                answer = api.at(path).refusal(errors.failure("lambda-1"))
            self.send_response(answer.status)
            ids = {"request-id": ID, "x-request-id": ID}
            for name, value in {
                "Content-Type": answer.content_type,
                **ids,
                **answer.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in answer.pieces():
                    self.wfile.write(piece)
            except RuntimeError:  # the model failed in the middle
                self.wfile.write(answer.broken(errors.failure("lambda-1")))

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
