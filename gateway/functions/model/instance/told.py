"""What the gateway tells of a request in headers, where there is no event that could hold it.

API Gateway writes these headers over whatever a client has sent by their names. So they are true
where nobody but the gateway can call: on an instance, which admits the balancer only.
"""

from __future__ import annotations

import os
from email.message import Message
from typing import Any

# An instance is started with this; anywhere else, these headers are a client's own words.
BEHIND_BALANCER = os.environ.get("BEHIND_BALANCER") == "1"

KEY_ID, TEAM = "x-gateway-key-id", "x-gateway-team"
REQUEST_ID, STAGE = "x-gateway-request-id", "x-gateway-stage"
POOL = "x-gateway-pool"  # for the balancer: which of two versions the stage wants
ASKED_BY = "x-gateway-asked-by"  # "gateway"; or "function", which has paid for the tokens


def context(headers: Message) -> dict[str, Any]:
    """What an event's requestContext would say."""
    if not BEHIND_BALANCER:
        return {}
    about: dict[str, Any] = {"paid": headers.get(ASKED_BY) == "function"}
    if request_id := headers.get(REQUEST_ID):
        about["requestId"] = request_id
    if key_id := headers.get(KEY_ID):
        about["identity"] = {"apiKeyId": key_id}
    if team := headers.get(TEAM):
        about["team"] = team
    return about


def path(path: str, headers: Message) -> str:
    """The path without the stage.

    Whether API Gateway puts its stage before the path of a private integration, AWS's texts do not
    agree about. Both are understood.
    """
    stage = headers.get(STAGE, "") if BEHIND_BALANCER else ""
    prefix = f"/{stage}/"
    return path[len(prefix) - 1 :] if stage and path.startswith(prefix) else path
