"""A request and its answer as ASGI's messages: read whole, sent whole or as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from sandbox.server.base import emulator
from sandbox.server.base.exchange import (
    BODY_LIMIT,
    BrokenFlow,
    Flow,
    Headers,
    Place,
    Request,
    Response,
)

app = emulator.app


def read_scope(scope: dict[str, Any], place: Place, owner: tuple[str, str]) -> Request:
    """A Request, without its body, from what ASGI says about it."""
    raw_query = scope.get("query_string", b"").decode("latin-1")
    decode = emulator.sigv4.decode_header_value
    headers = [(name.decode("latin-1"), decode(value)) for name, value in scope["headers"]]
    return Request(
        place=place,
        account_id=owner[0],
        region=owner[1],
        method=_method(scope["method"], headers),
        sent_headers=headers,
        query=parse_qs(raw_query, keep_blank_values=True),
        raw_query=raw_query,
        source_ip=(scope.get("client") or ("127.0.0.1",))[0],
    )


def _method(method: str, headers: Headers) -> str:
    override = (value for name, value in headers if name.lower() == "x-http-method-override")
    return next(override, method).upper()


async def read_body(receive: Any) -> bytes | None:
    """The whole body; None when the client went away. Beyond BODY_LIMIT it is read, not kept."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        size += len(message.get("body", b""))
        if size <= BODY_LIMIT + 1:
            chunks.append(message.get("body", b""))
        elif chunks:
            chunks = []
        if not message.get("more_body"):
            break
    return b"".join(chunks) if size <= BODY_LIMIT else b"\0" * (BODY_LIMIT + 1)


async def send_whole(send: Any, request: Request, response: Response) -> None:
    """Send an answer whose body is there."""
    own_error = response.header("x-amzn-ErrorType")
    if request.method == "HEAD" and own_error:
        response.body = b""
    send = app._with_date_header(send)
    await send(_start(response, [("Content-Length", str(len(response.body)))]))
    await send({"type": "http.response.body", "body": response.body, "more_body": False})


async def send_flow(
    gone: asyncio.Future[Any],
    send: Any,
    response: Response,
    flow: Flow,
    ended: Callable[[int, str], None],
) -> None:
    """Send a body as it comes. One that breaks is cut: the client sees that its end is missing.

    `gone` is done when the client has left. `ended` is told how many bytes were sent, and what broke, before the last of them leaves.
    """
    send = app._with_date_header(send)
    await send(_start(response, []))
    length, whole, broken = 0, False, ""
    try:
        while True:
            coming = asyncio.ensure_future(flow.next())
            await asyncio.wait({coming, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                coming.cancel()
                break
            data = coming.result()
            if data is None:
                whole = True
                break
            length += len(data)
            await send({"type": "http.response.body", "body": data, "more_body": True})
    except BrokenFlow as error:
        broken = str(error)
    finally:
        gone.cancel()
        flow.close()
        ended(length, broken)
    if whole:
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _start(response: Response, own: Headers) -> dict[str, Any]:
    dropped = ("content-length", "connection", "transfer-encoding")
    headers = [h for h in response.headers if h[0].lower() not in dropped]
    return {
        "type": "http.response.start",
        "status": response.status,
        "headers": [(name.encode("latin-1"), _encoded(value)) for name, value in headers + own],
    }


def _encoded(value: str) -> bytes:
    # A line break in a header would end it and begin another.
    text = value.replace("\r", " ").replace("\n", " ")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()
