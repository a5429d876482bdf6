"""The function as a web server: for the Lambda Web Adapter, for instances and containers.

Each HTTP request becomes the event that API Gateway would make of it, so that everything else is
as in Lambda. `GET /health` tells whoever starts this that the model is loaded.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote, urlsplit

import api
import budget
import checks
import handler
import pages
from errors import ApiError
from failover.remote import SERVED_BY
from instance import shipping, told
from instance.ending import Server

# Inside Lambda, only the adapter can reach this server: what it says of a request is true.
BEHIND_ADAPTER = "AWS_LAMBDA_RUNTIME_API" in os.environ


class Context:
    """What Lambda would say of this invocation."""

    def __init__(self, known: dict[str, Any]) -> None:
        self.aws_request_id = known.get("request_id") or str(uuid.uuid4())
        self.deadline = known.get("deadline") or (time.time() + budget.LONGEST) * 1000

    def get_remaining_time_in_millis(self) -> int:
        """How long until nobody waits any more."""
        return max(0, int(self.deadline - time.time() * 1000))


class Requests(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    # Seconds that a client may take to send something. A balancer keeps an unused connection for
    # 60. This server must not close it first, or a request on its way meets a closed door.
    timeout = 75
    disable_nagle_algorithm = True  # a token is not kept back until the next one

    def answer(self) -> None:
        """Answer one request, in pieces as they come."""
        path = told.path(urlsplit(self.path).path, self.headers)
        if path == "/health":
            status, text = (503, b"ending") if self.ending else (200, b"ok")
            return self.send(iter([{"statusCode": status, "headers": {}}, text]))
        size = self.headers.get("Content-Length") or "0"
        if "Transfer-Encoding" in self.headers or not size.isdecimal():
            return self.refuse(411, "length_required", "Send the body with a Content-Length.")
        if int(size) > checks.BODY_BYTES:
            message = f"The body has {size} bytes; {checks.BODY_BYTES} are the most."
            return self.refuse(413, "too_large", message)
        by_gateway = told.context(self.headers)
        context = Context(
            {"request_id": by_gateway.get("requestId"), **self.told("x-amzn-lambda-context")}
        )
        event = {
            "httpMethod": self.command,
            "path": unquote(path, errors="replace"),
            "headers": dict(self.headers.items()),
            "body": base64.b64encode(self.rfile.read(int(size))).decode(),
            "isBase64Encoded": True,
            "requestContext": {
                "requestId": context.aws_request_id,
                **by_gateway,
                **self.told("x-amzn-request-context"),
            },
        }
        return self.send(handler.respond(event, context))

    def handle_one_request(self) -> None:
        """Read a request and answer it. While the server ends, it is the connection's last."""
        super().handle_one_request()
        self.working(False)
        if self.ending:
            self.close_connection = True

    def parse_request(self) -> bool:
        """Read a request's head: from here on, there is something to answer."""
        self.working(True)
        return super().parse_request()

    @property
    def ending(self) -> bool:
        """Whether the server is about to stop."""
        return getattr(self.server, "ending", False)

    def working(self, busy: bool) -> None:
        """Tell the server whether an answer is awaited here."""
        if isinstance(self.server, Server):
            self.server.working(self.connection, busy)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def told(self, name: str) -> dict[str, Any]:
        """What the adapter says in a header. Others could say what they like."""
        text = self.headers.get(name) if BEHIND_ADAPTER else None
        return json.loads(text) if text else {}

    def refuse(self, status: int, code: str, message: str) -> None:
        """Refuse what was not read; its rest would be taken for the next request."""
        self.close_connection = True
        answer = api.at(urlsplit(self.path).path).refusal(ApiError(status, code, message))
        readers = pages.headers(self.headers.get("Origin", ""))
        headers = {"Content-Type": answer.content_type, **readers}
        self.send(iter([{"statusCode": status, "headers": headers}, *answer.pieces()]))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is not HTTP, or a method that there is not: in our shape, too."""
        if not hasattr(self, "headers"):
            self.headers = Message()  # there was none to read
        self.refuse(int(code), "not_http", message or HTTPStatus(code).phrase)

    def send(self, pieces: Iterator[Any]) -> None:
        """Send an answer; a client that hangs up ends it, and the model is free."""
        try:
            head = next(pieces)
            self.send_response(head["statusCode"])
            for name, value in {**handler.NEVER_KEPT, **self.itself(), **head["headers"]}.items():
                self.send_header(name, value)
            has_body = self.command != "HEAD" and head["statusCode"] != 204
            # HTTP/1.0 knows no chunks: there, a body ends with its connection.
            chunked = has_body and self.request_version == "HTTP/1.1"
            if chunked:
                self.send_header("Transfer-Encoding", "chunked")
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            for piece in pieces:
                if has_body and piece:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                self.wfile.write(b"0\r\n\r\n")
        except OSError:  # nobody reads any more
            self.close_connection = True
        finally:
            getattr(pieces, "close", int)()

    def itself(self) -> dict[str, str]:
        """Which of several instances this is: the address at which it was called."""
        if not told.BEHIND_BALANCER:
            return {}
        host, port = self.connection.getsockname()[:2]
        pool = os.environ.get("POOL", "instance")
        return {SERVED_BY: f"{pool}/{host}:{port}"}

    def log_message(self, *_: Any) -> None:
        """The handler logs each request, better than this."""


def main() -> None:
    """Serve until the process is told to end, and then until the last answer is given."""
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("AWS_LWA_PORT", "8080"))
    lines = shipping.begin(f"{host}-{port}-{uuid.uuid4().hex[:8]}")
    with Server((host, port), Requests) as server:
        ended = threading.Thread(target=server.end, name="ending")
        signal.signal(signal.SIGTERM, lambda *_: ended.start())
        server.serve_forever()
        if ended.ident:  # it was told to end, and waits for the last answer
            ended.join()
    if lines:
        lines.close()


if __name__ == "__main__":
    main()
