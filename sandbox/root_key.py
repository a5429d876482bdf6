"""The root key of a sandbox's account: made at random, kept in its home, for its owner alone.

A key that every sandbox knows (`test`) would let in whoever reaches the port: another user of the
machine, a web page. So each home has its own, and the server checks the signature of each call.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from sandbox.home import Home, read_json, write_json

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # of AWS's access key ids


@dataclass(frozen=True)
class RootKey:
    """An access key of the account's root user."""

    id: str
    secret: str = field(repr=False)


def read(place: Home) -> RootKey | None:
    """The key of a home; None when it has none yet, or its file is damaged."""
    found = read_json(place.root_key)
    id, secret = found.get("access_key_id"), found.get("secret_access_key")
    if isinstance(id, str) and isinstance(secret, str) and len(id) == 20 and len(secret) == 40:
        return RootKey(id, secret)
    return None


def ensure(place: Home) -> RootKey:
    """The key of a home, made when there is none: by its server alone, as it starts."""
    if found := read(place):
        return found
    made = RootKey("AKIA" + "".join(secrets.choice(LETTERS) for _ in range(16)), _secret())
    write_json(place.root_key, {"access_key_id": made.id, "secret_access_key": made.secret})
    return made


def _secret() -> str:
    return secrets.token_urlsafe(30)  # 40 characters, none that a shell or an .ini file quotes
