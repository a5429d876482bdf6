"""The engine with a program of this process: it asks for the program, and tells what happens.

Both go over gRPC, to a server here that lives as long as one call of the engine.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.automation._server import LanguageServer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import events_pb2_grpc, language_pb2, language_pb2_grpc
from pulumi.runtime.settings import SETTINGS, _get_rpc_manager

from lab import loops

# An engine may listen on the port of one that has ended: what gRPC remembers of that one (refused,
# try later) must not count for the new one.
_GRPC_CHANNEL_OPTIONS.append(("grpc.use_local_subchannel_pool", 1))

# The engine hides --event-log behind this switch, as the SDK's own code knows.
ENVIRONMENT = {"PULUMI_DEBUG_COMMANDS": "true"}

OnEvent = Callable[[dict[str, Any]], None]
Program = Callable[[], None]


@contextmanager
def served(program: Program, on_event: OnEvent) -> Iterator[list[str]]:
    """Serve a program, and take events, while the engine is called with the arguments that it gives.

    Args:
        on_event: gets every engine event as the JSON object it is, in a thread of its own.
    """
    server = grpc.server(futures.ThreadPoolExecutor(8), options=_GRPC_CHANNEL_OPTIONS)
    language = _Language(program)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(language, server)
    events = _Events(on_event)
    events_pb2_grpc.add_EventsServicer_to_server(events, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield ["--client", address, "--exec-kind", "auto.inline", "--event-log", f"tcp://{address}"]
    finally:
        events.over.wait(1.0)
        server.stop(0)


class _Language(LanguageServer):
    """The SDK's own server for inline programs, silent when the engine has gone before it.

    What a program leaves in its event loop ends with it, not in the middle of a later cell.
    """

    def __init__(self, program: Program) -> None:
        self._loops: list[asyncio.AbstractEventLoop] = []

        def noted() -> None:
            loop = asyncio.get_running_loop()
            self._loops.append(loop)
            program()
            # In front of all: the SDK awaits what it has registered from the end.
            _get_rpc_manager().rpcs.insert(0, loop.create_task(_all_outputs()))

        super().__init__(noted)

    def Run(self, request: Any, context: object) -> Any:
        try:
            return super().Run(request, context)
        except grpc.RpcError:
            return language_pb2.RunResponse()
        finally:
            while self._loops:
                loops.end(self._loops.pop())


async def _all_outputs() -> None:
    """Wait for all outputs of a program at once, until there are none.

    The SDK does so one by one, and looks at all that are left each time: of 300 resources that is a
    third of what a program computes. One that fails is left to the SDK, which says so.
    """
    while True:
        with SETTINGS.lock:
            outputs = list(SETTINGS.outputs)
        awaited = [each for each in outputs if not each.done()]
        if not awaited or any(map(_failed, outputs)):
            return
        await asyncio.wait(awaited, return_when=asyncio.FIRST_EXCEPTION)


def _failed(output: asyncio.Future[Any]) -> bool:
    return output.done() and (output.cancelled() or output.exception() is not None)


class _Events(events_pb2_grpc.EventsServicer):
    """Receives the engine's events; `over` is set when the last one has come."""

    def __init__(self, on_event: OnEvent) -> None:
        self.on_event = on_event
        self.over = threading.Event()
        self.over.set()

    def StreamEvents(self, request_iterator: Any, context: object) -> empty_pb2.Empty:
        self.over.clear()
        try:
            for request in request_iterator:
                self.on_event(json.loads(request.event))
        finally:
            self.over.set()
        return empty_pb2.Empty()
