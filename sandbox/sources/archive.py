"""A bundle that is still an archive, as on a stick: unpacked once, into the kit's folder. Standard library.

Only what the bundle's list names comes out of it, each file checked by the hash that the list has;
packages once more by those of requirements.lock. Wheels of other Pythons stay where they are.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from sandbox.sources.server import LIST, ServerError, digest, inside, needed, save

TOP = "/bundle/"  # in the archive: the kit's folder, this, and the bundle's own files


class ArchiveError(RuntimeError):
    """No bundle comes out of the archive; the text says what is wrong with it."""


def mark(archive: Path) -> str:
    """Which archive it is: the same as long as nobody writes to it.

    Raises:
        OSError: it is not there.
    """
    found = archive.stat()
    return f"{archive} {found.st_size} {found.st_mtime_ns}"


def unpack(
    archive: Path, folder: Path, about: str, fits: Callable[[dict[str, Any]], object]
) -> None:
    """Take what this Python needs of a bundle out of its archive, and its list last: it is whole then.

    Args:
        archive: as `make bundle` writes it.
        folder: where the bundle goes.
        about: the name of the list.
        fits: is told the list before anything else comes out; what it raises ends it.

    Raises:
        ArchiveError: it is no such archive, or cut short, or not what its list says.
        OSError: it cannot be read, or the folder not be written.
    """
    try:
        with tarfile.open(archive, "r:") as opened:
            text = _read(opened, about)
            found = json.loads(text)
            files = {name: sha256 for name, sha256 in dict(found["files"]).items() if needed(name)}
            fits(found)
            _take(opened, files, folder)
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, ServerError) as error:
        raise ArchiveError(f"{archive} is no whole archive of a bundle ({error})") from error
    folder.mkdir(parents=True, exist_ok=True)
    (folder / about).write_bytes(text)


def _read(opened: tarfile.TarFile, about: str) -> bytes:
    """The list, from the first file of its name."""
    for entry in opened:
        if entry.isfile() and entry.name.endswith(TOP + about):
            return _file(opened, entry).read(LIST)
    raise ValueError(f"it has no {about}")


def _take(opened: tarfile.TarFile, files: dict[str, str], folder: Path) -> None:
    entries = {entry.name.partition(TOP)[2]: entry for entry in opened if entry.isfile()}
    for name, sha256 in files.items():
        target = inside(folder, name)
        if target.is_file() and digest(target) == sha256:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with _file(opened, entries[name]) as source:
            if not save(source, target, sha256):
                raise ValueError(f"{name} is not the file that its list names: its hash differs")


def _file(opened: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    found = opened.extractfile(entry)
    if found is None:
        raise ValueError(f"{entry.name} is no file")
    return found
