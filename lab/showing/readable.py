"""Any answer of AWS or of an HTTP call as short, readable JSON; secrets are covered by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

MASK = "[secret]"
DEEP = 12  # levels; deeper is cut, and a list that holds itself ends
LONG = 2000  # characters of one text

# Fields that hold a secret wherever AWS or HTTP has them; compared without case, - and _.
SECRET_FIELDS = frozenset(
    {
        "authorization",
        "cookie",
        "setcookie",
        "xapikey",
        "xamzsecuritytoken",
        "secretaccesskey",
        "sessiontoken",
        "secretstring",
        "secretbinary",
        "password",
        "passphrase",
        "clientsecret",
        "authorizationtoken",
        "accesstoken",
        "refreshtoken",
        "idtoken",
    }
)
# What each answer of boto3 has and no lesson asks for.
NOISE = "ResponseMetadata"


def plain(value: Any, depth: int = 0) -> Any:
    """The value as JSON data: dates as text, bytes as their number, secrets covered."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth >= DEEP:
        return "… (deeper)"
    if isinstance(value, str):
        return _text(value, depth)
    if isinstance(value, Mapping):
        return {
            str(key): MASK if _secret(str(key)) else plain(part, depth + 1)
            for key, part in value.items()
            if key != NOISE
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(part, depth + 1) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return f"({len(value):,} bytes)"
    return repr(value)[:LONG]


def shown(value: Any, lines: int) -> str:
    """The value as indented JSON, at most so many lines; a line says how many are missing."""
    text = json.dumps(plain(value), indent=2, ensure_ascii=False)
    every = text.splitlines() or [""]
    if len(every) <= lines:
        return text
    return "\n".join([*every[:lines], f"… {len(every) - lines:,} of {len(every):,} lines cut"])


def _text(value: str, depth: int) -> Any:
    # A policy inside an answer is JSON in a string, quoted twice; it reads better as data.
    if value[:1] in ("{", "[") and len(value) < 100_000:
        for text in (value, value.replace('\\"', '"')):
            try:
                return plain(json.loads(text), depth + 1)
            except (ValueError, RecursionError):
                continue
    return value if len(value) <= LONG else f"{value[:LONG]}… ({len(value):,} characters)"


def _secret(name: str) -> bool:
    return name.lower().replace("-", "").replace("_", "") in SECRET_FIELDS
