"""What stands behind a method: a Lambda function, an HTTP backend, or nothing but a template."""

from __future__ import annotations

import re
import time
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.errors import CONFIGURATION, JSON, GatewayError, check, internal
from sandbox.server.base.exchange import Request, Response
from sandbox.server.base.variables import substitute
from sandbox.server.gateway import conversions, directives, http_backend, lambda_call

v1 = emulator.v1

DEFAULT_TIMEOUT = 29_000  # milliseconds


async def answer(request: Request) -> Response:
    """Call the method's integration and answer what it answers; GatewayError if it fails."""
    integration = request.rule.get("methodIntegration")
    if not integration:
        raise internal("No integration defined for method")
    started = time.perf_counter()
    kind = integration.get("type")
    timeout = int(integration.get("timeoutInMillis") or DEFAULT_TIMEOUT) / 1000
    try:
        if kind == "MOCK":
            return mock(request, integration)
        if kind in ("HTTP", "HTTP_PROXY"):
            body = _incoming(request, integration).data
            answered = await http_backend.call(request, integration, timeout, body)
            return _outgoing(request, integration, answered)
        if kind == "AWS_PROXY":
            return await lambda_call.call(request, integration, timeout)
        if kind == "AWS":
            return _outgoing(request, integration, await service(request, integration))
    except GatewayError as error:
        request.variables["integrationErrorMessage"] = error.note or error.message
        request.variables.setdefault("integration.error", error.note or error.message)
        raise
    finally:
        latency = int((time.perf_counter() - started) * 1000)
        request.variables["integrationLatency"] = latency
        request.variables["integration.latency"] = latency
        if request.call:
            request.call.milliseconds = latency
    raise internal(f"Invalid integration type {kind}")


# Text and binary


def _listed(request: Request) -> list[str]:
    # A test call is JSON from end to end: it has no binary payload.
    return [] if request.test else request.api.get("binaryMediaTypes") or []


def _incoming(request: Request, integration: dict[str, Any]) -> conversions.Payload:
    """The client's body as the integration gets it; GatewayError if a template cannot take it."""
    content_type = request.headers.get("content-type", "")
    handling = integration.get("contentHandling") or ""
    payload = conversions.to_integration(request.body, content_type, _listed(request), handling)
    templated = integration.get("type") != "HTTP_PROXY" and _template(request, integration)
    if payload.binary and templated:
        raise conversions.cannot_transform("request")
    return payload


def _outgoing(request: Request, integration: dict[str, Any], answered: Response) -> Response:
    """What a server or a service answered, as its client gets it; a stream passes as it is."""
    if answered.flow is None:
        proxy = integration.get("type") == "HTTP_PROXY"
        responses = {} if proxy else integration.get("integrationResponses") or {}
        selected = _select(responses, str(answered.status)) or {}
        content_type = answered.header("content-type") or ""
        answered.body = _for_client(request, selected, answered.body, content_type)
    return answered


def _for_client(
    request: Request, selected: dict[str, Any], body: bytes, content_type: str
) -> bytes:
    """A body on its way to the client; GatewayError if the selected response cannot take it."""
    accept, handling = request.headers.get("accept", ""), selected.get("contentHandling") or ""
    payload = conversions.to_client(body, content_type, accept, _listed(request), handling)
    if payload.binary and (selected.get("responseTemplates") or {}).get(JSON):
        raise conversions.cannot_transform("response")
    return payload.data


def _template(request: Request, integration: dict[str, Any]) -> str | None:
    """The request template for the body's type; a request without a body has JSON's."""
    templates = integration.get("requestTemplates") or {}
    content_type = (request.headers.get("content-type") or JSON).split(";")[0].strip()
    found: str | None = templates.get(content_type)
    return templates.get(JSON) if found is None and not request.body else found


# MOCK: the request's template names a status, which picks the integration response


def mock(request: Request, integration: dict[str, Any]) -> Response:
    """The integration response that the request template's `statusCode` selects."""
    status = _mock_status(request, integration)
    if status is None:
        raise internal(f"{CONFIGURATION}Unable to parse statusCode")
    selected = _select(integration.get("integrationResponses") or {}, status)
    if selected is None:
        raise internal(
            f"{CONFIGURATION}No match for output mapping and no default output mapping configured"
        )
    headers = [("Content-Type", JSON)]
    for place, source in (selected.get("responseParameters") or {}).items():
        name = place.removeprefix("method.response.header.")
        if name != place and isinstance(source, str):
            headers = [h for h in headers if h[0].lower() != name.lower()]
            headers.append((name, source.strip("'")))
    _for_client(request, selected, b"", JSON)  # it answers nothing, of which its template makes all
    template = (selected.get("responseTemplates") or {}).get(JSON) or ""
    text, told = directives.run(template, request)
    code = told.status(int(selected["statusCode"]))
    return Response(code, told.headers(headers), _render(text, request).encode())


def _mock_status(request: Request, integration: dict[str, Any]) -> str | None:
    passed = _incoming(request, integration).data.decode("utf-8", "replace")
    template = _template(request, integration)
    # Without a template for its type the body passes through, and has to name the status itself.
    text = passed if template is None else template
    found = re.search(r'"statusCode"\s*:\s*"?(\d{3})', text)
    return found[1] if found else None


def _select(responses: dict[str, Any], status: str) -> dict[str, Any] | None:
    default = None
    for response in responses.values():
        pattern = response.get("selectionPattern")
        if not pattern:
            default = default or response
        elif _matches(pattern, status):
            return dict(response)
    return default


def _matches(pattern: str, status: str) -> bool:
    try:
        return re.fullmatch(pattern, status) is not None
    except re.error:
        return False


def _render(template: str, request: Request) -> str:
    if "$" not in template:
        return template
    known = substitute(template, request, {}) if "$input" not in template else template
    body = request.body.decode("utf-8", "replace")
    parameters = {**{k: v[-1] for k, v in request.query.items()}, **request.path_parameters}
    rendered: str = v1._render_request_template_v1(known, body, parameters)
    return rendered


# AWS: a service's own action, as far as the emulator has it


async def service(request: Request, integration: dict[str, Any]) -> Response:
    """Call an AWS service through the emulator's own mapping, which knows Lambda and SQS."""
    spec = v1._parse_service_integration_uri(integration.get("uri") or "")
    to_queue = spec and spec[1:3] == ("sqs", "path")
    invoke = v1._invoke_sqs_v1 if to_queue else v1._invoke_lambda_custom_v1
    payload = _incoming(request, integration)
    found = await invoke(
        integration,
        request.place.api_id,
        request.place.stage,
        request.stage,
        request.resource,
        request.path,
        request.method,
        request.headers,
        payload.data,
        request.query,
        request.path_parameters,
        owner_account_id=request.account_id,
        owner_region=request.region,
        binary_media_types=["*/*"] if payload.binary else [],
        authorizer_context=request.authorizer,
        caller_identity=request.identity or None,
    )
    if not isinstance(found, tuple):
        check(found)
    return Response.of(found)
