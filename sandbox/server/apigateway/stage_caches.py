"""FlushStageAuthorizersCache; and FlushStageCache, though nothing of a stage is cached."""

from __future__ import annotations

import re

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer

v1 = emulator.v1

_FLUSH = re.compile(r"/restapis/([^/]+)/stages/([^/]+)/cache/(authorizers|data)")


def flushed(method: str, path: str) -> Answer | None:
    """The answer to one of these calls; None for all others."""
    found = _FLUSH.fullmatch(path)
    if method != "DELETE" or not found:
        return None
    api_id, stage, kind = found.groups()
    if stage not in v1._stages_v1.get(api_id, {}):
        unknown: Answer = v1._v1_error(
            "NotFoundException", "Invalid stage identifier specified", 404
        )
        return unknown
    if kind == "authorizers":
        for key in [key for key in v1._authorizer_cache if key[2:4] == (api_id, stage)]:
            v1._authorizer_cache.pop(key, None)
    return 202, {}, b""
