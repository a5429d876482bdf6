"""The zip of a function's code, made here and not by Pulumi.

Pulumi's own archive gives a file no mode, so that Lambda could not start a
script in it, and has the line ends of whoever deploys.
"""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from .zips import Files, replace

BUILD = Path(__file__).resolve().parent / "build"


def code_files(folder: Path) -> Files:
    """Its Python files and scripts, by their paths in the folder.

    Lines end as on Linux, also where Git has made them end as on Windows:
    the code seems the same to everybody, and a script starts. What Python
    leaves in `__pycache__` would change when somebody imports the code.
    """
    return {
        file.relative_to(folder).as_posix(): as_on_linux(file.read_bytes())
        for file in [*folder.rglob("*.py"), *folder.rglob("*.sh")]
    }


def as_on_linux(text: bytes) -> bytes:
    """A text whose lines end as on Linux."""
    return text.replace(b"\r\n", b"\n")


def code_zip(name: str, files: Files) -> Path:
    """Make the zip with this name, and say where it is.

    That is beside the layer's, or for a checkout that is read-only in a
    temporary folder. It stays: Pulumi reads it when the program has ended.
    """
    target = BUILD / f"{name}.zip"
    try:
        replace(files, target)
    except OSError:
        target = elsewhere() / target.name
        replace(files, target)
    return target


@functools.cache
def elsewhere() -> Path:
    """A new folder of our own, the same one in this process."""
    return Path(tempfile.mkdtemp(prefix="gateway-code-"))
