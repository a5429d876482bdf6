"""One request to a deployed API and its answer, as data."""

from __future__ import annotations

import base64
import os
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property
from typing import Any, Protocol

from sandbox.server.base import emulator

Headers = list[tuple[str, str]]

BODY_LIMIT = 10_485_760  # bytes of a request's body that API Gateway takes

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HOST = re.compile(r"([a-z0-9]{8,12})\.execute-api\.[a-z0-9.-]+(?::\d+)?", re.IGNORECASE)
_PATH = re.compile(r"/_aws/execute-api/([^/]+)(/[^/]*)?(/.*)?")
_OLD_PATH = re.compile(r"/restapis/([^/]+)/([^/]+)/_user_request_(/.*)?")


@dataclass(frozen=True)
class Place:
    """What a URL addresses: an API, its stage ("" when the URL has none), a raw path in it."""

    api_id: str
    stage: str
    path: str


def locate(host: str, raw_path: str) -> Place | None:
    """The API, stage and path of a URL, in any of the forms that the emulator knows too."""
    if found := _HOST.fullmatch(host):
        stage, _, rest = raw_path.lstrip("/").partition("/")
        slash = "/" if raw_path.count("/") > 1 else ""
        return Place(found[1].lower(), stage, slash + rest if slash else "")
    if found := _PATH.fullmatch(raw_path):
        return Place(found[1], (found[2] or "")[1:], found[3] or "")
    if found := _OLD_PATH.fullmatch(raw_path):
        return Place(found[1], found[2], found[3] or "")
    return None


@dataclass
class Call:
    """What the gateway asked of an integration or an authorizer, and what came back: for the log."""

    uri: str
    sent: Any = None
    headers: Headers = field(default_factory=list)
    status: int | None = None
    milliseconds: int = 0
    answered: Any = None
    version: str = "$LATEST"  # of the function
    got_headers: Headers = field(default_factory=list)
    request_id: str = ""
    # Of authorizers only.
    name: str = ""
    identity: str = ""
    principal: str = ""
    failed: bool = False


@dataclass
class Request:
    """A request as it came, and what is found out about it on its way."""

    place: Place
    account_id: str
    region: str
    method: str
    sent_headers: Headers
    query: dict[str, list[str]]
    raw_query: str
    source_ip: str
    body: bytes = b""
    started: float = field(default_factory=time.perf_counter)
    received: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    extended_id: str = field(default_factory=lambda: base64.b64encode(os.urandom(11)).decode())
    # Filled in as the request goes through the gateway.
    request_id: str = ""
    trace_id: str = ""
    stage: dict[str, Any] = field(default_factory=dict)
    canary: bool | None = None  # None when the stage has no canary
    api: dict[str, Any] = field(default_factory=dict)
    resource: dict[str, Any] = field(default_factory=dict)
    rule: dict[str, Any] = field(default_factory=dict)  # the method's record
    path_parameters: dict[str, str] = field(default_factory=dict)
    authorizer: dict[str, Any] | None = None
    usage_key: str = ""  # the API key that an authorizer names
    api_key: dict[str, Any] | None = None
    identity: dict[str, Any] = field(default_factory=dict)
    # What only logs show: `$context.` variables, what failed, and the calls that were made.
    variables: dict[str, Any] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)
    phase: str = ""  # how far it came: "authorizing", "metering", "executing"
    call: Call | None = None
    authorizer_call: Call | None = None
    # With tracing: the stage's segment, the one above it, and that of the call.
    span: Any = None
    parent_span: str = ""
    call_span: Any = None
    test: bool = False  # by TestInvokeMethod, without a deployment
    # Set when nobody waits for the answer any more: the client has left, or the time is over.
    gone: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        asked = self.headers.get("x-amzn-requestid", "")
        self.request_id = asked if _UUID.fullmatch(asked) else str(uuid.uuid4())
        self.trace_id = self.headers.get("x-amzn-trace-id", "")
        if not self.trace_id.startswith("Root="):
            self.trace_id = f"Root=1-{int(self.received.timestamp()):08x}-{os.urandom(12).hex()}"

    @cached_property
    def headers(self) -> dict[str, str]:
        """Headers by lower-case name, repeated ones joined: what the emulator's helpers take."""
        joined: dict[str, str] = {}
        for name, value in self.sent_headers:
            key = name.lower()
            joined[key] = f"{joined[key]}, {value}" if key in joined else value
        return joined

    @property
    def path(self) -> str:
        """The path without the stage, as it was sent; a doubled slash at its start is one."""
        return "/" + self.place.path.lstrip("/")

    @property
    def full_path(self) -> str:
        """The path with the stage."""
        if self.test:
            return self.path
        return f"/{self.place.stage}{self.place.path}"

    @property
    def domain(self) -> str:
        """The host name that this API has on AWS."""
        if self.test:
            return "testPrefix.testDomainName"
        return f"{self.place.api_id}.execute-api.{self.region}.amazonaws.com"

    @property
    def latency(self) -> int:
        """Milliseconds since the request was read."""
        return int((time.perf_counter() - self.started) * 1000)

    @property
    def deployment_id(self) -> str:
        return str(self.stage.get("deploymentId") or "")

    @property
    def signed(self) -> bool:
        """Whether it carries a SigV4 signature, in a header or in its query."""
        in_header = self.headers.get("authorization", "").startswith("AWS4-")
        return in_header or bool(emulator.iam_evaluator._query_signed(self.query))


class Flow(Protocol):
    """A body that is still being written."""

    async def next(self) -> bytes | None:
        """What comes next, None at the end; BrokenFlow when there is no end."""

    def close(self) -> None:
        """Nobody wants the rest."""


class BrokenFlow(Exception):
    """What writes the body failed, or took too long, in the middle of it."""


@dataclass
class Response:
    """What goes back; a header's name may come more than once."""

    status: int
    headers: Headers
    body: bytes = b""
    flow: Flow | None = None  # the body, when it is passed on as it comes

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        found = (value for key, value in self.headers if key.lower() == name.lower())
        return next(found, None)

    @classmethod
    def of(cls, answer: tuple[int, dict[str, Any], Any]) -> Response:
        """From a tuple as the emulator's helpers answer."""
        status, headers, body = answer
        listed = [
            (name, str(one))
            for name, value in headers.items()
            for one in (value if isinstance(value, (list, tuple)) else [value])
        ]
        return cls(int(status), listed, body.encode() if isinstance(body, str) else body)
