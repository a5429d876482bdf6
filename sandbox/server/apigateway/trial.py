"""TestInvokeMethod: a method as it is now, deployed or not, called without a stage.

Nobody is asked who calls: no policy, authorizer, key or limit looks at such a request.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer
from sandbox.server.base.errors import GatewayError, render
from sandbox.server.base.exchange import BrokenFlow, Flow, Headers, Place, Request, Response
from sandbox.server.gateway import integrations, validation
from sandbox.server.watching import execution_log

v1 = emulator.v1

STAGE = "test-invoke-stage"
CALLER = {
    "apiKey": "test-invoke-api-key",
    "apiKeyId": "test-invoke-api-key-id",
    "sourceIp": "test-invoke-source-ip",
}
STREAM_SECONDS = 35.0
STREAM_BYTES = 2**20


def wanted(method: str, parts: list[str]) -> bool:
    """Whether a request to the control plane is this call."""
    return (
        method == "POST" and len(parts) == 6 and parts[::2] == ["restapis", "resources", "methods"]
    )


async def call(parts: list[str], data: dict[str, Any], headers: dict[str, str]) -> Answer:
    """The answer to the call, for the parts of its path, its body and its headers."""
    api_id, resource_id, verb = parts[1::2]
    resource = v1._resources.get(api_id, {}).get(resource_id)
    methods = (resource or {}).get("resourceMethods") or {}
    rule = methods.get(verb) or methods.get("ANY")
    if resource is None or rule is None:
        what = "Method" if resource else "Resource" if api_id in v1._rest_apis else "API"
        missing: Answer = v1._v1_error(
            "NotFoundException", f"Invalid {what} identifier specified", 404
        )
        return missing
    request = _request(api_id, resource, rule, verb, data, headers)
    try:
        validation.validate(request)
        response = await integrations.answer(request)
        if response.flow is not None:
            response.body = await _whole(request, response.flow)
    except GatewayError as error:
        request.trace.append(error.note or f"{error.message}")
        response = render(error, request)
    answer: Answer = v1._v1_response(_shown(request, response), 200)
    return answer


def _request(
    api_id: str,
    resource: dict[str, Any],
    rule: dict[str, Any],
    method: str,
    data: dict[str, Any],
    headers: dict[str, str],
) -> Request:
    path, _, query = (data.get("pathWithQueryString") or "").partition("?")
    path = path or resource["path"]
    caller = v1._iam_caller_identity(headers, {}) or {}
    return Request(
        place=Place(api_id, STAGE, path),
        account_id=emulator.responses.get_account_id(),
        region=emulator.responses.get_region(),
        method=method,
        sent_headers=_headers(data),
        query=parse_qs(query, keep_blank_values=True),
        raw_query=query,
        source_ip=CALLER["sourceIp"],
        body=(data.get("body") or "").encode(),
        stage={"variables": data.get("stageVariables") or {}},
        api=v1._rest_apis.get(api_id) or {},
        resource=resource,
        rule=rule,
        path_parameters=_parameters(resource["path"], path),
        identity={**caller, **CALLER, "userAgent": headers.get("user-agent")},
        phase="executing",
        test=True,
    )


def _headers(data: dict[str, Any]) -> Headers:
    multiple = data.get("multiValueHeaders") or {}
    single = {k: v for k, v in (data.get("headers") or {}).items() if k not in multiple}
    return [*single.items(), *((name, value) for name, many in multiple.items() for value in many)]


def _parameters(template: str, path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    parts = path.strip("/").split("/")
    for place, part in enumerate(template.strip("/").split("/")):
        if part.startswith("{") and place < len(parts):
            greedy = part.endswith("+}")
            name = part.strip("{+}")
            found[name] = "/".join(parts[place:]) if greedy else parts[place]
    return {name: value for name, value in found.items() if not value.startswith("{")}


async def _whole(request: Request, flow: Flow) -> bytes:
    """A stream, gathered until it ends, or as much of it as a test shows."""
    body = b""
    end = time.monotonic() + STREAM_SECONDS
    try:
        with suppress(asyncio.TimeoutError):
            while len(body) < STREAM_BYTES:
                piece = await asyncio.wait_for(flow.next(), max(0.0, end - time.monotonic()))
                if piece is None:
                    break
                body += piece
    except BrokenFlow as error:
        request.trace.append(str(error))
    finally:
        flow.close()
    return body[:STREAM_BYTES]


def _shown(request: Request, response: Response) -> dict[str, Any]:
    multiple: dict[str, list[str]] = {}
    for name, value in response.headers:
        multiple.setdefault(name, []).append(value)
    return {
        "status": response.status,
        "body": response.body.decode("utf-8", "replace"),
        "headers": {name: values[-1] for name, values in multiple.items()},
        "multiValueHeaders": multiple,
        "log": _log(request, response),
        "latency": request.latency,
    }


def _log(request: Request, response: Response) -> str:
    now = time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime())
    told = execution_log.executed(request, response, trace=True)
    lines = [execution_log.cut(f"{now} : {line}") for line in told]
    return "\n".join([f"Execution log for request {request.request_id}", *lines, ""])
