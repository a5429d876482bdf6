"""The way of a streamed answer's pieces: from a function's process to who asked for them."""

from __future__ import annotations

import base64
import contextvars
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sandbox.server.functions.worker_main import CHUNK, STOP

STREAM = "KIT_STREAM"  # tells worker_main that the caller takes a stream


class Sink:
    """Takes the pieces of one invocation; `stop` has the function write no more of them."""

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self.put = put
        self._stop: Callable[[], None] | None = None
        self._stopped = False
        self._lock = threading.Lock()

    def opened(self, stop: Callable[[], None]) -> None:
        """The function runs; `stop` reaches it."""
        with self._lock:
            self._stop = stop
            if self._stopped:
                stop()

    def closed(self) -> None:
        """The function has ended: whatever runs there next is not to be stopped."""
        with self._lock:
            self._stop = None

    def stop(self) -> None:
        """Nobody reads on."""
        with self._lock:
            self._stopped = True
            if self._stop is not None:
                self._stop()


# Set around the start of an invocation whose pieces are wanted.
wanted: contextvars.ContextVar[Sink | None] = contextvars.ContextVar("kit_sink", default=None)


class Tee:
    """The standard output of a function's process, with the pieces of a stream taken out.

    The emulator's worker reads it line by line and waits for the answer.
    """

    def __init__(self, output: Any, inlet: Any, sink: Callable[[], Sink | None]) -> None:
        self._output = output
        self._inlet = inlet
        self._sink = sink

    def readline(self) -> str:
        """The next line that is no piece of a stream."""
        sink = self._sink()
        if sink is not None:
            # The invocation has been written by now: nothing else writes until it has ended.
            sink.opened(self._stop)
        while True:
            line: str = self._output.readline()
            if not line.startswith(CHUNK):
                if sink is not None:
                    sink.closed()
                return line
            if sink is not None:
                sink.put(base64.b64decode(json.loads(line)["b64"]))

    def _stop(self) -> None:
        with suppress(OSError, ValueError):
            self._inlet.write(STOP)
            self._inlet.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._output, name)
