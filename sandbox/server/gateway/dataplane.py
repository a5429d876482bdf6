"""Serves deployed REST APIs: each request in AWS's order, from the snapshot of its stage.

Size (front_door), stage, web ACL (firewall), resource and method, resource policy and
authorization (access, authorizers), API key and limits (limits), parameters and body (compression,
validation), integration (integrations, conversions). The emulator's helpers do much of the judging; here is the order, what
they lack, and the shape of what goes back.
`observers` see each exchange before its last byte leaves, and write its logs and metrics.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from sandbox.server.base import emulator, snapshots, stages
from sandbox.server.base.errors import GatewayError, error_variables, forbidden, render
from sandbox.server.base.exchange import Place, Request, Response, locate
from sandbox.server.gateway import (
    access,
    asgi,
    compression,
    front_door,
    integrations,
    limits,
    validation,
)
from sandbox.server.guarding import firewall
from sandbox.server.watching import metrics, recorder, tracing

log = logging.getLogger("sandbox")
v1 = emulator.v1
app = emulator.app

Observer = Callable[[Request, Response], None]
observers: list[Observer] = [recorder.observe, metrics.observe, tracing.observe]


def addressed(scope: dict[str, Any]) -> tuple[Place, tuple[str, str]] | None:
    """The REST API that a request is for, and its account and region; None for all others."""
    host = next((v.decode("latin-1") for k, v in scope["headers"] if k.lower() == b"host"), "")
    raw_path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
    place = locate(host, raw_path) or _custom_domain(host, scope["path"])
    owner = snapshots.owner(place.api_id) if place else None
    return (place, owner) if place and owner else None


def _custom_domain(host: str, path: str) -> Place | None:
    found = app._resolve_custom_domain_request(host, path)
    if not found:
        return None
    api_id, stage, rest = found
    if not stage:
        stage, _, rest = rest.lstrip("/").partition("/")
        rest = f"/{rest}"
    return Place(api_id, stage, quote(rest))


async def serve(
    scope: dict[str, Any], receive: Any, send: Any, place: Place, owner: tuple[str, str]
) -> None:
    """Answer one request to a deployed API."""
    async with app._get_reset_lock():
        pass
    request = asgi.read_scope(scope, place, owner)
    body = await asgi.read_body(receive)
    if body is None:
        return
    request.body = body
    api = v1._rest_apis.get_scoped(*owner, place.api_id) or {}
    if refused := front_door.refusal(request, api):
        await asgi.send_whole(send, request, refused)
        return
    _pin_caller(scope, request)
    left = asyncio.ensure_future(receive())  # done when the client has left
    left.add_done_callback(lambda done: _left(request, done))
    response = await answer(request)
    response.headers += [
        ("x-amzn-RequestId", request.request_id),
        ("x-amz-apigw-id", request.extended_id),
    ]
    if response.flow is None:
        left.cancel()
        record(request, response)
        compression.pack(response, request)  # the logs tell of what was packed
        await asgi.send_whole(send, request, response)
        return

    def ended(length: int, broken: str) -> None:
        if broken:
            request.trace.append(broken)
        latency = request.latency
        request.variables.update({"responseLength": length, "integration.latency": latency})
        request.variables["integrationLatency"] = latency
        record(request, response)

    await asgi.send_flow(left, send, response, response.flow, ended)


def _left(request: Request, heard: asyncio.Future[Any]) -> None:
    """The client has left: a function that has not begun need not begin for it."""
    if not heard.cancelled():
        heard.exception()
        request.gone.set()


def record(request: Request, response: Response) -> None:
    """Let the observers see an exchange: before its last byte leaves."""
    if not request.api:
        return
    with emulator.responses.request_scope(request.account_id, request.region):
        for observe in observers:
            try:
                observe(request, response)
            except Exception:
                log.exception("an observer failed")


def _pin_caller(scope: dict[str, Any], request: Request) -> None:
    """Tell the emulator who calls from where, as it does for requests of its own."""
    key = app.extract_access_key_id(request.headers, request.query)
    responses, evaluator = emulator.responses, emulator.iam_evaluator
    with suppress(evaluator.AmbiguousAccessKeyError):
        if key:
            responses.set_request_account_id(app._request_account_scope(key))
    responses.set_request_region(app.extract_region(request.headers, request.query))
    responses.set_request_client_ip(request.source_ip)
    # On AWS every call comes over TLS; a policy that insists on it must not refuse here.
    evaluator.pin_request_origin(request.source_ip, True)
    evaluator.pin_request_caller(request.headers, request.query)
    raw_path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
    evaluator.pin_signed_request(request.method, raw_path, request.query, scope["headers"])
    evaluator.pin_signed_body(request.body)


async def answer(request: Request) -> Response:
    """What the API answers; every error is rendered."""
    account_id, region, api_id = request.account_id, request.region, request.place.api_id
    stages_here = v1._stages_v1.get_scoped(account_id, region, api_id, {})
    request.stage, request.canary = stages.serving(stages_here.get(request.place.stage) or {})
    tracing.begin(request)
    snapshot = snapshots.of_deployment(account_id, region, api_id, request.deployment_id)
    if snapshot is None or snapshot["_rest_apis"].get("disableExecuteApiEndpoint"):
        return forbidden()
    request.api = snapshot["_rest_apis"]
    with snapshots.serving(api_id, snapshot):
        try:
            with emulator.responses.request_scope(account_id, region):
                blocked = firewall.judge(request)
            if blocked is not None:
                return blocked
            await _judge(request)
            with emulator.responses.request_scope(account_id, region):
                return await integrations.answer(request)
        except GatewayError as error:
            return _refused(request, error)
        except Exception:
            log.exception("cannot serve %s %s", request.method, request.full_path)
            return _refused(request, GatewayError("DEFAULT_5XX", "Internal server error"))


def _refused(request: Request, error: GatewayError) -> Response:
    request.trace.append(error.note or f"{error.message}")
    request.variables.update(error_variables(error))
    request.variables["error.messageString"] = json.dumps(error.message)
    with emulator.responses.request_scope(request.account_id, request.region):
        return render(error, request)


async def _judge(request: Request) -> None:
    """Let the request pass, or raise what refuses it."""
    with emulator.responses.request_scope(request.account_id, request.region):
        find_method(request)
    request.phase = "authorizing"
    await access.authorize(request)
    request.phase = "metering"
    with emulator.responses.request_scope(request.account_id, request.region):
        limits.meter(request)
        request.phase = "executing"
        compression.unpack(request)
        validation.validate(request)


def find_method(request: Request) -> None:
    """Set the resource, its parameters and the method's record that serve the request."""
    api_id = request.place.api_id
    segments = [segment for segment in request.path.split("/") if segment]
    resource, parameters = v1._match_resource_tree(api_id, segments)
    rule = _rule(resource, request.method)
    if rule is None:
        # A resource without this method leaves it to a greedy one beside it.
        resource, parameters = v1._match_greedy_fallback(api_id, segments, request.method)
        rule = _rule(resource, request.method)
    if resource is None or rule is None:
        raise access.unrouted(request)
    request.resource, request.rule, request.path_parameters = resource, rule, parameters or {}


def _rule(resource: dict[str, Any] | None, method: str) -> dict[str, Any] | None:
    methods = (resource or {}).get("resourceMethods") or {}
    any_method = methods.get("ANY") if method in ANY_METHODS else None
    return methods.get(method) or any_method


ANY_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
