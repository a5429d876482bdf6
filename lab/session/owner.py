"""Whose resources these are: an id of the kit's folder, as a tag on each of them.

In one account, another learner's stack may have the same name. What is tagged with another id, or
with none, is nobody's here to delete.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from pathlib import Path

from lab.session import disk, files

ID = r"[0-9a-f]{16}"
SETTING = "gateway:owner"  # as a stack's configuration has it


def owner(home: Path) -> str:
    """The id, made once.

    Raises:
        NotReady: the kit's folder cannot be written to.
    """
    with suppress(OSError, UnicodeDecodeError):
        if re.fullmatch(ID, known := _file(home).read_text("ascii").strip()):
            return known
    fresh = secrets.token_hex(8)
    with disk.writing(home):
        files.write(_file(home), fresh)
    return fresh


def keep(home: Path, known: str | None) -> None:
    """Have a folder that was deleted under a kernel keep its id: what it makes again is its own.

    Args:
        known: the id that the kernel's stack is tagged with, if it is tagged.
    """
    if known and not _file(home).exists():
        files.write(_file(home), known)


def _file(home: Path) -> Path:
    return home / "owner"
