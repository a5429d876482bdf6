"""What a function behind a proxy integration may return, and the answer that it becomes."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from sandbox.server.base.errors import JSON
from sandbox.server.base.exchange import Headers, Request, Response
from sandbox.server.gateway.conversions import is_binary

KEYS = frozenset(("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"))

# A function cannot set these; the client finds them under another name.
REMAPPED = frozenset(
    (
        "authorization",
        "connection",
        "content-length",
        "content-md5",
        "date",
        "expect",
        "host",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "trailer",
        "upgrade",
        "user-agent",
        "www-authenticate",
    )
)


class Malformed(ValueError):
    """The function returned what no client can be answered with; the text says what is wrong."""


def response(returned: Any, request: Request) -> Response:
    """The answer that a function's return value stands for, or Malformed."""
    if not isinstance(returned, dict):
        raise Malformed("the function did not return an object")
    unknown = sorted(set(returned) - KEYS)
    if unknown:
        raise Malformed(f"unknown key {unknown[0]}")
    status = _status(returned.get("statusCode", 200))
    headers = _headers(returned.get("headers"), returned.get("multiValueHeaders"))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", JSON))
    headers.append(("X-Amzn-Trace-Id", request.trace_id))
    return Response(status, headers, _body(returned, request))


def streamed(metadata: Any, request: Request) -> Response:
    """The answer that the metadata before a streamed body stands for, or Malformed."""
    if not isinstance(metadata, dict):
        raise Malformed("the metadata is no object")
    cookies = metadata.get("cookies") or []
    if not isinstance(cookies, list):
        raise Malformed("cookies is no list")
    known = {key: value for key, value in metadata.items() if key in KEYS and key != "body"}
    answer = response(known, request)
    answer.headers += [("Set-Cookie", str(cookie)) for cookie in cookies]
    return answer


def _status(value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"[1-5]\d\d", str(value)):
        raise Malformed(f"statusCode is {value!r}")
    return int(value)


def _headers(single: Any, multiple: Any) -> Headers:
    listed = _lists(multiple)
    known = {name.lower(): name for name in listed}
    if not isinstance(single, (dict, type(None))):
        raise Malformed("headers is not an object")
    for name, value in (single or {}).items():
        if value is not None:
            shown = known.get(name.lower()) or name
            listed.setdefault(shown, []).append(_text(name, value))
    return [
        (f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name, value)
        for name, values in listed.items()
        for value in values
    ]


def _lists(multiple: Any) -> dict[str, list[str]]:
    if not isinstance(multiple, (dict, type(None))):
        raise Malformed("multiValueHeaders is not an object")
    listed = {}
    for name, values in (multiple or {}).items():
        if not isinstance(values, list):
            raise Malformed(f"multiValueHeaders has no list for {name}")
        listed[name] = [_text(name, value) for value in values]
    return listed


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        raise Malformed(f"the header {name} is not text")
    return value


def _body(returned: dict[str, Any], request: Request) -> bytes:
    body = returned.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Malformed("body is not text")
    accepted = request.headers.get("accept", "").split(",")[0]
    binary = request.api.get("binaryMediaTypes") or []
    if returned.get("isBase64Encoded") is True and is_binary(accepted, binary):
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise Malformed("body is not base64") from None
    return body.encode("utf-8", "surrogatepass")
