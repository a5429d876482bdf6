"""A small stand-in for what Lambda gives to a runtime and to extensions: events, and a place for answers.

It is as AWS describes both APIs: an event is what /invocation/next answers, and what is posted to its
/response is kept, piece by piece, with the seconds since the event was given.
"""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NULS = b"\0" * 8
PATIENCE = 60.0  # seconds for an answer


@dataclass
class Answer:
    """What was posted for one event."""

    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    given: float = 0.0

    @property
    def prelude(self):
        """The dictionary before the eight NULs."""
        return json.loads(self.whole.partition(NULS)[0])

    @property
    def body(self) -> bytes:
        """All after them."""
        return self.whole.partition(NULS)[2]

    @property
    def whole(self) -> bytes:
        return b"".join(piece for _, piece in self.pieces)

    @property
    def times(self) -> list[float]:
        """When pieces of the body came, in seconds after the event."""
        return [when for when, piece in self.pieces if NULS not in piece]


class RuntimeApi:
    """One environment's, on a free port."""

    def __init__(self):
        self.events = queue.Queue()
        self.answers = {}
        self.extensions = []
        self.asked = threading.Event()  # a runtime has asked for its first event
        api = self

        class Calls(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                api.get(self)

            def do_POST(self):
                api.post(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Calls)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self):
        return "{}:{}".format(*self.server.server_address)

    def invoke(self, event) -> Answer:
        """Give an event, and wait for its answer."""
        request_id = str(uuid.uuid4())
        answer = self.answers[request_id] = Answer()
        self.events.put((request_id, event))
        assert answer.done.wait(PATIENCE), "no answer"
        return answer

    def get(self, call):
        if not call.path.endswith("/invocation/next"):
            threading.Event().wait()  # an extension that waits for its first event
        self.asked.set()
        request_id, event = self.events.get()
        self.answers[request_id].given = time.monotonic()
        arn = "arn:aws:lambda:eu-central-1:123456789012:function:model"
        reply(
            call,
            200,
            json.dumps(event).encode(),
            {
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 29) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": arn,
                "Lambda-Runtime-Trace-Id": "Root=1-5e1b4151-5ac6c58f5b5dfd4b",
            },
        )

    def post(self, call):
        if call.path.endswith("/extension/register"):
            call.rfile.read(int(call.headers["Content-Length"]))
            self.extensions.append(call.headers["Lambda-Extension-Name"])
            told = {"functionName": "model", "functionVersion": "7", "handler": "run.sh"}
            reply(call, 200, json.dumps(told).encode(), {"Lambda-Extension-Identifier": "one"})
            return
        answer = self.answers[call.path.split("/")[-2]]
        answer.path, answer.headers = call.path, dict(call.headers.items())
        for piece in pieces(call):
            answer.pieces.append((time.monotonic() - answer.given, piece))
        reply(call, 202, b"{}", {})
        answer.done.set()


def pieces(call):
    """The body of a request, piece by piece as it comes."""
    if "chunked" not in (call.headers["Transfer-Encoding"] or ""):
        yield call.rfile.read(int(call.headers["Content-Length"] or 0))
        return
    while size := int(call.rfile.readline(), 16):
        yield call.rfile.read(size)
        call.rfile.readline()
    while call.rfile.readline() not in (b"\r\n", b""):
        pass  # trailers: what failed in mid-stream


def reply(call, status, body, headers):
    call.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        call.send_header(name, value)
    call.end_headers()
    call.wfile.write(body)
