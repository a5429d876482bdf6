"""What a refusal by AWS is, and what several rules about refusals need."""

from __future__ import annotations

import json
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record

v1 = emulator.v1


class Refused(Exception):
    """AWS refuses the call."""

    def __init__(self, message: str, code: str = "BadRequestException", status: int = 400) -> None:
        super().__init__(message)
        self.message, self.code, self.status = message, code, status


def conflict(message: str) -> Refused:
    return Refused(message, "ConflictException", 409)


def missing(message: str) -> Refused:
    return Refused(message, "NotFoundException", 404)


def trusts(role_arn: str, service: str) -> bool:
    """Whether a role exists and a service may assume it."""
    role = emulator.iam._roles.get(role_arn.rpartition("/")[2])
    if not role or role.get("Arn") != role_arn:
        return False
    document = role.get("AssumeRolePolicyDocument") or "{}"
    document = json.loads(document) if isinstance(document, str) else document
    statements = document.get("Statement") or []
    return any(_lets_assume(s, service) for s in _list(statements))


def _lets_assume(statement: Record, service: str) -> bool:
    principal = statement.get("Principal") or {}
    named = _list(principal.get("Service") if isinstance(principal, dict) else principal)
    allows = statement.get("Effect") == "Allow" and (service in named or "*" in named)
    return allows and bool({"sts:AssumeRole", "sts:*", "*"} & set(_list(statement.get("Action"))))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
