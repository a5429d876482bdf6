"""A stand-in for the deployed gateway: answers over real HTTP, and keeps what it was sent."""

import contextlib
import json
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Keeps what it is sent, and says what `server.reply` makes of it."""

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append(self.kept(body))
        with contextlib.suppress(ConnectionError):  # who asked has given up: a test of Stop
            self.say(body)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def kept(self, body):
        return self.command, self.path, dict(self.headers), body

    def say(self, body):
        status, headers, text = self.server.reply(self.command, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Quiet."""


def completion(command, body):
    """What the function answers: the prompt said back."""
    try:
        prompt = json.loads(body)["prompt"]
    except ValueError:
        return 400, {"x-amzn-RequestId": "r-1"}, b'{"error": {"message": "no JSON"}}'
    answer = {
        "completion": f"You said: {prompt}",
        "model": "smollm2-135m",
        "usage": {"prompt_tokens": 20, "completion_tokens": 10},
        "finish_reason": "stop",
    }
    return 200, {"x-amzn-RequestId": "r-1"}, json.dumps(answer).encode()


def slow(seconds):
    """The same, after a while."""

    def reply(command, body):
        time.sleep(seconds)
        return completion(command, body)

    return reply


def refusal(status, message, kind=None):
    """A refusal; with `kind`, one of the gateway's own."""

    def reply(command, body):
        headers = {"x-amzn-RequestId": "r-1", **({"x-amzn-ErrorType": kind} if kind else {})}
        return status, headers, json.dumps({"message": message}).encode()

    return reply


@contextmanager
def serving(reply=completion, handler=Handler, path="/v1/model"):
    """The server, at `.url`, with all requests in `.seen`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.reply, server.seen = reply, []
    server.url = f"http://127.0.0.1:{server.server_port}{path}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]
