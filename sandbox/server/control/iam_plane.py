"""IAM's control plane, where the emulator's differs from AWS's: what is malformed, and one wording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.server.base import emulator, query_protocol
from sandbox.server.base.emulator import Answer
from sandbox.server.control import input_check

iam = emulator.iam

# Calls that take who may assume a role.
TRUSTING = ("CreateRole", "UpdateAssumeRolePolicy")
SAID, WANTED = b"must delete all inline policies first", b"must delete policies first"


def refusal(form: Mapping[str, str]) -> Answer | None:
    """The answer to a call that AWS refuses; None when it goes on."""
    try:
        input_check.form("iam", form)
    except input_check.Unreadable as error:
        return _refused("MalformedInput", str(error))
    except input_check.Invalid as error:
        return _refused("ValidationError", str(error))
    if form.get("Action") in TRUSTING and not input_check.is_object(_trust(form)):
        return _refused("MalformedPolicyDocument", "This policy contains invalid Json")
    return None


def _trust(form: Mapping[str, str]) -> str:
    return form.get("AssumeRolePolicyDocument") or form.get("PolicyDocument") or ""


def _refused(code: str, message: str) -> Answer:
    answer: Answer = iam._error(400, code, message, ns="iam")
    return answer


def install() -> None:
    """Put this over the emulator's handling of calls."""
    original = iam.handle_request

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        if refused := refusal(query_protocol.form(body)):
            return refused
        answer: Answer = await original(method, path, headers, body, query)
        if answer[0] == 409:
            return answer[0], answer[1], answer[2].replace(SAID, WANTED)
        return answer

    iam.handle_request = handle_request
