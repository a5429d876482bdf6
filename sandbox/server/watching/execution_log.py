"""The execution log: what API Gateway says it did with a request, in AWS's words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sandbox.server.base.exchange import Call, Headers, Request, Response
from sandbox.server.base.stages import method_settings

LIMIT = 1024  # bytes of a line
CUT = "[TRUNCATED]"
SECRET = frozenset(("authorization", "x-api-key", "x-amz-security-token"))
# The same by the names that events and authorizers' answers have for it.
SECRETS = SECRET | {"apikey", "authorizationtoken", "usageidentifierkey"}


def lines(request: Request, response: Response, level: str) -> list[str]:
    """The lines about one request at a level: INFO, ERROR (failures only) or OFF."""
    if level == "OFF" or not request.resource:
        return []
    if level == "ERROR":
        told = [*request.trace, _completed(response)] if request.trace else []
    else:
        trace = bool(method_settings(request).get("dataTraceEnabled"))
        told = list(_info(request, response, trace))
    return [cut(f"({request.request_id}) {line}") for line in told]


def _info(request: Request, response: Response, trace: bool) -> Iterator[str]:
    yield f"Extended Request Id: {request.extended_id}"
    if request.authorizer_call:
        yield from _authorizer(request, request.authorizer_call, trace)
    if request.phase in ("metering", "executing"):
        yield from _usage_plan(request)
    yield from executed(request, response, trace)
    if request.call and request.call.request_id:
        yield f"AWS Integration Endpoint RequestId : {request.call.request_id}"
    yield f"X-ray Tracing ID : {request.trace_id.removeprefix('Root=').split(';')[0]}"


def executed(request: Request, response: Response, trace: bool) -> Iterator[str]:
    """From the start of the execution, if it came to that, to its end."""
    if request.phase == "executing":
        yield from _start(request, trace)
        if request.call:
            yield from _integration(request.call, trace)
        if trace:
            yield f"Method response body after transformations: {_text(response.body)}"
            yield f"Method response headers: {_headers(response.headers)}"
    yield from request.trace
    if request.phase == "executing" and not request.trace:
        yield "Successfully completed execution"
    yield _completed(response)


def _completed(response: Response) -> str:
    return f"Method completed with status: {response.status}"


def _authorizer(request: Request, call: Call, trace: bool) -> Iterator[str]:
    yield f"Starting authorizer: {call.name} for request: {request.request_id}"
    yield f"Incoming identity: {masked(call.identity)}"
    if trace:
        yield f"Endpoint request body after transformations: {_text(call.sent)}"
    if call.uri:
        yield f"Sending request to {call.uri}"
        yield f"Authorizer result body before parsing: {_text(call.answered)}"
    if call.failed:
        return
    yield f"Using valid authorizer policy for principal: {masked(call.principal)}"
    yield (
        "Successfully completed authorizer execution"
        if call.uri
        else "Using cached authorizer policy"
    )


def _usage_plan(request: Request) -> Iterator[str]:
    place = f"{request.place.api_id}/{request.place.stage}"
    key = masked((request.api_key or {}).get("value") or "")
    yield (
        f"Verifying Usage Plan for request: {request.request_id}. API Key: {key} API Stage: {place}"
    )
    if not request.rule.get("apiKeyRequired"):
        yield (
            f"API Key {key} authorized because method "
            f"'{request.method} {request.resource['path']}' does not require API Key. "
            "Request will not contribute to throttle or quota limits"
        )
    if request.phase == "executing":
        yield f"Usage Plan check succeeded for API Key {key} and API Stage {place}"


def _start(request: Request, trace: bool) -> Iterator[str]:
    yield f"Starting execution for request: {request.request_id}"
    # What a caller put into the path is data, as the parameters below are.
    path = request.path if trace else request.resource["path"]
    yield f"HTTP Method: {request.method}, Resource Path: {path}"
    if request.api_key:
        yield f"API Key: {masked(request.api_key['value'])}"
        yield f"API Key ID: {request.api_key['id']}"
    if trace:
        query = {key: values[-1] for key, values in request.query.items()}
        yield f"Method request path: {_map(request.path_parameters)}"
        yield f"Method request query string: {_map(query)}"
        yield f"Method request headers: {_headers(request.sent_headers)}"
        yield f"Method request body before transformations: {_text(request.body)}"


def _integration(call: Call, trace: bool) -> Iterator[str]:
    if trace:
        yield f"Endpoint request URI: {call.uri}"
        yield f"Endpoint request headers: {_headers(call.headers)}"
        yield f"Endpoint request body after transformations: {_text(call.sent)}"
    yield f"Sending request to {call.uri}"
    if call.status is None:
        return
    yield (f"Received response. Status: {call.status}, Integration latency: {call.milliseconds} ms")
    if trace:
        yield f"Endpoint response headers: {_headers(call.got_headers)}"
        yield f"Endpoint response body before transformations: {_text(call.answered)}"


def masked(text: str) -> str:
    """A secret as logs show it: its last six characters."""
    return f"{'*' * max(4, len(text) - 6)}{text[-6:] if len(text) > 6 else ''}" if text else ""


def _headers(headers: Headers) -> str:
    return _map({k: masked(v) if k.lower() in SECRET else v for k, v in headers})


def _map(values: dict[str, Any]) -> str:
    return f"{{{', '.join(f'{key}={value}' for key, value in values.items())}}}"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value[:LIMIT].decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(_hidden(value))


def _hidden(value: Any) -> Any:
    """An event, or what an authorizer answered, with its secrets masked, at any depth."""
    if isinstance(value, list):
        return [_hidden(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _masked(one) if key.lower() in SECRETS and one else _hidden(one)
        for key, one in value.items()
    }


def _masked(value: Any) -> Any:
    return [masked(str(one)) for one in value] if isinstance(value, list) else masked(str(value))


def cut(line: str) -> str:
    """A line as long as API Gateway writes one."""
    data = line.encode("utf-8", "replace")
    if len(data) <= LIMIT:
        return line
    return data[: LIMIT - len(CUT)].decode("utf-8", "ignore") + CUT
