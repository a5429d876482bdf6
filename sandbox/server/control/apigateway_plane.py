"""API Gateway's control plane, where the emulator's differs from AWS's: the way of one call.

Calls that the emulator lacks are answered first. Of all others, what AWS refuses comes first, then
TestInvokeMethod and PATCH, which are answered here; the rest is the emulator's. Every answer is
shown as AWS shows it.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from sandbox.server.apigateway import (
    canary_promotion,
    refusals,
    stage_caches,
    trial,
    usage,
    views,
    vpc_links,
)
from sandbox.server.apigateway.patch_calls import patch_answer
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer
from sandbox.server.base.refusals import Refused
from sandbox.server.control import input_check
from sandbox.server.openapi import calls as openapi

v1 = emulator.v1


def refusal(method: str, path: str, body: bytes) -> Answer | None:
    """The answer to a request that AWS refuses; None when it goes on."""
    try:
        if _parts(path)[4:5] == ["sdks"]:
            raise Refused("The sandbox has no GetSdk: it generates no SDK. Export the API instead")
        call = input_check.rest("apigateway", method, path, body)
        if call is not None:
            refusals.check(call.name, _parts(path), call.data)
    except input_check.Unreadable as error:
        return _refused("SerializationException", str(error))
    except input_check.Invalid as error:
        return _refused("ValidationException", str(error))
    except Refused as error:
        return _refused(error.code, error.message, error.status)
    return None


async def _try(parts: list[str], body: bytes, headers: Any) -> Answer:
    try:
        return await trial.call(parts, input_check.read_json(body), headers)
    except input_check.Unreadable as error:
        return _refused("SerializationException", str(error))


def _refused(code: str, message: str, status: int = 400) -> Answer:
    answer: Answer = v1._v1_error(code, message, status)
    return answer


def _parts(path: str) -> list[str]:
    return [unquote(part) for part in path.strip("/").split("/") if part]


def _lacked(method: str, path: str, body: bytes, query: Any) -> Answer | None:
    """The answer to a call that the emulator does not have; None for all others."""
    found = vpc_links.answer(method, path, body, query) if vpc_links.ours(path) else None
    found = found or stage_caches.flushed(method, path)
    if found is None and path.endswith("/usage"):
        data = json.loads(body) if input_check.is_object(body.decode("utf-8", "replace")) else {}
        found = usage.answer(method, path, data, query)
    return found


def handle(original: Any) -> Any:
    """The way of one call."""

    async def _whole(method: str, path: str, headers: Any, body: bytes, query: Any) -> Answer:
        async def call(verb: str, place: str, data: dict[str, Any]) -> Answer:
            sent = json.dumps(data).encode() if verb != "GET" else b""
            return await handle_request(verb, place, {}, sent, {})

        try:
            return await openapi.answer(method, _parts(path), query, headers, body, call)
        except Refused as error:
            return _refused(error.code, error.message, error.status)

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        lacked = _lacked(method, path, body, query)
        if lacked is not None:
            return lacked
        if openapi.ours(method, _parts(path), query):
            return await _whole(method, path, headers, body, query)
        if method == "PATCH":
            body = canary_promotion.translate(path, body)
        answer = refusal(method, path, body)
        if answer is None and trial.wanted(method, _parts(path)):
            return await _try(_parts(path), body, headers)
        if answer is None and method == "PATCH":
            answer = patch_answer(path, body)
        if answer is None:
            answer = await original(method, path, headers, body, query)
        return views.shown(method, _parts(path), query, answer)

    return handle_request


def route(original: Any) -> Any:
    """Where the emulator tells REST APIs' paths from others': it does not know those of VPC links."""

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        further = v1.handle_request if vpc_links.ours(path) else original
        answer: Answer = await further(method, path, headers, body, query)
        return answer

    return handle_request


def install() -> None:
    """Put these over the emulator's handling of calls."""
    v1.handle_request = handle(v1.handle_request)
    emulator.v2.handle_request = route(emulator.v2.handle_request)
