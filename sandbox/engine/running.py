"""Run a long command and read along; give up what does not answer."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from sandbox.engine.cli import EngineError

PATIENCE = 5.0  # seconds until a server's first byte, and between two
_TICK = 0.5  # seconds between two empty lines of a command that says nothing

T = TypeVar("T")


class Command(AbstractContextManager["Command"]):
    """A running command; iterate for its lines, stdout and stderr in one.

    An empty line comes twice a second while it is silent, so that a progress bar can move. Left
    early, by Ctrl-C for example, the command and all it started are killed.

    Args:
        silence: seconds without a line after which it is given up; None for no limit.

    Raises:
        EngineError: it cannot be started, or was silent for too long.
    """

    def __init__(
        self, command: list[str], env: Mapping[str, str], cwd: Path, silence: float | None = None
    ) -> None:
        self._name, self._silence = Path(command[0]).name, silence
        self._lines: queue.Queue[str | None] = queue.Queue()
        try:
            self._process = subprocess.Popen(
                command, env=dict(env), cwd=cwd, text=True, errors="replace",
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                start_new_session=sys.platform != "win32",
            )  # fmt: skip
        except OSError as error:
            raise EngineError(f"{command[0]} does not start: {error}") from error
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def code(self) -> int:
        """The exit code, once all lines are read."""
        return self._process.wait()

    def __iter__(self) -> Iterator[str]:
        heard = time.monotonic()
        while True:
            try:
                line = self._lines.get(timeout=_TICK)
            except queue.Empty:
                if self._silence and time.monotonic() - heard > self._silence:
                    raise EngineError(
                        f"{self._name} said nothing for {self._silence:.0f} seconds"
                    ) from None
                yield ""
                continue
            if line is None:
                return
            heard = time.monotonic()
            yield line

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join(timeout=5)
        if self._process.stdout and not self._reader.is_alive():
            self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)


def within(by: float, call: Callable[[], T]) -> T:
    """The call's result, or TimeoutError at the time `by`: a name's look-up has no timeout."""
    results: list[T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001  raised again in the caller's thread
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(0.0, by - time.monotonic()))
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"no answer within {PATIENCE:.0f} seconds")
    return results[0]
