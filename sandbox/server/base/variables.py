"""Values that templates, parameters and addresses name: `$context.`, `$stageVariables.`, places."""

from __future__ import annotations

import re
from typing import Any

from sandbox.server.base.exchange import Request

_VARIABLE = re.compile(
    r"\$(?:\{((?:context|stageVariables)\.[\w.-]+)\}|((?:context|stageVariables)(?:\.\w+)+))"
)
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")


def substitute(template: str, request: Request, more: dict[str, str]) -> str:
    """A template with `$context.` and `$stageVariables.` filled in; what is unknown is empty."""

    def value(found: re.Match[str]) -> str:
        return map_value(found[1] or found[2], request, more) or ""

    return _VARIABLE.sub(value, template)


def map_value(source: str, request: Request, more: dict[str, str] | None = None) -> str | None:
    """What a parameter's source stands for in this request: a text in quotes, or a place."""
    if len(source) >= 2 and source[0] == source[-1] == "'":
        return source[1:-1]
    kind, _, name = source.partition(".")
    if kind == "stageVariables":
        return (request.stage.get("variables") or {}).get(name)
    if kind == "context":
        found = {**context_variables(request), **(more or {})}.get(name)
        return None if found is None else str(found)
    place, _, key = source.removeprefix("method.request.").partition(".")
    if not source.startswith("method.request."):
        return None
    if place == "header":
        return request.headers.get(key.lower())
    if place == "querystring":
        values = request.query.get(key)
        return values[-1] if values else None
    if place == "path":
        return request.path_parameters.get(key)
    return None


def context_variables(request: Request) -> dict[str, Any]:
    """What `$context.NAME` is in templates and access logs."""
    received = request.received
    authorizer = request.authorizer or {}
    return {
        "requestId": request.request_id,
        "extendedRequestId": request.extended_id,
        "requestTime": received.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(received.timestamp() * 1000),
        "httpMethod": request.method,
        "path": request.full_path,
        "protocol": "HTTP/1.1",
        "resourcePath": request.resource.get("path"),
        "resourceId": request.resource.get("id"),
        "stage": request.place.stage,
        "deploymentId": request.deployment_id,
        "apiId": request.place.api_id,
        "accountId": request.account_id,
        "domainName": request.domain,
        "domainPrefix": request.place.api_id,
        "isCanaryRequest": None if request.canary is None else str(request.canary).lower(),
        "xrayTraceId": request.trace_id.removeprefix("Root=").split(";")[0],
        "identity.sourceIp": request.source_ip,
        "identity.userAgent": request.headers.get("user-agent"),
        "identity.apiKey": (request.api_key or {}).get("value"),
        "identity.apiKeyId": (request.api_key or {}).get("id"),
        **{f"identity.{key}": value for key, value in request.identity.items()},
        **{f"authorizer.{key}": value for key, value in authorizer.items() if key != "claims"},
        **{f"authorizer.claims.{key}": v for key, v in (authorizer.get("claims") or {}).items()},
        **request.variables,
    }


def address(text: str, request: Request) -> str:
    """A URI or ARN with the stage's variables filled in; an undefined one is empty."""
    variables = request.stage.get("variables") or {}
    return _STAGE_VARIABLE.sub(lambda found: variables.get(found[1], ""), text)
