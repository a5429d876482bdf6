"""Compressed bodies: a client's is unpacked, an answer is packed when the API says from which size.

By AWS's guide, "Payload compression for REST APIs": a client's body is unpacked whatever the API says,
and keeps its Content-Encoding (seen by users: dougmoscrop/serverless-http, issue 194). Answers that
are passed on as they come are never packed.
"""

from __future__ import annotations

import gzip
import zlib

from sandbox.server.base.errors import GatewayError
from sandbox.server.base.exchange import BODY_LIMIT, Request, Response

CODINGS = ("gzip", "deflate", "identity")  # those that API Gateway knows


def unpack(request: Request) -> None:
    """Put the body in place of its compressed form.

    Raises:
        GatewayError: 415, the coding is not known or is not the body's; 413, it is too much.
    """
    coding = request.headers.get("content-encoding", "").strip().lower()
    if not coding or coding == "identity" or not request.body:
        return
    # 16: gzip's own header and trailer.
    bits = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}.get(coding)
    if bits is None:
        raise _unsupported()
    unpacker = zlib.decompressobj(bits)
    try:
        body = unpacker.decompress(request.body, BODY_LIMIT + 1)
    except zlib.error:
        raise _unsupported() from None
    if len(body) > BODY_LIMIT:
        raise GatewayError("REQUEST_TOO_LARGE", "Request Too Long")
    if not unpacker.eof:
        raise _unsupported()
    request.body = body


def _unsupported() -> GatewayError:
    return GatewayError("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type")


def pack(response: Response, request: Request) -> None:
    """Compress an integration's answer that is big enough, in the coding that the client prefers."""
    smallest = request.api.get("minimumCompressionSize")
    if smallest is None or not response.body or len(response.body) < int(smallest):
        return
    if response.header("Content-Encoding") or response.header("x-amzn-ErrorType"):
        return
    coding = preferred(request.headers.get("accept-encoding", ""))
    if coding == "gzip":
        response.body = gzip.compress(response.body, mtime=0)
    elif coding == "deflate":
        response.body = zlib.compress(response.body)
    else:
        return
    response.headers.append(("Content-Encoding", coding))


def preferred(accept: str) -> str:
    """The coding that an Accept-Encoding header likes best; empty when it is none that is known.

    A client that names none, or only `*`, gets its answer as it is.
    """
    best, most = "", 0.0
    for entry in accept.lower().split(","):
        coding, _, parameters = entry.strip().partition(";")
        weight = _weight(parameters)
        if coding.strip() and weight > most:
            best, most = coding.strip(), weight
    return best if best in CODINGS else ""


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
