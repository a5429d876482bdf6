"""The server of a sandbox and who has its home's record prove it to each other, by the token.

The token itself is never sent: after a crash somebody else may listen on the port, who would learn
it, and then be taken for the sandbox.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time

HEADER = "X-Kit-Proof"
LASTS = 60  # seconds


def of_request(token: str, method: str, path: str) -> str:
    """What a request to the server has in HEADER: good for this method and path, for a minute."""
    about = f"{int(time.time())}.{secrets.token_hex(8)}"
    return f"{about}.{_mark(token, 'request', method, path, about)}"


def holds(token: str, method: str, path: str, given: str) -> bool:
    """Whether a request's proof was made with this token, for it, and just now."""
    about, _, mark = given.rpartition(".")
    began = about.partition(".")[0]
    if not re.fullmatch("[0-9]{1,12}", began) or abs(time.time() - int(began)) > LASTS:
        return False
    wanted = _mark(token, "request", method, path, about)
    return hmac.compare_digest(mark.encode(), wanted.encode())


def of_answer(token: str, given: str) -> str:
    """What the answer to a request with this proof has, if it is the server's."""
    return _mark(token, "answer", given)


def _mark(token: str, *parts: str) -> str:
    return hmac.new(token.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()
