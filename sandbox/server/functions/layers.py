"""Layers of a function, unpacked once for all of its environments, as what is at /opt is on Lambda."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

from sandbox.server.base import emulator

Config = dict[str, Any]
PLACES = "_LAMBDA_LAYERS_DIRS"  # where worker_main looks for them
LIBRARIES = "LD_LIBRARY_PATH"
_unpacking = threading.Lock()


def unpacked(config: Config) -> Config:
    """The function's settings with the layers as folders, which its environment shows to it.

    The emulator would unpack each layer for each environment: the model's is 124 MB.
    """
    if not config.get("Layers"):
        return config
    folders = [folder(each) for each in config["Layers"]]
    given = (config.get("Environment") or {}).get("Variables") or {}
    libraries = [str(each / "lib") for each in folders if (each / "lib").is_dir()]
    already = given.get(LIBRARIES) or os.environ.get(LIBRARIES)
    variables = {
        **given,
        PLACES: os.pathsep.join(map(str, folders)),
        LIBRARIES: os.pathsep.join([*libraries, *filter(None, [already])]),
    }
    return {**config, "Layers": [], "Environment": {"Variables": variables}}


def folder(layer: Any) -> Path:
    """Where a layer's files are; unpacked there when this is the first to ask.

    Raises:
        RuntimeError: there is no such layer any more.
    """
    data = emulator.lambdas._resolve_layer_zip(layer)
    if not data:
        raise RuntimeError(f"There is no layer {layer}")
    place = Path(tempfile.gettempdir()) / "layers" / hashlib.sha256(data).hexdigest()[:32]
    with _unpacking:
        if not place.is_dir():
            begun = place.with_suffix(".begun")
            shutil.rmtree(begun, ignore_errors=True)
            begun.mkdir(parents=True)
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                opened.extractall(begun)
                for entry in opened.infolist():
                    if entry.external_attr >> 16 & 0o111 and not entry.is_dir():
                        (begun / entry.filename).chmod(0o755)
            begun.rename(place)
    return place
