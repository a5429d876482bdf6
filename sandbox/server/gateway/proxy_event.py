"""The event that a Lambda proxy integration hands to its function, payload format 1.0."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.server.base.exchange import Headers, Request
from sandbox.server.gateway.conversions import is_binary

# Headers that end at the gateway.
DROPPED = frozenset(
    (
        "connection",
        "content-length",
        "content-md5",
        "expect",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "te",
        "transfer-encoding",
        "trailer",
        "upgrade",
        "www-authenticate",
    )
)
RECAPITALISED = {
    "authorization": "Authorization",
    "host": "Host",
    "user-agent": "User-Agent",
}
# What the gateway sets itself, whatever the client sent.
SET = frozenset(
    ("x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "host")
)
IDENTITY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "sourceIp",
    "user",
    "userAgent",
    "userArn",
)


def event(request: Request) -> dict[str, Any]:
    """The whole event; every key is always there, and what is empty is null."""
    headers = function_headers(request)
    query = request.query
    body, is_base64 = _body(request)
    return {
        "resource": request.resource["path"],
        "path": request.path,
        "httpMethod": request.method,
        "headers": {name: value for name, value in headers} or None,
        "multiValueHeaders": _grouped(headers) or None,
        "queryStringParameters": {key: values[-1] for key, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": request.path_parameters or None,
        "stageVariables": request.stage.get("variables") or None,
        "requestContext": request_context(request),
        "body": body,
        "isBase64Encoded": is_base64,
    }


def request_context(request: Request) -> dict[str, Any]:
    """Who called, through which API, when."""
    received = request.received
    context: dict[str, Any] = {
        "resourceId": request.resource["id"],
        "resourcePath": request.resource["path"],
        "httpMethod": request.method,
        "extendedRequestId": request.extended_id,
        "requestTime": received.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "path": request.full_path,
        "accountId": request.account_id,
        "protocol": "HTTP/1.1",
        "stage": request.place.stage,
        "domainPrefix": request.domain.partition(".")[0],
        "requestTimeEpoch": int(received.timestamp() * 1000),
        "requestId": request.request_id,
        "identity": identity(request),
        "domainName": request.domain,
        "deploymentId": request.deployment_id,
        "apiId": request.place.api_id,
    }
    if request.test:
        del context["deploymentId"]
    if request.canary is not None:
        context["isCanaryRequest"] = request.canary
    if request.authorizer is not None:
        context["authorizer"] = request.authorizer
    return context


def identity(request: Request) -> dict[str, Any]:
    """The caller; null where it does not apply."""
    found: dict[str, Any] = dict.fromkeys(IDENTITY)
    found.update(
        {key: value for key, value in request.identity.items() if key in found},
        sourceIp=request.source_ip,
        userAgent=request.headers.get("user-agent"),
    )
    if request.test:
        found.update(request.identity)
    if request.api_key is not None:
        found.update(apiKey=request.api_key.get("value"), apiKeyId=request.api_key.get("id"))
    return found


def function_headers(request: Request) -> Headers:
    """The headers as the function sees them: the client's casing, and what the gateway adds."""
    signed = request.headers.get("authorization", "").startswith("AWS4-")
    kept = []
    for name, value in request.sent_headers:
        key = name.lower()
        if key in DROPPED or key in SET or (key == "authorization" and signed):
            continue
        kept.append((RECAPITALISED.get(key, name), value))
    if request.test:
        return kept
    forwarded = request.headers.get("x-forwarded-for")
    return [
        *kept,
        ("Host", request.domain),
        ("X-Amzn-Trace-Id", request.trace_id),
        ("X-Forwarded-For", ", ".join(filter(None, (forwarded, request.source_ip)))),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]


def _grouped(headers: Headers) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in headers:
        grouped.setdefault(name, []).append(value)
    return grouped


def _body(request: Request) -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    content_type = request.headers.get("content-type", "")
    if is_binary(content_type, request.api.get("binaryMediaTypes") or []):
        return base64.b64encode(request.body).decode(), True
    return request.body.decode("utf-8", "replace"), False
