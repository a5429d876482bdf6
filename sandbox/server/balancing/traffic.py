"""Requests go to a target that can take them, and answers come back as they are written."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

from sandbox.server.balancing import balancer_metrics, exchange, pages, targets
from sandbox.server.balancing.exchange import Broken, Exchange, Silent
from sandbox.server.balancing.health import Target
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record

Forward = Callable[..., Awaitable[Any]]

alb: Any = None  # the emulator's module, once it is there
# The balancer whose request is being served, by its ARN.
serving: ContextVar[str] = ContextVar("serving", default="")

HOP_BY_HOP = frozenset(("connection", "content-length", "keep-alive", "transfer-encoding"))
COOKIE = "AWSALB"
_turns: Counter[str] = Counter()


def ready(group: str) -> list[Target]:
    """The targets that get requests: the healthy ones, or all when none is (fail open)."""
    known = [target for target in targets.of(group) if not target.draining]
    return [target for target in known if target.state == "healthy"] or known


def pick(group: str, choice: list[Target]) -> Target:
    """One of the targets that get requests, by the group's algorithm."""
    algorithm = targets.attribute(group, "load_balancing.algorithm.type", "round_robin")
    if algorithm == "weighted_random":
        return random.choice(choice)
    _turns[group] += 1
    turn = _turns[group] % len(choice)
    turned = [*choice[turn:], *choice[:turn]]
    if algorithm == "least_outstanding_requests":
        return min(turned, key=lambda target: len(target.open))
    return turned[0]


# Stickiness


def mark(target: Target) -> str:
    """What a client's cookie says of its target; AWS's is encrypted, and no longer."""
    text = f"{target.group}:{target.id}:{target.port}"
    return hashlib.sha256(text.encode()).hexdigest()


def _before(group: str, choice: list[Target], headers: dict[str, str]) -> Target | None:
    """The target that a client's cookie names, when it still gets requests."""
    if targets.attribute(group, "stickiness.enabled", "false") != "true":
        return None
    jar = alb._oidc_parse_cookies(headers)
    named = (jar.get(COOKIE), jar.get(f"{COOKIE}CORS"))
    return next((target for target in choice if mark(target) in named), None)


def _cookies(target: Target) -> list[str]:
    """The cookies that keep a client with its target."""
    group = target.group
    if targets.attribute(group, "stickiness.enabled", "false") != "true":
        return []
    if targets.attribute(group, "stickiness.type", "lb_cookie") != "lb_cookie":
        return []
    seconds = int(targets.attribute(group, "stickiness.lb_cookie.duration_seconds", "86400"))
    ends = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds))
    text = f"{mark(target)}; Expires={ends}; Path=/"
    return [f"{COOKIE}={text}", f"{COOKIE}CORS={text}; SameSite=None"]


# A request


@dataclass
class Passage:
    """One request on its way through a balancer."""

    balancer: str
    target: Target
    link: Exchange
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.target.open.add(self.link)

    def __del__(self) -> None:
        self.end()  # an answer that nobody came to read

    def end(self) -> None:
        """The target has one request less."""
        self.link.cut()
        self.target.open.discard(self.link)

    def count(self, name: str, value: float = 1, unit: str = "Count") -> None:
        """Publish a value of this request."""
        target = self.target
        balancer_metrics.of_group(self.balancer, target.group, target.zone, name, value, unit)


def forward(original: Forward) -> Forward:
    """The emulator's forwarding for functions; all else goes this way."""

    async def to_group(
        arn: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: Record,
        raw_query: str | None = None,
        raw_path: str | None = None,
    ) -> Any:
        group = alb._tgs.get(arn)
        if group is None or group.get("TargetType") == "lambda":
            return await original(arn, method, path, headers, body, query, raw_query, raw_path)
        choice = ready(arn)
        if not choice:
            return pages.page(503)
        target = _before(arn, choice, headers) or pick(arn, choice)
        if raw_query is None:
            raw_query = urlencode(query or {}, doseq=True)
        whole = (raw_path or path) + (f"?{raw_query}" if raw_query else "")
        sent = [(n, v) for n, v in headers.items() if n.lower() not in HOP_BY_HOP]
        balancer = serving.get()
        balancer_metrics.per_target(balancer, arn, len(choice))
        idle = float(alb._lb_attr(balancer, "idle_timeout.timeout_seconds", "60"))
        passage = Passage(balancer, target, Exchange(idle))
        return await _pass(passage, method, whole, sent, body or b"")

    return to_group


async def _pass(
    passage: Passage, method: str, path: str, headers: list[tuple[str, str]], body: bytes
) -> Any:
    target = passage.target
    place = targets.place(target, target.port, passage.balancer)
    passage.count("RequestCount")
    if body or method in ("POST", "PUT", "PATCH"):
        headers = [*headers, ("content-length", str(len(body)))]
    try:
        if place.silent:
            await asyncio.sleep(exchange.CONNECT)
            raise Silent
        status, found = await passage.link.ask(
            (place.host, place.port), method, path, headers, body
        )
    except Silent:
        passage.count("TargetConnectionErrorCount", int(place.silent))
        passage.end()
        return pages.page(504)
    except Broken:
        passage.count("TargetConnectionErrorCount")
        passage.end()
        return pages.page(502)
    except BaseException:  # the client has left
        passage.end()
        raise
    passage.count("TargetResponseTime", time.monotonic() - passage.began, "Seconds")
    passage.count(f"HTTPCode_Target_{status // 100}XX_Count")
    return status, _answered(found, _cookies(target)), _stream(passage)


def _answered(found: list[tuple[str, str]], cookies: list[str]) -> Record:
    """The headers of an answer; a name that comes more than once has a list."""
    kept = [(name, value) for name, value in found if name.lower() not in _DROPPED]
    headers: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for name, value in [*kept, *(("Set-Cookie", cookie) for cookie in cookies)]:
        headers.setdefault(names.setdefault(name.lower(), name), []).append(value)
    # The balancer's own Date stands in place of the target's.
    headers["Date"] = [formatdate(usegmt=True)]
    return {name: values[0] if len(values) == 1 else values for name, values in headers.items()}


_DROPPED = frozenset(("connection", "date", "keep-alive", "transfer-encoding"))


def _stream(passage: Passage) -> Any:
    """The body, passed on as the target writes it. A client that leaves closes the target."""

    async def run(send: Any, receive: Any) -> None:
        left = asyncio.ensure_future(alb._await_http_disconnect(receive))
        left.add_done_callback(lambda _: passage.link.cut())
        try:
            async for piece in passage.link.pieces():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except (Broken, Silent):
            return  # without its end, the client sees that the body is cut
        finally:
            left.cancel()
            passage.end()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return emulator.responses.StreamingResponse(run)


def dispatch(original: Forward) -> Forward:
    """Count what the balancer answers by itself."""

    async def serve(balancer: Record, *args: Any, **more: Any) -> Any:
        arn = balancer["LoadBalancerArn"]
        token = serving.set(arn)
        try:
            answer = await original(balancer, *args, **more)
        finally:
            serving.reset(token)
        status, headers, body = answer
        if isinstance(body, bytes) and headers.get("Server") == pages.SERVER and status >= 500:
            balancer_metrics.own(arn, "HTTPCode_ELB_5XX_Count")
            if status in (500, 502, 503, 504):
                balancer_metrics.own(arn, f"HTTPCode_ELB_{status}_Count")
        return answer

    return serve


def install(module: Any) -> None:
    """Put these into the emulator's data plane."""
    global alb
    alb = module
    module._forward_to_tg = forward(module._forward_to_tg)
    module.dispatch_request = dispatch(module.dispatch_request)
