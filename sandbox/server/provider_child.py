"""Keeps the Pulumi provider running beside the emulator: a child process, on one port."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import time

from sandbox.home import Home
from sandbox.server.base import settings

log = logging.getLogger("sandbox")

READY = 15.0  # seconds that the provider may take until it listens
POLL = 0.01
SETTLED = 10.0  # a provider that lived this long may be started again at once


class ProviderFailed(RuntimeError):
    """The provider does not start; its own output is in the sandbox's log."""


class ProviderChild:
    """The provider process; its standard input closes when this process ends, and it with it."""

    def __init__(self, home: Home, port: int, endpoint: str) -> None:
        self.port = port
        self._env = {
            **os.environ,
            **settings.client(endpoint),
            "KIT_HOME": str(home.path),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._stopping = False

    def start(self) -> None:
        """Start the process; `ready` waits for it."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.provider", "--port", str(self.port)],
            stdin=subprocess.PIPE,
            env=self._env,
        )

    async def ready(self) -> None:
        """Return when it listens; ProviderFailed when it ends instead, or takes too long."""
        while time.monotonic() - self._started < READY:
            if self._process is None or self._process.poll() is not None:
                raise ProviderFailed("The Pulumi provider of the sandbox ended as it started.")
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            await asyncio.sleep(POLL)
        raise ProviderFailed(f"The provider did not listen on port {self.port} in {READY:.0f} s.")

    async def keep(self) -> None:
        """Start it again, on the same port, whenever it ends."""
        while not self._stopping:
            await asyncio.sleep(0.2)
            if self._process is None or self._process.poll() is None or self._stopping:
                continue
            log.error("the provider ended with code %s: starting it again", self._process.poll())
            if time.monotonic() - self._started < SETTLED:
                await asyncio.sleep(2)
            if not self._stopping:
                self.start()

    def stop(self) -> None:
        """End the process, and wait for its end for a second at most."""
        self._stopping = True
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            with contextlib.suppress(OSError):
                process.stdin.close()
        process.terminate()
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(1)
