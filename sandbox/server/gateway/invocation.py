"""An invocation of a function by the gateway, for an integration or an authorizer."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any

from sandbox.server.base import emulator, snapshots
from sandbox.server.base.exchange import Request
from sandbox.server.functions import aliases, waiting
from sandbox.server.watching import tracing

lambdas = emulator.lambdas

Task = asyncio.Future[dict[str, Any]]


def function_record(arn: str, request: Request) -> tuple[Any, dict[str, Any]] | None:
    """A function's record and its configuration, where the API is; None when there is none.

    An alias is the version that it leads to this time, which still learns who was asked.
    """
    function, config, _ = lambdas._get_func_record_for_ref_in_scope(
        aliases.destination(arn), account_id=request.account_id, region=request.region
    )
    if function is None or config is None:
        return None
    return function, {**config, "FunctionArn": arn}


@dataclass(frozen=True)
class Invocation:
    """A function that may be invoked, and the event for it."""

    config: dict[str, Any]
    record: dict[str, Any]
    event: dict[str, Any]
    timeout: float  # seconds
    span: tracing.Span | None = None  # where it stands in a trace
    gone: threading.Event = field(default_factory=threading.Event)  # set: nobody waits for it

    def start(self) -> Task:
        """Run the function on a thread of its own; a Sink that is wanted now takes its stream."""
        token, leaving = tracing.caller.set(self.span), waiting.gone.set(self.gone)
        with snapshots.live():
            task: Task = asyncio.ensure_future(
                emulator.concurrency.run_reentrant(
                    lambdas._execute_function_with_config_scope, self.record, self.event
                )
            )
        tracing.caller.reset(token)
        waiting.gone.reset(leaving)
        # Who waits no longer does not ask for the outcome either.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task
