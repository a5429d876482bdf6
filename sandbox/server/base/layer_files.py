"""The zips of layers, each in a file of its own beside the state, as the code of functions is.

The emulator writes them into Lambda's state, as text: with the model's layer, every call that
changes a function would write 168 MB.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record

log = logging.getLogger("sandbox")

FOLDER = "layer-files"
ZIP, FILE = "_zip_data", "kit_layer_file"  # of a version: its zip; in the state, its digest instead
MANY = 32  # zips whose digests are remembered

_digests: dict[int, tuple[bytes, str]] = {}


def digest(data: bytes) -> str:
    """SHA-256 of a zip that is held in memory; made once, for 100 MB take half a second."""
    held = _digests.get(id(data))
    if held is None or held[0] is not data:
        held = (data, hashlib.sha256(data).hexdigest())
        if len(_digests) >= MANY:
            _digests.clear()
        _digests[id(data)] = held
    return held[1]


def apart(original: Callable[[], Record]) -> Callable[[], Record]:
    """Lambda's state, in which each layer names its file."""

    def get_state() -> Record:
        state = original()
        for key, layer in _layers(state):
            versions = [_named(version) for version in layer["versions"]]
            state["layers"]._data[key] = {**layer, "versions": versions}
        named = {each.get(FILE) for _, layer in _layers(state) for each in layer["versions"]}
        for file in _folder().glob("*.zip"):
            if file.stem not in named:
                file.unlink(missing_ok=True)
        return state

    return get_state


def together(original: Callable[[Record], None]) -> Callable[[Record], None]:
    """Read such a state; a version whose file is lost or damaged is gone."""

    def restore(state: Record) -> None:
        for _, layer in _layers(state or {}):
            layer["versions"] = [each for each in layer["versions"] if _filled(each)]
        original(state)

    return restore


def _layers(state: Record) -> Iterator[tuple[Any, Record]]:
    store = state.get("layers")
    yield from list(getattr(store, "_data", {}).items())


def _named(version: Record) -> Record:
    data = version.get(ZIP)
    if not isinstance(data, bytes):
        return version
    name = digest(data)
    file = _folder() / f"{name}.zip"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.write_bytes(data)
        os.replace(fresh, file)
    return {**{key: value for key, value in version.items() if key != ZIP}, FILE: name}


def _filled(version: Record) -> bool:
    """Put a version's zip in the place of its name; whether it is there."""
    name = version.pop(FILE, None)
    if name is None:
        return True
    try:
        version[ZIP] = (_folder() / f"{name}.zip").read_bytes()
    except OSError:
        version[ZIP] = b""
    if digest(version[ZIP]) != name:
        log.warning("the layer %s has lost its zip and is gone", version["LayerVersionArn"])
        return False
    return True


def _folder() -> Path:
    return Path(emulator.persistence.STATE_DIR) / FOLDER


def install() -> None:
    """Put these over the emulator's saving and loading of Lambda."""
    lambdas = emulator.lambdas
    lambdas.get_state = apart(lambdas.get_state)
    lambdas._restore_state = together(lambdas._restore_state)
