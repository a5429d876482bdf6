"""Any answer of AWS or of an HTTP call as short, readable JSON; secrets are covered by name.

Where the name says nothing (`value`), what stands beside it does: an API key has stages, a
parameter its type, an environment variable a name of its own.
"""

from __future__ import annotations

import json
import re
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
        "openidtoken",
        "secrethash",
        "secretcode",
        "servicepassword",
        "temporarypassword",
        "privatekey",
        "keymaterial",
        "plaintext",
    }
)
# Ends of the names that people give to environment variables with a secret.
VARIABLES = ("password", "passphrase", "secret", "token", "apikey", "privatekey", "accesskey")
# The proof in a link that is signed: who has it, has what it leads to.
PROOF = re.compile(r"(?i)(?<=[?&])((?:X-Amz-)?(?:Signature|Security-Token)=)[^&\s\"']+")
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
            str(key): MASK if _secret(str(key), value) else plain(part, depth + 1)
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
    value = PROOF.sub(rf"\1{MASK}", value)
    return value if len(value) <= LONG else f"{value[:LONG]}… ({len(value):,} characters)"


def _secret(name: str, beside: Mapping[Any, Any]) -> bool:
    """Whether a field of an object holds a secret: by its name, or by what stands beside it."""
    if beside.get(name) in (None, ""):
        return False  # said to be not there, which may be shown
    bare = _bare(name)
    if bare == "value":
        return _is_api_key(beside) or beside.get("Type") == "SecureString"
    return bare in SECRET_FIELDS or (bare.endswith(VARIABLES) and _is_environment(beside))


def _is_api_key(found: Mapping[Any, Any]) -> bool:
    """An API key of API Gateway, by itself or in a usage plan."""
    alone = "stageKeys" in found or {"enabled", "createdDate"} <= set(found)
    return alone or found.get("type") == "API_KEY"


def _is_environment(found: Mapping[Any, Any]) -> bool:
    """The variables of a function, whose names are in capitals."""
    return all(isinstance(name, str) and name == name.upper() for name in found)


def _bare(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
