"""HTTP and HTTP_PROXY integrations: the request goes on to a server, its answer comes back."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sandbox.server.base import variables
from sandbox.server.base.errors import CONFIGURATION, GatewayError, internal
from sandbox.server.base.exchange import Call, Headers, Request, Response
from sandbox.server.gateway.proxy_event import DROPPED, function_headers
from sandbox.server.gateway.streaming import QueueFlow

# Hop-by-hop, or made anew for the client.
NOT_PASSED_ON = frozenset(("connection", "content-length", "keep-alive", "transfer-encoding"))


async def call(
    request: Request, integration: dict[str, Any], timeout: float, body: bytes
) -> Response:
    """Forward the request with this body; 504 when the server is silent for `timeout` seconds or not there.

    An address that is none is a 500.
    """
    url = target(request, integration)
    streams = integration.get("responseTransferMode") == "STREAM"
    streams = streams and integration.get("type") == "HTTP_PROXY"
    request.variables["integration.responseTransferMode"] = "STREAMED" if streams else "BUFFERED"
    request.call = Call(url, body, _headers(request, integration))
    exchange = partial(_exchange, request, integration, url, timeout, streams, body)
    try:
        status, headers, found = await asyncio.to_thread(exchange)
    except TimeoutError:
        raise GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out") from None
    except (socket.gaierror, ValueError, http.client.InvalidURL):
        raise internal(f"{CONFIGURATION}Invalid endpoint address") from None
    except (OSError, http.client.HTTPException):
        message = "Network error communicating with endpoint"
        raise GatewayError("INTEGRATION_FAILURE", message) from None
    kept = [(name, value) for name, value in headers if name.lower() not in NOT_PASSED_ON]
    request.call.status, request.call.got_headers = status, headers
    for name in ("integration.status", "integrationStatus", "integration.integrationStatus"):
        request.variables[name] = status
    answer = Response(status, [*kept, ("X-Amzn-Trace-Id", request.trace_id)])
    if isinstance(found, bytes):
        answer.body = request.call.answered = found
    else:
        connection, response = found
        answer.flow = _flow(connection, response, timeout)
    return answer


def _flow(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, timeout: float
) -> QueueFlow:
    """The body that a server is still sending."""
    flow = QueueFlow(timeout)
    loop = asyncio.get_running_loop()

    def read() -> None:
        broken = ""
        try:
            while piece := response.read1(65_536):
                flow.put(piece)
            if response.length:
                broken = "The endpoint ended its answer early"
        except (OSError, ValueError, http.client.HTTPException):
            broken = "Network error communicating with endpoint"
        finally:
            connection.close()
        loop.call_soon_threadsafe(flow.end, broken)

    def hang_up() -> None:
        # The thread that reads is woken, and closes.
        with suppress(OSError):
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)

    flow.on_close = hang_up
    threading.Thread(target=read, daemon=True, name="kit-http-stream").start()
    return flow


def target(request: Request, integration: dict[str, Any]) -> str:
    """The backend's URL with path parameters and the query filled in."""
    url = variables.address(integration.get("uri") or "", request)
    mapped = _mapped(request, integration)
    for name, value in mapped["path"].items():
        url = url.replace(f"{{{name}}}", quote(value, safe="/%"))
    pairs = [(key, value) for key, values in request.query.items() for value in values]
    if integration.get("type") == "HTTP":
        pairs = []
    query = urlencode([*pairs, *mapped["querystring"].items()])
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _mapped(request: Request, integration: dict[str, Any]) -> dict[str, dict[str, str]]:
    mapped: dict[str, dict[str, str]] = {"path": {}, "querystring": {}, "header": {}}
    for place, source in (integration.get("requestParameters") or {}).items():
        kind, _, name = place.removeprefix("integration.request.").partition(".")
        value = variables.map_value(source, request)
        if kind in mapped and value is not None:
            mapped[kind][name] = value
    return mapped


def _exchange(
    request: Request,
    integration: dict[str, Any],
    url: str,
    timeout: float,
    streams: bool,
    sent: bytes,
) -> tuple[int, Headers, Any]:
    """Status, headers and body of the answer to what was sent; a streamed body is the connection and the response to read."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=timeout)
    method = integration.get("httpMethod") or request.method
    open_ended = False
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.putrequest(
            request.method if method == "ANY" else method, path, skip_accept_encoding=True
        )
        for name, value in _headers(request, integration):
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(sent)))
        connection.endheaders(sent or None)
        response = connection.getresponse()
        open_ended = streams
        body = (connection, response) if streams else response.read()
        return response.status, response.getheaders(), body
    finally:
        if not open_ended:
            connection.close()


def _headers(request: Request, integration: dict[str, Any]) -> Headers:
    sent = function_headers(request) if integration.get("type") == "HTTP_PROXY" else []
    passed = [h for h in sent if h[0].lower() not in DROPPED and h[0].lower() != "host"]
    own = [
        ("User-Agent", f"AmazonAPIGateway_{request.place.api_id}"),
        ("x-amzn-apigateway-api-id", request.place.api_id),
    ]
    names = {name.lower() for name, _ in passed}
    own = [h for h in own if h[0].lower() not in names]
    return [*passed, *own, *_mapped(request, integration)["header"].items()]
