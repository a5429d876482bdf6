"""Text or binary: what a payload becomes on its way to an integration, and on its way back.

The two tables of AWS's guide ("Content type conversions in API Gateway"), for all but Lambda proxies,
which say themselves what is base64 (proxy_event, proxy_response). Recorded calls agree with the tables
row by row, and show the 500s (localstack, tests marked as validated by AWS).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from sandbox.server.base.errors import CONFIGURATION, JSON, GatewayError, internal

TO_BINARY, TO_TEXT = "CONVERT_TO_BINARY", "CONVERT_TO_TEXT"


@dataclass(frozen=True)
class Payload:
    """A body, and whether the gateway takes it for binary: then no template can be applied to it."""

    data: bytes
    binary: bool = False


def is_binary(media_type: str, listed: list[str]) -> bool:
    """Whether a media type is one that the API lists as binary, by name or by `*`.

    What is asked for is taken literally: a client's own `image/*` is the name of no listed type.
    """
    kind = media_type.split(";")[0].strip().lower()
    known = {entry.strip().lower() for entry in listed}
    family = f"{kind.partition('/')[0]}/*"
    return "*/*" in known or kind in known or (bool(kind) and family in known)


def to_integration(body: bytes, content_type: str, listed: list[str], handling: str) -> Payload:
    """A client's body as the integration gets it; `handling` is the integration's contentHandling.

    Raises:
        GatewayError: it should become binary, and is no base64.
    """
    if is_binary(content_type or JSON, listed):
        if handling == TO_TEXT:
            return Payload(base64.b64encode(body))
        return Payload(body, binary=True)
    if handling == TO_BINARY:
        return Payload(_decoded(body), binary=True)
    return Payload(_utf8(body))


def to_client(
    body: bytes, content_type: str, accept: str, listed: list[str], handling: str
) -> Payload:
    """An integration's body as the client gets it; `handling` is the integration response's.

    Of the types that a client accepts only the first counts.

    Raises:
        GatewayError: it should become binary, and is no base64.
    """
    accepted = is_binary(accept.split(",")[0], listed)
    wanted = handling or (TO_BINARY if accepted else TO_TEXT)
    if is_binary(content_type, listed):
        if wanted == TO_TEXT:
            return Payload(base64.b64encode(body))
        return Payload(body, binary=True)
    if wanted == TO_BINARY:
        return Payload(_decoded(body), binary=True)
    return Payload(_utf8(body))


def cannot_transform(what: str) -> GatewayError:
    """A template met a binary payload: `what` is "request" or "response"."""
    return internal(f"{CONFIGURATION}Unable to transform {what}")


def _decoded(body: bytes) -> bytes:
    # What a function returns is JSON: base64 comes as a text in quotes.
    text = body[1:-1] if len(body) > 1 and body[:1] == body[-1:] == b'"' else body
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise internal(f"{CONFIGURATION}Unable to base64 decode the body.") from None


def _utf8(body: bytes) -> bytes:
    """Bytes that are no text are lost, as on AWS."""
    return body.decode("utf-8", "replace").encode()
