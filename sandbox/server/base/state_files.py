"""State files that are whole whenever the process is killed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

NEW = ".new"  # ends the name of a file that is being written


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


def recover(folder: Path) -> None:
    """After a process was killed: a fresh file alone is the state, beside another it is a part."""
    for fresh in folder.glob(f"*{NEW}"):
        state = fresh.with_name(fresh.name.removesuffix(NEW))
        if state.exists():
            fresh.unlink()
        else:
            fresh.rename(state)
