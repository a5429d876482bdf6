"""What API Gateway's front door refuses before it knows the API: what is too long.

The limits are documented. The words of the refusals are those of the 413, which was seen; of the
other two only the status is known.
"""

from __future__ import annotations

from typing import Any

from sandbox.server.base.exchange import BODY_LIMIT, Request, Response

URL_LIMIT = 10_240  # bytes of the URL, host and query included
EDGE_URL_LIMIT = 8_192  # the same for edge-optimised and private APIs
HEADER_LIMIT = 20_480  # bytes of all headers, names and values
TEXT = [("Content-Type", "text; charset=utf-8")]


def refusal(request: Request, api: dict[str, Any]) -> Response | None:
    """The answer to a request that is too long; None when it may come in."""
    url_limit = _url_limit(api)
    if _url_size(request) > url_limit:
        return _refused(414, f"An HTTP line is larger than {url_limit} bytes.")
    if _header_size(request) > HEADER_LIMIT:
        return _refused(431, f"HTTP header is larger than {HEADER_LIMIT} bytes.")
    if len(request.body) > BODY_LIMIT:
        return _refused(413, f"HTTP content length exceeded {BODY_LIMIT} bytes.")
    return None


def _url_limit(api: dict[str, Any]) -> int:
    types = (api.get("endpointConfiguration") or {}).get("types") or []
    return URL_LIMIT if types == ["REGIONAL"] else EDGE_URL_LIMIT


def _url_size(request: Request) -> int:
    query = f"?{request.raw_query}" if request.raw_query else ""
    return len(f"https://{request.domain}{request.full_path}{query}")


def _header_size(request: Request) -> int:
    return sum(len(name) + len(value) for name, value in request.sent_headers)


def _refused(status: int, text: str) -> Response:
    # No request id: the API has not seen it.
    return Response(status, list(TEXT), text.encode())
