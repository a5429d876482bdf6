"""What the provider remembers of each run of the engine.

One provider process serves many runs at once. All calls of one run, and of no other, come from
one peer; the engine ends each run with Cancel, also one that went well.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sandbox.provider.core.wire import UNKNOWN, plain

KEPT = 64  # runs remembered; one that was killed never says that it ended
REGION = re.compile(r"^[a-z]{2}(-[a-z]+)+-\d+$")


@dataclass(frozen=True)
class Settings:
    """The provider's configuration as far as arguments depend on it."""

    region: str = "us-east-1"
    default_tags: dict[str, Any] = field(default_factory=dict)


@dataclass
class Run:
    """One run: its configuration, its calls that may be cancelled, its finished creates."""

    settings: Settings = field(default_factory=lambda: Settings(region=default_region()))
    peer: str = ""
    folder: str = ""  # of the program, when the engine told it
    answered: set[str] = field(default_factory=set)
    _stops: set[threading.Event] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def program_folder(self) -> str:
        """Where relative paths begin: the folder of the program, or the engine's; "" if unknown."""
        return self.folder or _folder_of(self.peer)

    @contextmanager
    def stop(self) -> Iterator[threading.Event]:
        """An event for one call that Cancel sets."""
        event = threading.Event()
        with self._lock:
            self._stops.add(event)
        try:
            yield event
        finally:
            with self._lock:
                self._stops.discard(event)

    def cancel(self) -> set[str]:
        """Stop all calls that are running; returns the creates that the engine has by now."""
        with self._lock:
            for event in self._stops:
                event.set()
            answered, self.answered = self.answered, set()
            return answered


class Runs:
    """The runs by peer."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, peer: str) -> Run:
        """The run that a call belongs to."""
        with self._lock:
            run = self._runs.get(peer)
            if run is None:
                run = self._runs[peer] = Run(peer=peer)
            self._runs.move_to_end(peer)
            while len(self._runs) > KEPT:
                self._runs.popitem(last=False)
            return run


def _folder_of(peer: str) -> str:
    """The working folder of the process at the other end of a connection.

    The engine does not tell it to a provider that it did not start itself.
    """
    import psutil

    try:
        port = int(peer.rsplit(":", 1)[1])
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.pid:
                return str(psutil.Process(connection.pid).cwd())
    except (psutil.Error, OSError, ValueError, IndexError):
        pass  # not ours to look at: the path will be told as missing
    return ""


def default_region() -> str:
    """The region when no configuration names one."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def settings(arguments: dict[str, Any], variables: dict[str, str]) -> Settings:
    """The configuration from an explicit provider's arguments, or the stack's `aws:` settings."""
    values = {**{k.removeprefix("aws:config:"): v for k, v in variables.items()}, **arguments}
    region = plain(values.get("region"))
    tags = (_parsed(values.get("defaultTags")) or {}).get("tags") or {}
    known = isinstance(region, str) and region != ""
    return Settings(str(region) if known else default_region(), _parsed(tags) or {})


def _parsed(value: Any) -> Any:
    """A nested setting, which the SDK sends as JSON text."""
    value = plain(value)
    if value is UNKNOWN:
        return {}
    return json.loads(value) if isinstance(value, str) and value else value


def region_problem(region: Any) -> str | None:
    """The official provider's sentence for a region that is none."""
    region = plain(region)
    if not isinstance(region, str) or not region or REGION.match(region):
        return None
    return f"could not validate provider configuration: Invalid AWS Region: {region}"
