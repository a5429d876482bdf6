"""HTTP and HTTP_PROXY integrations: the request goes on to a server, its answer comes back."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
from contextlib import suppress
from typing import Any

from sandbox.server.base.errors import CONFIGURATION, GatewayError, internal
from sandbox.server.base.exchange import Call, Headers, Request, Response
from sandbox.server.gateway import private_backend
from sandbox.server.gateway.backend_request import Outgoing, outgoing
from sandbox.server.gateway.proxy_response import REMAPPED
from sandbox.server.gateway.streaming import QueueFlow

# Hop-by-hop, or made anew for the client.
NOT_PASSED_ON = frozenset(("connection", "content-length", "keep-alive", "transfer-encoding"))


async def call(
    request: Request, integration: dict[str, Any], timeout: float, body: bytes
) -> Response:
    """Forward the request with this body; 504 when the server is silent for `timeout` seconds or not there.

    An address that is none is a 500.
    """
    streams = integration.get("responseTransferMode") == "STREAM"
    streams = streams and integration.get("type") == "HTTP_PROXY"
    request.variables["integration.responseTransferMode"] = "STREAMED" if streams else "BUFFERED"
    try:
        status, headers, found = await _exchanged(request, integration, timeout, streams, body)
    except TimeoutError:
        raise GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out") from None
    except (socket.gaierror, ValueError, http.client.InvalidURL):
        raise internal(f"{CONFIGURATION}Invalid endpoint address") from None
    except (OSError, http.client.HTTPException):
        raise private_backend.unreachable() from None
    assert request.call
    request.call.status, request.call.got_headers = status, headers
    for name in ("integration.status", "integrationStatus", "integration.integrationStatus"):
        request.variables[name] = status
    answer = Response(status, [*_shown(headers), ("X-Amzn-Trace-Id", request.trace_id)])
    if isinstance(found, bytes):
        answer.body = request.call.answered = found
    else:
        answer.flow = found
    return answer


async def _exchanged(
    request: Request, integration: dict[str, Any], timeout: float, streams: bool, body: bytes
) -> tuple[int, Headers, Any]:
    """Status, headers and body of the answer; a streamed body is a flow."""
    private = private_backend.private(integration)
    prefix = private_backend.prefix(request, integration) if private else ""
    sent = outgoing(request, integration, body, prefix)
    request.call = Call(sent.url, body, sent.headers)
    find = private_backend.route
    way = find(request, integration) if private else private_backend.public(sent.host)
    if way:
        return await private_backend.exchange(request, way, sent, timeout, streams)
    status, headers, found = await asyncio.to_thread(_exchange, sent, timeout, streams)
    if not isinstance(found, bytes):
        found = _flow(found, timeout)
    return status, headers, found


def _shown(headers: Headers) -> Headers:
    """A backend's headers as the client gets them: those that the gateway has itself are renamed."""
    return [
        (f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name, value)
        for name, value in headers
        if name.lower() not in NOT_PASSED_ON
    ]


def _flow(
    opened: tuple[http.client.HTTPConnection, http.client.HTTPResponse], timeout: float
) -> QueueFlow:
    """The body that a server is still sending."""
    connection, response = opened
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


def _exchange(sent: Outgoing, timeout: float, streams: bool) -> tuple[int, Headers, Any]:
    """Status, headers and body of the answer to what was sent; a streamed body is the connection and the response to read."""
    kind = http.client.HTTPSConnection if sent.secure else http.client.HTTPConnection
    connection = kind(sent.host, sent.port, timeout=timeout)
    open_ended = False
    try:
        connection.putrequest(sent.method, sent.path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.headers:
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(sent.body)))
        connection.endheaders(sent.body or None)
        response = connection.getresponse()
        open_ended = streams
        body = (connection, response) if streams else response.read()
        return response.status, response.getheaders(), body
    finally:
        if not open_ended:
            connection.close()
