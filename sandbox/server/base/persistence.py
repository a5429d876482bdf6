"""State on disk: nothing that the cloud acknowledged is lost, even if the process is killed.

The emulator itself writes its state when it shuts down. Here, before the answer to a request that
changed something leaves, the state of that one service is written; what only piles up (logs,
metrics) follows within seconds. A killed process loses neither a page that the system has taken
over nor a file that was replaced at one stroke, so no call waits for the disk itself. That a file
is there when the power fails is seen to a second later, beside the loop.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.server.base import emulator, layer_files, state_files

log = logging.getLogger("sandbox")

LAZY = 1.0  # seconds until what only piles up is written
LAZY_SHARE = 20  # the longer such a save takes, the rarer it comes: at most 1/20 of the time

READS = re.compile(
    r"(?:Get|List|Describe|Head|Batch(?:Get|Describe|Check)|Filter|Lookup|Query|Scan|Search|Select"
    r"|Simulate|Test|Decode|Check|Estimate|Preview|Validate|StartQuery|AssumeRole)"
)
# Traffic, not structure: it may be frequent, so it is saved lazily.
TRAFFIC = re.compile(
    r"(?:Put(?:Item|Record|Records|LogEvents|MetricData|Events|TraceSegments)|UpdateItem|DeleteItem"
    r"|BatchWriteItem|TransactWriteItems|ExecuteStatement|BatchExecuteStatement|Publish"
    r"|SendMessage|SendMessageBatch|ReceiveMessage|DeleteMessage|DeleteMessageBatch|Invoke.*"
    r"|InitiateAuth|AdminInitiateAuth|RespondToAuthChallenge|Converse.*)"
)
# These create what belongs to other services.
SPREADING = {"cloudformation", "cloudcontrol", "tagging", "resource_groups"}

SHORT = 16_384  # characters of a state that is compared with what its file has

_saving = threading.local()
_written: dict[str, str] = {}  # short states as their files have them, by path


def changes(action: str) -> str:
    """What a request named `action` asks of persistence: "" (a read), "lazy" or "now"."""
    if READS.match(action):
        return ""
    return "lazy" if TRAFFIC.fullmatch(action) else "now"


class Saver:
    """Writes the state of services that changed; all methods run on the event loop's thread."""

    def __init__(self, may_write: Callable[[], bool] = lambda: True) -> None:
        self._may_write = may_write
        self._now: set[str] = set()
        self._lazy: set[str] = set()
        self._writing: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._lazy_cost = 0.0
        self._failures: dict[str, str] = {}
        self._unkept: set[str] = set()
        self._keeping: asyncio.TimerHandle | None = None

    @property
    def failure(self) -> str:
        """What could not be saved, and why; empty when all was."""
        return "; ".join(self._failures.values())

    async def saved(self, keys: Iterable[str]) -> None:
        """Return when the state of these services, as it is now, is on disk."""
        self._now.update(keys)
        if self._writing is None:
            self._writing = asyncio.ensure_future(self._write_together())
        await asyncio.shield(self._writing)

    async def _write_together(self) -> None:
        # Requests that are ready in the same turn of the loop share one write.
        await asyncio.sleep(0)
        keys, self._now, self._writing = self._now, set(), None
        self._write(keys)

    def soon(self, keys: Iterable[str]) -> None:
        """Have these services written within a second or so."""
        self._lazy.update(keys)
        if self._timer is None:
            delay = max(LAZY, LAZY_SHARE * self._lazy_cost)
            self._timer = asyncio.get_running_loop().call_later(delay, self._write_lazy)

    def _write_lazy(self) -> None:
        started = time.perf_counter()
        keys, self._lazy, self._timer = self._lazy, set(), None
        self._write(keys)
        self._lazy_cost = time.perf_counter() - started

    def everything(self) -> None:
        """Write the state of every service that was used."""
        self._write(emulator.app._build_persistence_save_dict())
        _keep(self._unkept)

    def _keep_soon(self, key: str) -> None:
        self._unkept.add(key)
        if self._keeping is None:
            self._keeping = asyncio.get_running_loop().call_later(LAZY, self._keep_beside)

    def _keep_beside(self) -> None:
        """The disk may take its time; the loop does not wait for it."""
        keys, self._unkept, self._keeping = self._unkept, set(), None
        asyncio.get_running_loop().run_in_executor(None, _keep, keys)

    def _write(self, keys: Iterable[str]) -> None:
        if not self._may_write():
            return
        states = emulator.app._build_persistence_save_dict()
        with shallow_copies():
            for key in keys:
                if key in states:
                    self._write_one(key, states[key])

    def _write_one(self, key: str, get_state: Any) -> None:
        try:
            # A function that runs may add a line to its log meanwhile; the next try has it.
            for attempt in range(3):
                try:
                    state = get_state()
                    if state is not None and write_state(key, state):
                        self._keep_soon(key)
                    break
                except RuntimeError:
                    if attempt == 2:
                        raise
            self._failures.pop(key, None)
        except Exception as error:  # noqa: BLE001  the cloud goes on, unsaved, and says so
            self._failures[key] = f"cannot save the state of {key}: {error}"
            log.error("%s", self._failures[key])


