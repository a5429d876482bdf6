"""Web pages of other origins that may read an answer: what CORS wants in its head."""

from __future__ import annotations

import os

ORIGINS = frozenset(os.environ.get("PAGE_ORIGINS", "").split())
EXPOSED = (
    "Retry-After,x-should-retry,x-amzn-RequestId,x-amzn-ErrorType,"
    "x-request-id,request-id,x-ignored-fields"
)


def headers(origin: str) -> dict[str, str]:
    """What lets a page of this origin read the answer; nothing where no page may."""
    if not ORIGINS:
        return {}
    if origin not in ORIGINS:
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED,
        "Vary": "Origin",
    }
