"""Which version an alias leads to: its own, or now and then the second one that it gives a share.

The emulator keeps the share (RoutingConfig) and sends every request to the first version.
"""

from __future__ import annotations

import contextvars
import random
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer

lambdas = emulator.lambdas

# The ARN that was asked for, around an invocation that a share has sent to another version.
_asked: contextvars.ContextVar[str] = contextvars.ContextVar("kit_asked_arn", default="")


def version(alias: dict[str, Any], drawn: float) -> str:
    """The version that an alias gives a request; `drawn` is between 0 and 1, evenly."""
    shares = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    for second, share in shares.items():
        if drawn < float(share):
            return str(second)
    return str(alias["FunctionVersion"])


def destination(function_arn: str) -> str:
    """The ARN that a request to a function's ARN is for: an alias's is that of a version."""
    parts = function_arn.split(":")
    function = lambdas._functions.get_scoped(parts[4], parts[3], parts[6]) or {}
    alias = (function.get("aliases") or {}).get(parts[7]) if len(parts) > 7 else None
    return ":".join([*parts[:7], version(alias, random.random())]) if alias else function_arn


def invoke(original: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    """Lambda's own Invoke: the version is chosen here, the function still learns who was asked."""

    async def call(
        name: str, event: Any, headers: Any, qualifier: str | None = None, query: Any = None
    ) -> Answer:
        wanted = lambdas._qualifier_from_path_or_query(qualifier, query or {})
        aliases = (lambdas._functions.get(name) or {}).get("aliases") or {}
        if not (aliases.get(wanted) or {}).get("RoutingConfig"):
            return await original(name, event, headers, qualifier, query)
        token = _asked.set(f"{lambdas._func_arn(name)}:{wanted}")
        try:
            chosen = version(aliases[wanted], random.random())
            return await original(name, event, headers, chosen, query)
        finally:
            _asked.reset(token)

    return call


def execute(original: Callable[..., Any]) -> Callable[..., Any]:
    """Have the function see the ARN that was asked for."""

    def run(function: dict[str, Any], event: Any) -> Any:
        if arn := _asked.get():
            function = {**function, "config": {**function["config"], "FunctionArn": arn}}
            _asked.set("")  # what it invokes in turn is asked for by itself
        return original(function, event)

    return run


def install() -> None:
    """Put these over the emulator's ways of invoking a function."""
    lambdas._invoke = invoke(lambdas._invoke)
    lambdas._execute_function = execute(lambdas._execute_function)
