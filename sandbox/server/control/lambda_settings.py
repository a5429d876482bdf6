"""What Lambda refuses about a function's settings: its runtime, its role, its environment."""

from __future__ import annotations

import json
from typing import Any

from sandbox.home import strict
from sandbox.server.base.emulator import Record
from sandbox.server.base.refusals import Refused, trusts
from sandbox.server.control.service_models import model

ENVIRONMENT_LIMIT = 4096  # bytes of all environment variables, as one object in JSON
NEW_ACCOUNT_MEMORY = 3008  # MB that a function of a new account may have; AWS raises it later
LAYERS = 5  # that a function may have
UPLOAD = 69_905_067  # bytes of a request with code: 52,428,800 of a zip, in base64
# Whose versions can start from a picture of their memory: the language, and from which version on.
SNAP_START = {"java": 11, "python": 3.12, "dotnet": 8}
# Of the runtimes in the model, those that AWS takes no more.
ENDED = {
    "dotnet5.0",
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
    "dotnetcore3.1",
    "go1.x",
    "java8",
    "nodejs",
    "nodejs10.x",
    "nodejs12.x",
    "nodejs14.x",
    "nodejs4.3",
    "nodejs4.3-edge",
    "nodejs6.10",
    "nodejs8.10",
    "provided",
    "python2.7",
    "python3.6",
    "python3.7",
    "ruby2.5",
    "ruby2.7",
}


def check(data: Record) -> None:
    """Look at the settings that a function is created with, or changed to.

    Raises:
        Refused: AWS would refuse them.
    """
    _runtime(data.get("Runtime"))
    role = data.get("Role")
    if role and not trusts(role, "lambda.amazonaws.com"):
        raise invalid("The role defined for the function cannot be assumed by Lambda.")
    _environment((data.get("Environment") or {}).get("Variables") or {})
    if strict() and len(data.get("Layers") or []) > LAYERS:
        raise invalid(f"Cannot reference more than {LAYERS} layers.")
    _snap_start(data)
    if strict() and (data.get("MemorySize") or 0) > NEW_ACCOUNT_MEMORY:
        raise invalid(
            "'MemorySize' value failed to satisfy constraint: Member must have value less than or "
            f"equal to {NEW_ACCOUNT_MEMORY}"
        )


def check_upload(operation: str, body: bytes) -> None:
    """Look at how long a call is that may bring code along: 50 MB, as base64.

    Raises:
        Refused: AWS would refuse it; larger code comes from S3.
    """
    if len(body) >= UPLOAD:
        text = f"Request must be smaller than {UPLOAD} bytes for the {operation} operation"
        raise Refused(text, "RequestEntityTooLargeException", 413)


def invalid(message: str) -> Refused:
    """A value that Lambda does not take."""
    return Refused(message, "InvalidParameterValueException")


def _runtime(name: Any) -> None:
    if not isinstance(name, str) or not name:
        return
    known = model("lambda").shapes["Runtime"]["enum"]
    if name in ENDED:
        raise invalid(
            f"The runtime parameter of {name} is no longer supported for creating or updating AWS "
            "Lambda functions. We recommend you use a supported runtime while creating or "
            "updating functions."
        )
    if name not in known:
        taken = ", ".join(each for each in known if each not in ENDED)
        raise invalid(
            f"Value {name} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
            f"value set: [{taken}] or be a valid ARN"
        )


def _snap_start(data: Record) -> None:
    """SnapStart is for some runtimes, whose names end with their version."""
    name = data.get("Runtime")
    if not name or (data.get("SnapStart") or {}).get("ApplyOn") != "PublishedVersions":
        return
    language = name.rstrip("0123456789.")
    version = name.removeprefix(language).rstrip(".")
    if language not in SNAP_START or _order(version) < _order(str(SNAP_START[language])):
        raise invalid(f"{name} is not supported for SnapStart enabled functions.")


def _order(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _environment(variables: dict[str, str]) -> None:
    """Names, values and the quotes around them count (localstack, a test validated by AWS)."""
    if len(_json(variables).encode()) > ENVIRONMENT_LIMIT:
        # AWS quotes the values too; what a notebook shows is not to hold a secret.
        shown = _json(dict.fromkeys(variables, "***"))
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment "
            f"variables you have provided exceeded the 4KB limit. String measured: {shown}"
        )


def _json(variables: dict[str, str]) -> str:
    return json.dumps(variables, ensure_ascii=False, separators=(",", ":"))
