"""The model's layer for this machine's processor, made once for all tests that want it."""

from __future__ import annotations

import platform
from pathlib import Path

from filelock import FileLock

from gateway.layer import build
from lab.strict.layers import PROCESSORS


def made() -> Path:
    """The zip, where `python -m layer` puts it; made when there is none, or an older one (15 s)."""
    processor = PROCESSORS.get(platform.machine(), "x86_64")
    file = build.layer_zip(processor)
    file.parent.mkdir(exist_ok=True)
    with FileLock(file.with_suffix(".lock")):
        if not file.is_file() or file.stat().st_mtime < build.WHEELS.stat().st_mtime:
            build.build(processor)
    return file
