"""CloudWatch Logs' control plane: what is malformed, and the keys of groups, which the emulator lacks."""

from __future__ import annotations

from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.control import input_check, wire_forms

logs = emulator.cloudwatch_logs


def answered(action: str, body: bytes) -> Answer | None:
    """The answer to a call that AWS refuses, or that the emulator lacks; None when it goes on."""
    try:
        data = input_check.read_json(body)
        input_check.calls("logs", action, data)
    except input_check.Unreadable as error:
        return _refused("SerializationException", str(error))
    except input_check.Invalid as error:
        return _refused("InvalidParameterException", str(error))
    if action == "AssociateKmsKey":
        return _set_key(data, data.get("kmsKeyId"))
    if action == "DisassociateKmsKey":
        return _set_key(data, None)
    return None


def _set_key(data: Record, key: str | None) -> Answer:
    name = data.get("logGroupName") or ""
    group = logs._log_groups.get(name)
    if group is None:
        text = f"The specified log group does not exist: {name}"
        return _refused("ResourceNotFoundException", text)
    group["kmsKeyId"] = key
    answer: Answer = emulator.responses.json_response({})
    return answer


def _refused(code: str, message: str) -> Answer:
    answer: Answer = emulator.responses.error_response_json(code, message, 400)
    return answer


def install() -> None:
    """Put this over the emulator's handling of calls."""
    original = logs.handle_request

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        if found := answered(wire_forms.target(headers), body):
            return found
        answer: Answer = await original(method, path, headers, body, query)
        return answer

    logs.handle_request = handle_request
