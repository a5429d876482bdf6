"""S3: an object's retention can be taken away, which the emulator takes for a malformed request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from sandbox.server.base.emulator import Answer


def install(module: Any) -> None:
    """Put this over the emulator's call."""
    original: Callable[..., Answer] = module._put_object_retention

    def put(
        bucket: str, key: str, body: bytes, headers: dict[str, str], query: Any = None
    ) -> Answer:
        known = _target(module, bucket, key, query) if _empty(body) else None
        found = module._object_retention.get(known) if known else None
        if found is None:
            return original(bucket, key, body, headers, query)
        bypass = headers.get("x-amz-bypass-governance-retention", "").lower() == "true"
        if found["Mode"] == "COMPLIANCE" or not bypass:
            text = "Access Denied because object protected by object lock."
            refused: Answer = module._error("AccessDenied", text, 403)
            return refused
        module._object_retention.pop(known)
        return 200, {"Content-Type": "application/xml"}, b""

    module._put_object_retention = put


def _empty(body: bytes) -> bool:
    """Whether a retention says nothing."""
    try:
        return len(ElementTree.fromstring(body)) == 0
    except ElementTree.ParseError:
        return False


def _target(module: Any, bucket: str, key: str, query: Any) -> Any:
    """The version that a call addresses, as the emulator knows it; None when there is none."""
    there = module._ensure_bucket(bucket)
    return module._object_lock_target(bucket, key, there, query)[0] if there is not None else None
