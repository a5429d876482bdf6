"""What AWS says when a policy does not allow a call: it names the resource."""

from __future__ import annotations

from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer

actions = emulator.iam_actions


def naming(original: Any) -> Any:
    """The emulator's answer, with the resource in its message; DynamoDB's denials have 400."""

    def denied(service: str, action: str, principal: str, request_id: str, **more: Any) -> Answer:
        resource = more.get("resource_arn") or "*"
        decided_by_identity = not (more.get("error_code") or more.get("resource_policy_arn"))
        if decided_by_identity and not more.get("message") and resource != "*":
            more["message"] = actions.identity_denial_message(
                action, principal, resource, bool(more.get("explicit_deny"))
            )
        status, headers, body = original(service, action, principal, request_id, **more)
        return 400 if service == "dynamodb" and decided_by_identity else status, headers, body

    return denied


def install() -> None:
    """Put this over the emulator's answer."""
    actions.access_denied_response = naming(actions.access_denied_response)
