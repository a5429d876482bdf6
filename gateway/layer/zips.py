"""A zip that is the same bytes wherever it is made."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the oldest date that a zip can have
# What Lambda has to start or to load. It runs as another user than the one
# who has made the zip: all may read, and start these.
STARTED = (".so", ".sh")
Files = dict[str, bytes]


def write(files: Files, target: Path) -> None:
    """Write the zip: names in order, no date, and nothing is compressed.

    Each zlib compresses to other bytes, and weights hardly at all. With the
    same bytes everywhere, a second `pulumi up` uploads nothing.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as opened:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = 3  # Unix, where a file has a mode
            started = name.startswith("lib/") or name.endswith(STARTED)
            mode = 0o755 if started else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            opened.writestr(entry, files[name])


def replace(files: Files, target: Path) -> None:
    """Write the zip in place of the one that may be there.

    Never half of one, and never in place of the same: another `pulumi up`
    may be reading it.

    Raises:
        OSError: nobody may write there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}")
    try:
        write(files, unfinished)
        if not is_same(unfinished, target):
            unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def is_same(one: Path, other: Path) -> bool:
    """Whether two files have the same bytes; one may not be there."""
    if not other.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while block := first.read(1 << 20):
            if block != second.read(1 << 20):
                return False
    return True
