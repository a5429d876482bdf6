"""The authorizer: does the caller send a Bearer key that we know?"""

import hashlib
import hmac
import json
import os
from typing import Any

KEYS = json.loads(os.environ["KEYS"])  # teams by the SHA-256 of their key


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Let in whoever sends `Authorization: Bearer KEY` with such a key."""
    headers = event["headers"] or {}
    sent = {name.lower(): value for name, value in headers.items()}
    scheme, _, key = sent.get("authorization", "").partition(" ")
    team = team_of(key) if scheme.lower() == "bearer" else None
    if team is None:
        # These very words make API Gateway answer 401.
        raise Exception("Unauthorized")  # noqa: TRY002
    # The answer is remembered for the key, whatever path it asks for
    # next: it has to hold for the whole stage.
    stage = "/".join(event["methodArn"].split("/")[:2])
    allow = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"{stage}/*",
    }
    return {
        "principalId": team,
        "policyDocument": {"Version": "2012-10-17", "Statement": [allow]},
        "context": {"team": team},
        "usageIdentifierKey": key,  # the key's usage plan counts the call
    }


def team_of(key: str) -> str | None:
    """The key's team, or None.

    All hashes are compared, and each in full: how long that takes tells
    nothing about any of them.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()
    found: str | None = None
    for known, team in KEYS.items():
        if hmac.compare_digest(known, digest):
            found = team
    return found
