"""What Lambda refuses about aliases: versions that are not there, and shares that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.refusals import Refused
from sandbox.server.control.lambda_settings import invalid

lambdas = emulator.lambdas


def check(function: Record, data: Record, old: Record) -> None:
    """Look at an alias that is made, or changed from an old one.

    Raises:
        Refused: AWS would refuse it (the texts: localstack, tests validated by AWS).
    """
    version = data.get("FunctionVersion") or old.get("FunctionVersion") or "$LATEST"
    routing = data["RoutingConfig"] if "RoutingConfig" in data else old.get("RoutingConfig")
    shares = (routing or {}).get("AdditionalVersionWeights") or {}
    _exists(function, version)
    if len(shares) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    for second in shares:
        if second == version:
            raise invalid(
                f"Invalid function version {version}. Function version {version} is already "
                "included in routing configuration."
            )
        if version == "$LATEST":
            raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
        _exists(function, second)


def _exists(function: Record, version: str) -> None:
    if version != "$LATEST" and version not in function["versions"]:
        arn = function["config"]["FunctionArn"]
        raise Refused(f"Function not found: {arn}:{version}", "ResourceNotFoundException", 404)


def checked(original: Callable[..., Answer]) -> Callable[..., Answer]:
    """CreateAlias and UpdateAlias, which names the alias before its data."""

    def put(name: str, *rest: Any) -> Answer:
        function, data = lambdas._functions.get(name), rest[-1]
        old = (function or {}).get("aliases", {}).get(rest[0]) if len(rest) > 1 else {}
        if function is not None and old is not None:
            try:
                check(function, data, old)
            except Refused as error:
                refused: Answer = emulator.responses.error_response_json(
                    error.code, error.message, error.status, content_type="application/json"
                )
                return refused
        return original(name, *rest)

    return put


def install() -> None:
    """Put these over the emulator's calls."""
    lambdas._create_alias = checked(lambdas._create_alias)
    lambdas._update_alias = checked(lambdas._update_alias)
