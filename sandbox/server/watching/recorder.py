"""What API Gateway records of each request: the access log and the execution log.

Both are written before the last byte of the answer leaves, so that whoever has the answer finds
its lines. The account needs a role for it, as on AWS.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from sandbox.server.base import emulator, permissions
from sandbox.server.base.exchange import Request, Response
from sandbox.server.base.stages import method_settings
from sandbox.server.base.variables import context_variables
from sandbox.server.watching import cloud_logs, execution_log

v1 = emulator.v1

_VARIABLE = re.compile(r"\$(?:\{context\.([\w.:-]+)\}|context((?:\.[\w:-]+)+))")
_FIREHOSE = re.compile(r"arn:[^:]*:firehose:[^:]*:[^:]*:deliverystream/(amazon-apigateway-.+)")
_GROUP = re.compile(r"arn:[^:]*:logs:[^:]*:[^:]*:log-group:(.+?)(?::\*)?")


def observe(request: Request, response: Response) -> None:
    """Write what the stage wants logged about one request."""
    access = request.stage.get("accessLogSettings") or {}
    level = method_settings(request).get("loggingLevel") or "OFF"
    wanted = bool(access.get("destinationArn") and access.get("format"))
    if not wanted and level == "OFF":
        return
    if not _may_log(request):
        return
    suffix = "/Canary" if request.canary else ""
    if wanted:
        _write_access(request, response, access, suffix)
    lines = execution_log.lines(request, response, level)
    if lines:
        group = f"API-Gateway-Execution-Logs_{request.place.api_id}/{request.place.stage}{suffix}"
        cloud_logs.write(group, _stream(request), lines, create=True)


def _may_log(request: Request) -> bool:
    settings = v1._account_settings.get("settings") or {}
    role = settings.get("cloudwatchRoleArn")
    return bool(role and permissions.may_assume(request, role))


def _write_access(
    request: Request, response: Response, access: dict[str, Any], suffix: str
) -> None:
    line = access_line(access["format"], request, response)
    if found := _GROUP.fullmatch(access["destinationArn"]):
        cloud_logs.write(found[1] + suffix, _stream(request), [line], create=bool(suffix))
    elif found := _FIREHOSE.fullmatch(access["destinationArn"]):
        data = base64.b64encode(f"{line}\n".encode()).decode()
        firehose = emulator.app._get_module("firehose")
        firehose._put_record({"DeliveryStreamName": found[1], "Record": {"Data": data}})


def access_line(text: str, request: Request, response: Response) -> str:
    """A stage's access-log format with the values of one request; `-` for what has none."""
    values = {
        **context_variables(request),
        "status": response.status,
        "responseLength": request.variables.get("responseLength", len(response.body)),
        "responseLatency": request.latency,
    }

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2][1:]
        known = values.get(name)
        if known is None or known == "":
            return "-"
        return str(known) if name == "error.messageString" else _one_line(str(known))

    return _VARIABLE.sub(value, text).strip()


def _one_line(text: str) -> str:
    # What a client sends must not end the line, nor the JSON string that it stands in.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped)


def _stream(request: Request) -> str:
    name = f"{request.place.api_id}/{request.place.stage}"
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
