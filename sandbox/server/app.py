"""What the server serves: the data plane of REST APIs, its own few paths, the emulator for all else.

Requests that change something are answered when the change is on disk.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from sandbox import proof
from sandbox.root_key import RootKey
from sandbox.server import clock, idle
from sandbox.server.balancing import clients
from sandbox.server.base import emulator, persistence, snapshots
from sandbox.server.base.claim import Claim
from sandbox.server.base.generation import Generation
from sandbox.server.functions import provisioned, worker
from sandbox.server.gateway import dataplane, limits
from sandbox.server.guarding import credentials, visitors
from sandbox.server.guarding.visitors import Visit
from sandbox.server.watching import alarms

log = logging.getLogger("sandbox")

LOST = "The home of this sandbox was taken away; it ends. Run the cell again: another one starts."
LAST_RESORT = 2.5  # seconds after which a stop that hangs ends the process
# What serving a request adds to.
DATA_SERVICES = ("cloudwatch_logs", "cloudwatch", limits.STATE_KEY)

_SERVICE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/")
_ACTION = re.compile(rb"(?:^|&)Action=([A-Za-z]+)")


class Kit:
    """The ASGI application; one for each server."""

    def __init__(
        self, token: str, key: RootKey, generation: Generation, port: int, claim: Claim
    ) -> None:
        self.token = token
        self.key = key
        self.generation = generation
        self.port = port
        self.claim = claim
        self.provider_port = 0
        self.saver = persistence.Saver(claim.holds)
        self.damaged: list[str] = []  # what of the state on disk could not be used at the start
        self.stopped = asyncio.Event()
        self.ready = asyncio.Event()
        self.use = idle.Use()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        with self.use.one():
            await self._answer(scope, receive, send)

    async def _answer(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        visit = Visit(scope)
        refused = visitors.refusal(visit, self.port)
        if scope["type"] != "http":
            # A page may open one to anywhere; only an API's own is for it, and asks who it is.
            open_to_all = not refused and visit.for_an_api()
            await (emulator.app.app if open_to_all else _hang_up)(scope, receive, send)
        elif refused:
            await _refuse(scope, send, refused)
        elif scope["path"].startswith("/_kit/"):
            await self._own(scope, receive, send)
        elif addressed := dataplane.addressed(scope):
            await dataplane.serve(scope, receive, send, *addressed)
            self.saver.soon(DATA_SERVICES)
        elif visit.closed() and not self._known(scope) and not self._linked(scope):
            await _reply(send, 403, {"message": f"{scope['path']} is not open in the sandbox"})
        elif refused := visitors.refusal_of_page(visit):
            await _refuse(scope, send, refused)
        elif not self.claim.holds():
            await _refuse(scope, send, LOST)
        else:
            await self._control(scope, receive, send, visit)

    def _known(self, scope: dict[str, Any]) -> bool:
        """Whether a request is of somebody who has the token of this server."""
        return proof.holds(self.token, scope["method"], scope["path"], _given(scope))

    def _linked(self, scope: dict[str, Any]) -> bool:
        query = scope.get("query_string", b"").decode("latin-1")
        return credentials.linked(self.key, scope["method"], scope["path"], query)

    async def _lifespan(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def watched(message: dict[str, Any]) -> None:
            if message["type"] == "lifespan.startup.complete":
                worker.settle()
                provisioned.settle()
                watches = (alarms.watch(), clock.watch(self.saver.soon))
                self._watch = [asyncio.ensure_future(each) for each in watches]
            elif message["type"] == "lifespan.shutdown.complete":
                await asyncio.to_thread(_end_processes)
            await send(message)

        await emulator.app.app(scope, receive, watched)

    async def _own(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        answers: dict[tuple[str, str], Callable[[], Awaitable[dict[str, Any]]]] = {
            ("GET", "/_kit/health"): self._health,
            ("POST", "/_kit/save"): self._save,
            ("POST", "/_kit/stop"): self.stop,
        }
        answer = answers.get((scope["method"], scope["path"]))
        if answer is None:
            await _reply(send, 404, {"message": "No such path of the sandbox"})
        elif not self._known(scope):
            # Whoever only guesses at the port, or at who listens there, learns nothing.
            await _reply(send, 403, {"message": "This is not the sandbox of who asks"})
        else:
            mark = proof.of_answer(self.token, _given(scope))
            await _reply(send, 200, {**await answer(), "proof": mark})

    async def _health(self) -> dict[str, Any]:
        return {
            "generation": self.generation.name,
            "provider_port": self.provider_port,
            "pid": os.getpid(),
            "ready": self.ready.is_set(),
            "problem": self.saver.failure,
            "damaged": "; ".join(self.damaged),
        }

    async def _save(self) -> dict[str, Any]:
        self.saver.everything()
        return {"saved": not self.saver.failure, "problem": self.saver.failure}

    async def stop(self) -> dict[str, Any]:
        """End functions that run, save all if the home is still ours, and let the server end."""
        if not self.stopped.is_set():
            # A function that runs would hold up the end for as long as it likes.
            await asyncio.to_thread(_end_processes)
            if self.claim.holds():
                self.saver.everything()
                if not self.saver.failure:
                    self.generation.end()
            self.stopped.set()
            asyncio.get_running_loop().call_later(LAST_RESORT, os._exit, 0)
        return {"stopping": True}

    async def _control(self, scope: dict[str, Any], receive: Any, send: Any, visit: Visit) -> None:
        # The emulator looks for header names in lower case.
        scope = {**scope, "headers": [(name.lower(), value) for name, value in scope["headers"]]}
        request = Sniffed(scope, receive)
        to_balancer = clients.asks_a_balancer(scope)

        async def saving(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] < 500:
                if to_balancer:
                    self.saver.soon(DATA_SERVICES)
                else:
                    await self._keep(request)
            if message["type"] == "http.response.start" and not _speaks_for_itself(visit, request):
                message["headers"] = [
                    (name, value)
                    for name, value in message["headers"]
                    if not name.lower().startswith(b"access-control-")
                ]
            await send(message)

        try:
            if to_balancer:
                await clients.serve(emulator.app.app, scope, receive, saving)
            else:
                await emulator.app.app(scope, request.receive, saving)
        except Exception:
            log.exception("cannot answer %s %s", scope["method"], scope["path"])
            await _reply(send, 500, {"__type": "InternalFailure", "message": "See sandbox.log"})

    async def _keep(self, request: Sniffed) -> None:
        if request.path == "/_ministack/reset":
            self.generation.renew()
        wanted = request.changes()
        if not wanted:
            return
        keys = persistence.keys_of(request.service()) - {snapshots.STATE_KEY}
        if snapshots.unsaved():
            keys.add(snapshots.STATE_KEY)
        if wanted == "now":
            await self.saver.saved(keys)
        # What a call did to other services (a log group, a metric) follows soon.
        self.saver.soon([*keys, *DATA_SERVICES])


class Sniffed:
    """A request to the control plane: which service, and whether it changes anything."""

    def __init__(self, scope: dict[str, Any], receive: Any) -> None:
        self.scope = scope
        self.path: str = scope["path"]
        self.headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        self._receive = receive
        self._start = b""

    async def receive(self) -> dict[str, Any]:
        """The next message, whose beginning is remembered: the Query protocol's action is there."""
        message: dict[str, Any] = await self._receive()
        if not self._start and message.get("body"):
            self._start = bytes(message["body"][:4096])
        return message

    def service(self) -> str:
        """The service's name as it signs; the emulator's guess for what is not signed."""
        found = _SERVICE.search(self.headers.get("authorization", ""))
        return found[1] if found else self.detected()

    def detected(self) -> str:
        """The emulator's guess at the service."""
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        detected: str = emulator.app.detect_service(
            self.scope["method"], self.path, self.headers, query
        )
        return detected

    def changes(self) -> str:
        """What persistence has to do: "" , "lazy" or "now"."""
        if self.scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return ""
        if self.path.startswith("/_ministack/"):
            return "now" if self.path == "/_ministack/reset" else ""
        return persistence.changes(self.action())

    def action(self) -> str:
        """The operation's name; for REST services, which have none in the request, its method."""
        target = self.headers.get("x-amz-target", "").rpartition(".")[2]
        if target:
            return target
        if found := _ACTION.search(self._start):
            return found[1].decode()
        if "/operation/" in self.path:
            return self.path.rpartition("/")[2]
        if self.path.endswith(("/invocations", "/invoke-async", "/response-streaming-invocations")):
            return "Invoke"
        return f"Method{self.scope['method'].title()}"


