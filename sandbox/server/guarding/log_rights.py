"""Whose streams may be written: the ARN that a call for one log stream is decided by.

The emulator decides by the log group's. AWS decides by the stream's, `log-group:NAME:log-stream:…`,
which is what policies for a group end with: `log-group:NAME:*`.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.server.base import emulator

actions = emulator.iam_actions
OF_STREAMS = ("CreateLogStream", "DeleteLogStream", "GetLogEvents", "PutLogEvents")


def of_stream(original: Any) -> Any:
    """The emulator's ARN, with the stream where the call names one."""

    def extract(service: str, method: str, path: str, headers: Any, body: bytes, *more: Any) -> str:
        found = str(original(service, method, path, headers, body, *more))
        target = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        if service != "logs" or target not in OF_STREAMS or found == "*":
            return found
        try:
            stream = json.loads(body).get("logStreamName", "")
        except ValueError:
            stream = ""
        return f"{found}:log-stream:{stream}"

    return extract


def install() -> None:
    """Put this over the emulator's way to name what a call is about."""
    actions.extract_resource_arn = of_stream(actions.extract_resource_arn)
