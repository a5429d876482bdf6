"""Functions for the tests of what belongs to one."""

from __future__ import annotations

import json
from typing import Any

from sandbox.provider.core.wire import ARCHIVE, ASSET, SIG

FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
ROLE = "aws:iam/role:Role"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def code(text: str) -> dict[str, Any]:
    """An AssetArchive of one handler that answers a text."""
    source = f"def handler(event, context):\n    return {text!r}\n"
    return {SIG: ARCHIVE, "assets": {"app.py": {SIG: ASSET, "text": source}}}


def small(role: str) -> dict[str, Any]:
    return {"role": role, "runtime": "python3.12", "handler": "app.handler", "code": code("one")}


def permission(function: str) -> dict[str, Any]:
    return {
        "action": "lambda:InvokeFunction",
        "function": function,
        "principal": "apigateway.amazonaws.com",
    }