def _end_processes() -> None:
    """End all functions and instances that run."""
    clock.end()
    emulator.lambda_runtime.reset()


def _given(scope: dict[str, Any]) -> str:
    name = proof.HEADER.lower().encode()
    found = next((value for key, value in scope["headers"] if key.lower() == name), b"")
    return str(found.decode("latin-1"))


def _speaks_for_itself(visit: Visit, request: Sniffed) -> bool:
    """Whether the CORS headers of an answer are the learner's: an API's own, a bucket's rules."""
    if visit.for_an_api():
        return True
    target = emulator.app._s3_cors_target(visit.host, visit.path)
    return target is not None and request.service() == "s3"


async def _refuse(scope: dict[str, Any], send: Any, reason: str) -> None:
    """Answer a call as the service that it is for refuses one."""
    request = Sniffed({**scope, "headers": [(k.lower(), v) for k, v in scope["headers"]]}, None)
    error = emulator.iam_evaluator.AuthError("AccessDenied", reason)
    answer = emulator.app._credential_failure(
        request.detected(), "", str(uuid.uuid4()), error, request.headers
    )
    await emulator.app._send_response(emulator.app._with_date_header(send), *answer)


async def _hang_up(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})


async def _reply(send: Any, status: int, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json"}
    await emulator.app._send_response(
        emulator.app._with_date_header(send), status, headers, json.dumps(body).encode()
    )
