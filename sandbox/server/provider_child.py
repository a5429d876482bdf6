"""Keeps the Pulumi provider running beside the emulator: a child process, on a port of its own.

The child binds its port itself and tells it through a pipe: nobody else can be taken for it, and
none comes between the choice of a port and its use.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import IO

from sandbox.home import Home
from sandbox.root_key import RootKey
from sandbox.server import probe
from sandbox.server.base import settings

log = logging.getLogger("sandbox")

READY = 15.0  # seconds that the provider may take until it listens
# A provider that takes connections and answers nobody is replaced within 20 s of when it began to.
LOOK = 4.0  # seconds between two questions whether it answers
PATIENCE = 4.5  # seconds that it has for the answer
MISSES = 2  # answers that may stay away before it is taken to hang: the machine may have slept
SETTLED = 10.0  # a provider that lived this long may be started again at once


class ProviderFailed(RuntimeError):
    """The provider does not start; its own output is in the sandbox's log."""


def _first_line(pipe: IO[bytes]) -> bytes:
    with pipe:
        return pipe.readline()


class ProviderChild:
    """The provider process; its standard input closes when this process ends, and it with it.

    Attributes:
        port: where it listens; 0 until `ready` returns.
    """

    def __init__(self, home: Home, ports: list[int], endpoint: str, key: RootKey) -> None:
        self.port = 0
        self._ports = ports
        self._env = {
            **os.environ,
            **settings.client(endpoint, key),
            "KIT_HOME": str(home.path),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._asked = 0.0
        self._stopping = False

    def start(self) -> None:
        """Start the process; `ready` waits for it."""
        self._started = self._asked = time.monotonic()
        # Its port of before comes first: shells and stacks know it.
        ports = [*filter(None, [self.port]), *self._ports]
        arguments = [f"--port={port}" for port in ports]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.provider", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._env,
        )

    async def ready(self) -> None:
        """Return when it listens; ProviderFailed when it ends instead, or takes too long."""
        assert self._process is not None and self._process.stdout is not None
        read = asyncio.to_thread(_first_line, self._process.stdout)
        try:
            told = await asyncio.wait_for(read, READY)
        except asyncio.TimeoutError:
            self._process.kill()  # which also ends the reading
            raise ProviderFailed(f"The provider did not listen within {READY:.0f} s.") from None
        if not told.strip().isdigit():
            raise ProviderFailed("The Pulumi provider of the sandbox ended as it started.")
        self.port = int(told)

    async def keep(self, moved: Callable[[], object]) -> None:
        """Start it again whenever it ends or hangs, on the same port unless that is taken: `moved`."""
        while not self._stopping:
            await asyncio.sleep(0.2)
            process = self._process
            if process is None or (process.poll() is None and not await self._hangs(process)):
                continue
            if self._stopping:
                continue
            if process.poll() is None:
                log.error("the provider does not answer")
                process.kill()  # what it had begun is in its journal
                process.wait()
            log.error("the provider ended with code %s: starting it again", process.poll())
            if time.monotonic() - self._started < SETTLED:
                await asyncio.sleep(2)
            if not self._stopping:
                await self._again(moved)

    async def _hangs(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether it lives and answers nobody; it is asked only every now and then."""
        if time.monotonic() - self._asked < LOOK:
            return False
        for _ in range(MISSES):
            if await probe.answers(self.port, PATIENCE):
                self._asked = time.monotonic()
                return False
            await asyncio.sleep(0.2)
            if process.poll() is not None or self._stopping:
                return False
        return True

    async def _again(self, moved: Callable[[], object]) -> None:
        before = self.port
        self.start()
        try:
            await self.ready()
        except ProviderFailed as error:
            log.error("%s", error)
            return
        if self.port != before:
            log.warning("port %s was taken: the provider listens on %s now", before, self.port)
            moved()

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
