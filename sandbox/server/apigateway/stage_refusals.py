"""What API Gateway refuses about stages and the account; AWS's codes and texts."""

from __future__ import annotations

import re
from typing import Any

from sandbox.server.apigateway.deployments import has_deployment
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record
from sandbox.server.base.refusals import Refused, trusts

v1 = emulator.v1

DEPLOYMENTS = ("/deploymentId", "/canarySettings/deploymentId")
ACCESS_LOGS = ("/accessLogSettings/destinationArn", "/accessLogSettings/format")
LOGS = "CloudWatch Logs role ARN must be set in account settings to enable logging"
UNTRUSTED = (
    "The role ARN does not have required permissions configured. Please grant trust permission "
    "for API Gateway and add the required role policy."
)


def create_stage(parts: list[str], data: Record) -> None:
    canary = (data.get("canarySettings") or {}).get("deploymentId")
    if canary and not has_deployment(parts[1], canary):
        raise _unknown_deployment()


def _unknown_deployment() -> Refused:
    return Refused("Deployment id does not exist")


def update_stage(parts: list[str], data: Record) -> None:
    stage = v1._stages_v1.get(parts[1], {}).get(parts[3])
    for operation in data.get("patchOperations") or [] if stage else []:
        path, value = operation.get("path") or "", operation.get("value")
        if path in DEPLOYMENTS and not has_deployment(parts[1], value):
            raise _unknown_deployment()
        _log_settings(path, operation.get("op"), value)


def _log_settings(path: str, verb: str | None, value: Any) -> None:
    if path.startswith("/accessLogSettings"):
        if path not in ACCESS_LOGS and not (verb == "remove" and path == "/accessLogSettings"):
            raise Refused(
                "Invalid accessLogSettings path. Must be one of : [" + ", ".join(ACCESS_LOGS) + "]"
            )
        if verb != "remove" and not value:
            raise Refused("Access Log value must not be empty")
        is_arn = re.match(r"arn:aws[\w-]*:(logs|firehose):", str(value))
        if path.endswith("/destinationArn") and verb != "remove" and not is_arn:
            raise Refused(f"Invalid ARN. ARN is not well formed {value}")
    wants_logs = path.endswith("/logging/loglevel") and str(value).upper() not in ("OFF", "NONE")
    wants_logs = wants_logs or path == "/accessLogSettings/destinationArn"
    if wants_logs and verb != "remove" and not logging_role():
        raise Refused(LOGS)


def logging_role() -> str:
    """The role with which API Gateway writes logs in this account; empty without one."""
    settings = v1._account_settings.get("settings") or {}
    return str(settings.get("cloudwatchRoleArn") or "")


def update_account(parts: list[str], data: Record) -> None:
    for operation in data.get("patchOperations") or []:
        role = operation.get("value") if operation.get("path") == "/cloudwatchRoleArn" else None
        if role and not trusts(str(role), "apigateway.amazonaws.com"):
            raise Refused(UNTRUSTED)
