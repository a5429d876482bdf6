"""A web server that ends like a shop: nobody new is let in, who is inside is served."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from http.server import ThreadingHTTPServer
from typing import Any

LONGEST = 60.0  # seconds for which the last answers are waited for


class Server(ThreadingHTTPServer):
    """Knows which of its connections is waiting for a request, and which for an answer.

    Attributes:
        ending: no new request is taken; who asks for its health is told so.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        self.ending = False
        self._busy: dict[socket.socket, bool] = {}
        self._change = threading.Condition()
        super().__init__(*arguments)

    def working(self, connection: socket.socket, busy: bool) -> None:
        """A connection has a request to answer, or has its answer."""
        with self._change:
            self._busy[connection] = busy
            self._change.notify_all()

    def process_request(self, request: Any, client_address: Any) -> None:
        """A connection begins, and has asked for nothing yet."""
        self.working(request, False)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """A connection is over."""
        with self._change:
            self._busy.pop(request, None)
            self._change.notify_all()
        super().shutdown_request(request)

    def end(self) -> None:
        """Take nothing new, wait for the last answer, stop. Not for the thread that serves."""
        self.ending = True
        self.shutdown()
        until = time.monotonic() + LONGEST
        with self._change:
            for connection, busy in self._busy.items():
                if not busy:
                    hush(connection)
            self._change.wait_for(lambda: not any(self._busy.values()), until - time.monotonic())


def hush(connection: socket.socket) -> None:
    """Whoever waits for a request on this connection is told that none comes."""
    with contextlib.suppress(OSError):  # it is closed already
        connection.shutdown(socket.SHUT_RD)
