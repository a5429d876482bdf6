"""A stand-in of Amazon Bedrock's runtime: ConverseStream, with the bytes that boto3 reads.

Each event is a message of AWS's event stream encoding: lengths, headers, payload, two CRC32.
https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from __future__ import annotations

import json
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

STRING = 7  # the type of a header's value


def message(headers: dict[str, str], payload: dict[str, Any]) -> bytes:
    """One message."""
    head = b"".join(
        struct.pack("!B", len(name))
        + name.encode()
        + struct.pack("!BH", STRING, len(value))
        + value.encode()
        for name, value in headers.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack("!II", 16 + len(head) + len(body), len(head))
    whole = prelude + struct.pack("!I", zlib.crc32(prelude)) + head + body
    return whole + struct.pack("!I", zlib.crc32(whole))


def event(kind: str, payload: dict[str, Any]) -> bytes:
    """An event such as "messageStart"; one that ends in Exception is an error in the stream."""
    failed = kind.endswith("Exception")
    kinds = {":exception-type" if failed else ":event-type": kind}
    return message({**kinds, ":content-type": "application/json",
                    ":message-type": "exception" if failed else "event"}, payload)  # fmt: skip


def text(*parts: str, stop: str = "end_turn", read: int = 12, written: int = 3) -> list[bytes]:
    """An answer of text, as recorded from AWS's documentation of ConverseStream."""
    deltas = [
        event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": part}, "p": "abc"})
        for part in parts
    ]
    return [event("messageStart", {"role": "assistant", "p": "abcdef"}), *deltas,
            event("contentBlockStop", {"contentBlockIndex": 0}), *ended(stop, read, written)]  # fmt: skip


def ended(stop: str, read: int, written: int) -> list[bytes]:
    """How each answer ends."""
    usage = {"inputTokens": read, "outputTokens": written, "totalTokens": read + written}
    return [
        event("messageStop", {"stopReason": stop}),
        event("metadata", {"usage": usage, "metrics": {"latencyMs": 400}}),
    ]


def call(id: str, name: str, *parts: str) -> list[bytes]:
    """An answer that calls a tool."""
    start = {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": id, "name": name}}}
    deltas = [
        event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"toolUse": {"input": part}}})
        for part in parts
    ]
    return [event("messageStart", {"role": "assistant"}), event("contentBlockStart", start), *deltas,
            event("contentBlockStop", {"contentBlockIndex": 0}), *ended("tool_use", 40, 9)]  # fmt: skip


class Runtime:
    """What it answers next, and what it was asked: (model id, body)."""

    def __init__(self) -> None:
        self.url = ""
        self.events: list[bytes] = text("Hel", "lo")
        self.error: tuple[int, str, str] | None = None
        self.asked: list[tuple[str, dict[str, Any]]] = []


@contextmanager
def opened() -> Iterator[Runtime]:
    """Serve on a port of this machine."""
    runtime = Runtime()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            runtime.asked.append((unquote(self.path.split("/")[2]), body))
            if runtime.error:
                status, kind, words = runtime.error
                self.send_response(status)
                self.send_header("x-amzn-ErrorType", kind)
                return self.done(json.dumps({"message": words}).encode(), "application/json")
            self.send_response(200)
            self.done(b"".join(runtime.events), "application/vnd.amazon.eventstream")

        def done(self, body: bytes, kind: str) -> None:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        runtime.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield runtime
        server.shutdown()
