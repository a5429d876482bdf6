"""Who asks a balancer, and may leave before there is an answer: then its target is let go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.server.base import emulator

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def asks_a_balancer(scope: dict[str, Any]) -> bool:
    """Whether a request is for a load balancer, by its host or its path."""
    host = next((value for name, value in scope["headers"] if name.lower() == b"host"), b"")
    found: bool = emulator.app._is_potential_alb_request(host.decode("latin-1"), scope["path"])
    return found


async def serve(app: Application, scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serve a request for as long as its client stays."""
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    serving = asyncio.ensure_future(app(scope, messages.get, send))

    async def listen() -> None:
        while True:
            message = await receive()
            messages.put_nowait(message)
            if message["type"] == "http.disconnect":
                serving.cancel()
                return

    listening = asyncio.ensure_future(listen())
    try:
        await asyncio.wait({serving})
    finally:
        listening.cancel()
        serving.cancel()
    if not serving.cancelled() and (error := serving.exception()):
        raise error
