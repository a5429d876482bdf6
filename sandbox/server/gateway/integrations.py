"""What stands behind a method: a Lambda function, an HTTP backend, or nothing but a template."""

from __future__ import annotations

import re
import time
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.errors import CONFIGURATION, JSON, GatewayError, check, internal
from sandbox.server.base.exchange import Request, Response
from sandbox.server.base.variables import substitute
from sandbox.server.gateway import directives, http_backend, lambda_call

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
            return await http_backend.call(request, integration, timeout)
        if kind == "AWS_PROXY":
            return await lambda_call.call(request, integration, timeout)
        if kind == "AWS":
            return await service(request, integration)
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
    template = (selected.get("responseTemplates") or {}).get(JSON) or ""
    text, told = directives.run(template, request)
    code = told.status(int(selected["statusCode"]))
    return Response(code, told.headers(headers), _render(text, request).encode())


def _mock_status(request: Request, integration: dict[str, Any]) -> str | None:
    templates = integration.get("requestTemplates") or {}
    content_type = (request.headers.get("content-type") or JSON).split(";")[0].strip()
    template = templates.get(content_type)
    # Without a template for its type the body passes through, and has to name the status itself.
    text = request.body.decode("utf-8", "replace") if template is None else template
    if template is None and not text and JSON in templates:
        text = templates[JSON]
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
    found = await invoke(
        integration,
        request.place.api_id,
        request.place.stage,
        request.stage,
        request.resource,
        request.path,
        request.method,
        request.headers,
        request.body,
        request.query,
        request.path_parameters,
        owner_account_id=request.account_id,
        owner_region=request.region,
        binary_media_types=request.api.get("binaryMediaTypes") or [],
        authorizer_context=request.authorizer,
        caller_identity=request.identity or None,
    )
    if not isinstance(found, tuple):
        check(found)
    return Response.of(found)
