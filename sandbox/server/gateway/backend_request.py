"""What an HTTP integration sends: the address, the path, and headers that a client cannot forge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sandbox.server.base import variables
from sandbox.server.base.exchange import Headers, Request
from sandbox.server.gateway.proxy_event import DROPPED, function_headers

PORTS = {"http": 80, "https": 443}
# What frames a message is the sender's alone.
FRAMING = ("connection", "content-length", "transfer-encoding")


@dataclass(frozen=True)
class Outgoing:
    """A request to a backend, whoever carries it.

    Attributes:
        url: the whole address, with its query.
        secure: whether the scheme is https.
        host, port: where it goes, unless a VPC link carries it elsewhere.
        path: path and query as they are on the wire.
        headers: all of them, Host first; no name comes twice but of the client's own.
    """

    method: str
    url: str
    secure: bool
    host: str
    port: int
    path: str
    headers: Headers
    body: bytes


def outgoing(
    request: Request, integration: dict[str, Any], body: bytes, prefix: str = ""
) -> Outgoing:
    """The request that an integration makes of a client's; ValueError when its address is none.

    `prefix` goes before the address's own path.
    """
    url = target(request, integration, prefix)
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(url)
    method = integration.get("httpMethod") or request.method
    return Outgoing(
        method=request.method if method == "ANY" else method,
        url=url,
        secure=parts.scheme == "https",
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        path=f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}",
        headers=headers(request, integration, parts.netloc.rpartition("@")[2]),
        body=body,
    )


def target(request: Request, integration: dict[str, Any], prefix: str = "") -> str:
    """The backend's URL with path parameters and the query filled in."""
    url = variables.address(integration.get("uri") or "", request)
    for name, value in mapped(request, integration, "path").items():
        if value is not None:
            url = url.replace(f"{{{name}}}", quote(value, safe="/%"))
    if prefix:
        parts = urlsplit(url)
        url = parts._replace(path=prefix + (parts.path or "/")).geturl()
    pairs = [(key, value) for key, values in request.query.items() for value in values]
    if integration.get("type") == "HTTP":
        pairs = []
    own = mapped(request, integration, "querystring").items()
    query = urlencode([*pairs, *((name, value) for name, value in own if value is not None)])
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def mapped(request: Request, integration: dict[str, Any], kind: str) -> dict[str, str | None]:
    """What the integration maps to parameters of a kind; None where the request has no such value."""
    start = f"integration.request.{kind}."
    return {
        place[len(start) :]: variables.map_value(source, request)
        for place, source in (integration.get("requestParameters") or {}).items()
        if place.startswith(start)
    }


def headers(request: Request, integration: dict[str, Any], host: str) -> Headers:
    """Headers to send: those mapped, then the client's of other names, then the gateway's own.

    What an integration maps never comes from the client, however that writes the name: backends
    take identities from such headers. That holds where the mapped value is missing, too.
    """
    own = [
        ("User-Agent", f"AmazonAPIGateway_{request.place.api_id}"),
        ("x-amzn-apigateway-api-id", request.place.api_id),
    ]
    given = {
        name.lower(): (name, value)
        for name, value in mapped(request, integration, "header").items()
    }
    sent = function_headers(request) if integration.get("type") == "HTTP_PROXY" else []
    reserved = {*DROPPED, *given, "host"}
    passed = [(name, value) for name, value in sent if name.lower() not in reserved]
    names = {*given, *(name.lower() for name, _ in passed)}
    own = [(name, value) for name, value in own if name.lower() not in names]
    host = (given.pop("host", None) or ("Host", None))[1] or host
    more = [
        (name, _line(value))
        for key, (name, value) in given.items()
        if value is not None and key not in FRAMING
    ]
    return [("Host", _line(host)), *passed, *own, *more]


def _line(value: str) -> str:
    # A line break in a header would end it and begin another.
    return value.replace("\r", " ").replace("\n", " ")
