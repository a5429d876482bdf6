"""State files: whole whenever the process is killed, and whatever else happens to the disk.

A file is replaced in well under a millisecond, for every call that changes something waits for it.
That survives the end of the process. For the end of the machine, a copy that is surely on the disk
is kept beside it, a second old; it stands in when the file itself is damaged or gone.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

NEW = ".new"  # ends the name of a file that is being written
KEPT = ".kept.json"  # ends the name of the copy that is surely on the disk
DAMAGED = ".damaged-"  # in the name of a file that could not be read, before the time


def write(path: str, text: str) -> None:
    """Replace a file; OSError, and the old one untouched, when that fails."""
    fresh = f"{path}{NEW}"
    try:
        with open(fresh, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        with suppress(OSError):
            os.remove(fresh)
        raise
    # To rename over a file makes some file systems write it out at once, which takes milliseconds.
    # In between there is only the fresh one, and it is complete: `recover` knows.
    with suppress(FileNotFoundError):
        os.remove(path)
    os.rename(fresh, path)


def keep(path: Path) -> None:
    """Copy a state file to where it is kept, and have that on the disk for sure.

    From any thread. A file that is being replaced is not there for a moment; who replaces it has it
    kept again.
    """
    kept = path.with_name(path.name.removesuffix(".json") + KEPT)
    fresh = kept.with_name(f"{kept.name}{NEW}")
    with suppress(OSError):  # a disk that is full has lost nothing yet: `write` tells
        shutil.copyfile(path, fresh)
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(fresh, kept)


def recover(folder: Path) -> list[str]:
    """Put right what a killed process, a full disk or a hand left; what was damaged, a line each.

    A fresh file alone is the state, beside another it is a part. A file that cannot be read is set
    aside under another name, and its kept copy, if there is one, takes its place.
    """
    for fresh in folder.glob(f"*{NEW}"):
        state = fresh.with_name(fresh.name.removesuffix(NEW))
        if state.exists() or not _whole(fresh):
            fresh.unlink()
        else:
            fresh.rename(state)
    told = {path: _damaged(path) for path in _states(folder) if not _whole(path)}
    for kept in sorted(folder.glob(f"*{KEPT}")):
        state = kept.with_name(kept.name.removesuffix(KEPT) + ".json")
        if not state.exists() and _whole(kept):
            shutil.copyfile(kept, state)
            age = time.strftime("%H:%M:%S", time.localtime(kept.stat().st_mtime))
            told[state] = f"{told.get(state, f'{state.name} was not there')}; it is as at {age}"
    return [told[path] for path in sorted(told)]


def _states(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if not path.name.endswith(KEPT))


def _damaged(path: Path) -> str:
    aside = set_aside(path)
    return f"{path.name} was damaged; it is set aside as {aside.name}"


def set_aside(path: Path) -> Path:
    """Give a file that cannot be used a name under which nobody reads it; the new one."""
    aside = path.with_name(f"{path.name}{DAMAGED}{time.strftime('%Y%m%d-%H%M%S')}")
    os.replace(path, aside)
    return aside


def _whole(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return True
