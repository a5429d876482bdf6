"""How refusals and failures reach the engine, and so the user."""

from __future__ import annotations

import difflib
import sys
import traceback
from typing import Any, NoReturn, cast

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from sandbox.provider.core import facts, registry
from sandbox.provider.core.exceptions import CallError, Cancelled, TimedOut, describe
from sandbox.provider.core.kinds import Incomplete
from sandbox.provider.core.wire import encode

AWS_TARGET = "the target aws, with the official provider, has it"


def unknown_type(token: str) -> str:
    """The sentence for a resource type that this provider lacks."""
    have = sorted(registry.load())
    return f"{token} is not among the types of the sandbox's provider{_instead(token, have)}"


def unknown_function(token: str) -> str:
    """The sentence for a function that this provider lacks."""
    have = sorted(registry.functions())
    return f"{token} is not among the functions of the sandbox's provider{_instead(token, have)}"


def _instead(token: str, have: list[str]) -> str:
    close = difflib.get_close_matches(token, have, n=3, cutoff=0.7)
    listed = close or have
    what = "close to it" if close else "there"
    known = "; the sandbox will learn it with a later chapter" if facts.of(token) else ""
    return f"; {what}: {', '.join(listed)}; {AWS_TARGET}{known}"


def sentence(error: BaseException, doing: str, endpoint: str) -> str:
    """What the user reads about a failed call.

    Args:
        doing: what was being done, `creating aws_iam_role (x)`, for errors that do not say it.
        endpoint: where the calls go.
    """
    if isinstance(error, TimedOut):
        return f"{doing}: {error}"
    if isinstance(error, CallError):
        return str(error)
    name = type(error).__name__
    if hasattr(error, "operation_name"):  # a ClientError, or one that the model names
        return f"{doing}: {describe(cast(Any, error))}"
    if type(error).__module__.startswith("botocore") and ("Connect" in name or "Timeout" in name):
        where = endpoint or "AWS"
        fix = "; start the sandbox with `python -m sandbox start`, then run this again"
        return f"{doing}: nothing answers at {where} ({name}){fix if endpoint else ''}"
    if type(error).__module__.startswith("botocore"):
        return f"{doing}: {error}"
    traceback.print_exception(error, file=sys.stderr)
    return f"{doing}: the sandbox's provider failed, {name}: {error}; its log has the details"


def abort(context: grpc.ServicerContext, text: str) -> NoReturn:
    """End a call with a sentence."""
    context.abort(grpc.StatusCode.UNKNOWN, text)
    raise AssertionError("abort raises")


def fail(
    context: grpc.ServicerContext, error: BaseException, doing: str, endpoint: str
) -> NoReturn:
    """End a call with the error that it met."""
    if isinstance(error, Cancelled):
        context.abort(grpc.StatusCode.CANCELLED, f"{doing}: cancelled")
    abort(context, sentence(error, doing, endpoint))


class _Status(grpc.Status):  # type: ignore[misc]
    def __init__(self, text: str, details: Any) -> None:
        self.code, self.details = grpc.StatusCode.UNKNOWN, text
        self.trailing_metadata = (("grpc-status-details-bin", details.SerializeToString()),)


def incomplete(
    context: grpc.ServicerContext,
    error: Incomplete,
    outputs: dict[str, Any],
    inputs: dict[str, Any],
) -> NoReturn:
    """End a create that stopped half-way: the engine keeps the resource and shows the reason."""
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.created.id,
        properties=encode(outputs),
        inputs=encode(inputs),
        reasons=[str(error)],
    )
    status.details.add().Pack(detail)
    context.abort_with_status(_Status(str(error), status))
    raise AssertionError("abort raises")
