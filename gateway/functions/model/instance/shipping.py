"""Lines of the log to CloudWatch Logs: what Lambda does by itself, an instance has to do.

Lines are also printed. They are sent together, once a second, so that a request does not wait for
its log; those of the last second before a crash are lost.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
from typing import Any, TextIO

EVERY = 1.0  # seconds
AT_ONCE = 1000  # lines; AWS takes 10,000
WAITING = 10_000  # lines that may wait; more are printed and not sent


class Shipping:
    """Standard output that sends a copy of each whole line to a log stream.

    Args:
        client: of CloudWatch Logs.
        group: the log group, which exists.
        stream: the log stream, which is made.
        printed: where the lines are printed.
    """

    def __init__(self, client: Any, group: str, stream: str, printed: TextIO) -> None:
        self.client, self.group, self.stream, self.printed = client, group, stream, printed
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue(WAITING)
        self._ended = threading.Event()
        self._made = False
        self._thread = threading.Thread(target=self._run, name="shipping", daemon=True)
        self._thread.start()

    def write(self, text: str) -> int:
        """Print, and keep what is a line."""
        self.printed.write(text)
        for line in text.splitlines():
            if line.strip():
                try:
                    self._lines.put_nowait({"timestamp": int(time.time() * 1000), "message": line})
                except queue.Full:
                    break
        return len(text)

    def flush(self) -> None:
        """Print what was kept back."""
        self.printed.flush()

    def close(self) -> None:
        """Send the rest."""
        self._ended.set()
        self._thread.join(5)

    def _run(self) -> None:
        ended = False
        while not ended:
            ended = self._ended.wait(EVERY)
            while events := self._waiting():
                self._send(events)

    def _waiting(self) -> list[dict[str, Any]]:
        """The oldest lines that wait, as many as are sent at once."""
        events: list[dict[str, Any]] = []
        with contextlib.suppress(queue.Empty):
            while len(events) < AT_ONCE:
                events.append(self._lines.get_nowait())
        return events

    def _send(self, events: list[dict[str, Any]]) -> None:
        try:
            self._make()
            events.sort(key=lambda event: event["timestamp"])
            self.client.put_log_events(
                logGroupName=self.group, logStreamName=self.stream, logEvents=events
            )
        except Exception as error:  # noqa: BLE001 - the lines are printed, and requests go on
            print(f"{len(events)} lines not sent: {type(error).__name__}", file=sys.stderr)

    def _make(self) -> None:
        if not self._made:
            exists = self.client.exceptions.ResourceAlreadyExistsException
            with contextlib.suppress(exists):
                self.client.create_log_stream(logGroupName=self.group, logStreamName=self.stream)
            self._made = True


def begin(stream: str) -> Shipping | None:
    """Send what is printed from now on to LOG_GROUP; None without it."""
    group = os.environ.get("LOG_GROUP")
    if not group:
        return None
    import boto3

    shipping = Shipping(boto3.client("logs"), group, stream, sys.stdout)
    sys.stdout = shipping
    return shipping