def keys_of(service: str) -> set[str]:
    """The state files that a request to a service may change."""
    app = emulator.app
    entry = app.SERVICE_REGISTRY.get(app.SERVICE_NAME_ALIASES.get(service, service))
    if entry is None or entry["module"] in SPREADING:
        return set(app._build_persistence_save_dict())
    return {entry.get("state_key", entry["module"]), *entry.get("sub_modules", ())}


def write_state(service: str, state: dict[str, Any]) -> bool:
    """The emulator's `save_state`, in its format, with the fast encoder; OSError when it fails.

    A call to one service writes all that belongs to it, most of which it did not change: a short
    file that has the text already is left alone.

    Returns:
        Whether there was something to write.
    """
    version = emulator.persistence._state_format_version(service)
    text = json.dumps(
        {"__ministack_format__": version, "payload": state},
        default=emulator.persistence._json_default,
    )
    path = str(_path(service))
    if _written.get(path) == text and os.path.exists(path):
        return False
    _make_folder()
    _written.pop(path, None)
    state_files.write(path, text)
    if len(text) <= SHORT:
        _written[path] = text
    return True


def _keep(services: Iterable[str]) -> None:
    for service in services:
        state_files.keep(_path(service))


def _path(service: str) -> Path:
    return Path(emulator.persistence.STATE_DIR) / f"{service}.json"


def _make_folder() -> None:
    # Not its parents: a home that somebody deleted is not to come back.
    Path(emulator.persistence.STATE_DIR).mkdir(exist_ok=True)


def _write_or_log(service: str, state: dict[str, Any]) -> None:
    try:
        write_state(service, state)
    except OSError as error:
        log.error("cannot save the state of %s: %s", service, error)


@contextmanager
def shallow_copies() -> Iterator[None]:
    """Stores copied in this thread share their records: they are written before anything runs."""
    _saving.on = True
    try:
        yield
    finally:
        _saving.on = False


def _copy_store(self: Any, memo: dict[int, Any]) -> Any:
    plain = _plain(type(self))()
    shared = getattr(_saving, "on", False)
    plain._data = dict(self._data) if shared else copy.deepcopy(self._data, memo)
    return plain


def _plain(kind: type) -> type:
    region_scoped: type = emulator.responses.AccountRegionScopedDict
    account_scoped: type = emulator.responses.AccountScopedDict
    return region_scoped if issubclass(kind, region_scoped) else account_scoped


def install() -> list[str]:
    """Let the emulator's stores be saved without being copied, and code be hashed once.

    Returns:
        What of the state on disk was damaged, a line each.
    """
    damaged = recover(Path(emulator.persistence.STATE_DIR))
    for kind in (emulator.responses.AccountRegionScopedDict, emulator.responses.AccountScopedDict):
        kind.__deepcopy__ = _copy_store
    emulator.persistence.save_state = _write_or_log
    emulator.lambdas._write_code_blob = _remember(emulator.lambdas._write_code_blob)
    emulator.lambdas._restore_state = _without_lost_code(emulator.lambdas._restore_state)
    logging.getLogger("persistence").setLevel(logging.WARNING)
    return damaged


def recover(folder: Path) -> list[str]:
    """Set aside what cannot be used of the state on disk; a line each, which the log has too."""
    damaged = state_files.recover(folder)
    codes, missing = Path(emulator.lambdas.CODE_BLOB_DIR), _codes(folder / "lambda.json")
    for code in sorted(codes.glob("*.zip")):
        missing.discard(code.stem)
        if hashlib.sha256(code.read_bytes()).hexdigest() != code.stem:
            aside = state_files.set_aside(code)
            damaged.append(f"the code of a function was damaged; it is set aside as {aside.name}")
    damaged += [f"the code of a function was not there: {name}.zip" for name in sorted(missing)]
    for line in damaged:
        log.warning("%s", line)
    return damaged


def _codes(state: Path) -> set[str]:
    """The names of the files with code that the state of Lambda refers to."""
    try:
        return set(re.findall(r'"code_blob_ref": "([0-9a-f]{64})"', state.read_text("utf-8")))
    except (OSError, ValueError):
        return set()


def _without_lost_code(restore: Any) -> Any:
    """A function whose code is lost is lost: it would answer, and with a text that nobody wrote."""

    def restored(data: Any) -> None:
        restore(data)
        functions = emulator.lambdas._functions._data
        for key, function in list(functions.items()):
            if not function.get("code_zip") and function["config"].get("PackageType") != "Image":
                log.warning("the function %s has lost its code and is gone", key[-1])
                del functions[key]

    return restored


def _remember(write: Any) -> Any:
    """Write code to its file only once for each archive."""

    def write_once(code: bytes) -> str:
        name = layer_files.digest(code)
        path = os.path.join(emulator.lambdas.CODE_BLOB_DIR, f"{name}.zip")
        if not os.path.exists(path):
            _make_folder()
            write(code)
        return name

    return write_once
