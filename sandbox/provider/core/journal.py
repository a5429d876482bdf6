"""What the provider began to create and the engine may not know of.

An engine or a provider that is killed in the middle of a create leaves a resource that is in the
cloud and not in the state; the next `up` would create a second one. So each create is noted before
the first call, with its id after the last, and forgotten when the engine shows that it has it.
One small file for a resource: several processes may write at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sandbox.provider.core.wire import UNKNOWN, Secret


@dataclass(frozen=True)
class Entry:
    """One create: its arguments without secrets, and its id and outputs once there are any."""

    urn: str
    inputs: dict[str, Any]
    id: str | None = None
    outputs: dict[str, Any] = field(default_factory=dict)
    begun: float = 0.0  # seconds of the epoch: when it was noted first


class Journal:
    """The creates that nobody has confirmed yet, by URN, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        for file in folder.glob("*.json") if folder.is_dir() else ():
            entry = _read(file)
            if entry:
                self._entries[entry.urn] = entry

    def find(self, urn: str) -> Entry | None:
        """The unconfirmed create of a resource."""
        with self._lock:
            return self._entries.get(urn)

    def of(self, project: str, stack: str) -> list[Entry]:
        """All unconfirmed creates of a stack, the last one first."""
        with self._lock:
            entries = [
                entry
                for urn, entry in self._entries.items()
                if urn.startswith(f"urn:pulumi:{stack}::{project}::")
            ]
        return sorted(entries, key=lambda entry: entry.begun, reverse=True)

    def stacks(self) -> set[tuple[str, str]]:
        """Project and name of each stack that has unconfirmed creates."""
        with self._lock:
            parts = [urn.split("::") for urn in self._entries]
        return {(project, head.rpartition(":")[2]) for head, project, *_ in parts}

    def begin(self, urn: str, inputs: dict[str, Any]) -> None:
        """Note that a create begins, before its first call."""
        known = self.find(urn)
        begun = known.begun if known else time.time()
        self._write(Entry(urn, public(inputs), begun=begun))

    def made(
        self, urn: str, id: str, outputs: dict[str, Any], secret: Callable[[str], bool]
    ) -> None:
        """Note what exists now."""
        known = self.find(urn)
        kept = {k: v for k, v in public(outputs).items() if not secret(k)}
        inputs, begun = (known.inputs, known.begun) if known else ({}, time.time())
        self._write(Entry(urn, inputs, id, kept, begun))

    def forget(self, urn: str, id: str | None = None) -> None:
        """The engine has it, or it is gone. With an id, only if that is the one noted."""
        with self._lock:
            entry = self._entries.get(urn)
            if entry is None or (id is not None and entry.id != id):
                return
            del self._entries[urn]
            self._file(urn).unlink(missing_ok=True)

    def _file(self, urn: str) -> Path:
        return self.folder / f"{hashlib.sha256(urn.encode()).hexdigest()[:24]}.json"

    def _write(self, entry: Entry) -> None:
        file = self._file(entry.urn)
        with self._lock:
            self._entries[entry.urn] = entry
            self.folder.mkdir(parents=True, exist_ok=True)
            part = file.with_suffix(f".{os.getpid()}.part")
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as text:
                json.dump(asdict(entry), text, default=str)
            part.replace(file)


def _read(file: Path) -> Entry | None:
    try:
        return Entry(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None  # half-written when its process died: nothing was begun yet


def public(value: Any) -> Any:
    """The value without what is secret or unknown; the journal is plain text."""
    if isinstance(value, dict):
        return {
            k: public(v) for k, v in value.items() if not isinstance(v, Secret) and v is not UNKNOWN
        }
    if isinstance(value, list):
        return [public(item) for item in value if not isinstance(item, Secret)]
    return value
