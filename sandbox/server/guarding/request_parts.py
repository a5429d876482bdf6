"""The parts of a request that a web ACL's statements look at, as text, transformed as they ask."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

from sandbox.server.base.exchange import Request

BODY_LIMIT = 16_384  # bytes of a body that WAF looks at


class Oversize(Exception):
    """The body is longer than what is looked at, and that alone decides: whether it matches."""

    def __init__(self, matches: bool) -> None:
        super().__init__()
        self.matches = matches


def parts(field: dict[str, Any], request: Request) -> list[bytes]:
    """What a FieldToMatch is in a request; nothing for a field that is not known here.

    Raises:
        Oversize: the body's length decides.
    """
    for name, options in field.items():
        if name in PARTS:
            return [
                part.encode("utf-8", "surrogateescape") for part in PARTS[name](request, options)
            ]
        if name == "Body":
            return [_body(request, options or {})]
    return []


def _body(request: Request, options: dict[str, Any]) -> bytes:
    handling = options.get("OversizeHandling", "CONTINUE")
    if len(request.body) > BODY_LIMIT and handling != "CONTINUE":
        raise Oversize(handling == "MATCH")
    return request.body[:BODY_LIMIT]


def _json(request: Request, options: dict[str, Any]) -> Iterator[str]:
    scope = options.get("MatchScope", "ALL")
    try:
        document = json.loads(request.body[:BODY_LIMIT])
    except ValueError:
        return
    pointers = (options.get("MatchPattern") or {}).get("IncludedPaths")
    for place, text, is_key in _walk(document, ""):
        if scope == ("VALUE" if is_key else "KEY"):
            continue
        if pointers is None or any(f"{place}/".startswith(f"{p.rstrip('/')}/") for p in pointers):
            yield text


def _walk(value: Any, place: str) -> Iterator[tuple[str, str, bool]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{place}/{key}", key, True
            yield from _walk(inner, f"{place}/{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _walk(inner, f"{place}/{number}")
    else:
        yield place, value if isinstance(value, str) else json.dumps(value), False


def _headers(request: Request, options: dict[str, Any]) -> Iterator[str]:
    scope, pattern = options.get("MatchScope", "ALL"), options.get("MatchPattern") or {}
    included = [name.lower() for name in pattern.get("IncludedHeaders") or ()]
    excluded = [name.lower() for name in pattern.get("ExcludedHeaders") or ()]
    for name, value in request.sent_headers:
        if (included and name.lower() not in included) or name.lower() in excluded:
            continue
        yield from (name,) if scope != "VALUE" else ()
        yield from (value,) if scope != "KEY" else ()


def _argument(request: Request, options: dict[str, Any]) -> list[str]:
    wanted = str(options.get("Name", "")).lower()
    return [v for key, values in request.query.items() if key.lower() == wanted for v in values]


PARTS: dict[str, Callable[[Request, Any], Any]] = {
    "UriPath": lambda request, _: [request.full_path],
    "QueryString": lambda request, _: [request.raw_query],
    "Method": lambda request, _: [request.method],
    "SingleHeader": lambda request, o: [request.headers.get(str(o.get("Name", "")).lower(), "")],
    "SingleQueryArgument": _argument,
    "AllQueryArguments": lambda request, _: [v for vs in request.query.values() for v in vs],
    "Headers": _headers,
    "JsonBody": _json,
}


# Transformations

TRANSFORMATIONS: dict[str, Callable[[bytes], bytes]] = {
    "LOWERCASE": bytes.lower,
    "URL_DECODE": lambda text: unquote_plus(text.decode("latin-1"), "latin-1").encode("latin-1"),
    "HTML_ENTITY_DECODE": lambda text: html.unescape(text.decode("utf-8", "replace")).encode(),
    "COMPRESS_WHITE_SPACE": lambda text: re.sub(rb"\s+", b" ", text),
    "REMOVE_NULLS": lambda text: text.replace(b"\0", b""),
    "NORMALIZE_PATH": lambda text: re.sub(rb"/(?:\./)+|/{2,}", b"/", text),
}


def transformed(text: bytes, statement: dict[str, Any]) -> bytes:
    """A part after the statement's transformations, in their order."""
    for step in sorted(statement.get("TextTransformations") or [], key=lambda s: s["Priority"]):
        text = TRANSFORMATIONS.get(step["Type"], bytes)(text)
    return text
