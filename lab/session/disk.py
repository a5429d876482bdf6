"""Whether the disk takes what is written: before an operation, and while the engine saves."""

from __future__ import annotations

import errno
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.errors import NotReady
from lab.session import files
from sandbox.home import cannot_write

NEEDED = 20 * 2**20  # bytes that an operation wants: it saves the state up to a hundred times
FULL = 256 * 2**10  # bytes below which the engine cannot save a state
LOOK = 1.0  # seconds between two looks while an engine runs
STUCK = 2.5  # seconds that a state may be cut; to write one takes milliseconds
# What a folder answers that is read-only, or on a network disk that knows no locks.
_NAMES = ("EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOLCK", "ENOSYS", "EOPNOTSUPP", "ESTALE")
REFUSED = frozenset(getattr(errno, name) for name in _NAMES if hasattr(errno, name))


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Inside, the disk's refusal to write or to lock is told with the way out.

    Raises:
        NotReady: it refused; the message names the folder and KIT_HOME.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        raise NotReady.of(cannot_write(home, error)) from None


def check(home: Path) -> None:
    """Look before an operation begins.

    Raises:
        NotReady: there is too little room in the kit's folder, or for temporary files.
    """
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    for folder in (there, Path(tempfile.gettempdir())):
        if (free := shutil.disk_usage(folder).free) < NEEDED:
            raise NotReady(
                f"No space left: {free / 2**20:.0f} MB are free at {folder}, an operation wants "
                f"{NEEDED // 2**20} MB. Nothing was changed.",
                "Free some space there, then run this cell again; or set "
                f"{'KIT_HOME' if folder == there else 'TMPDIR'} to a folder elsewhere.",
            )


@dataclass
class Watch:
    """Looks, while an engine runs, whether it can save.

    The engine tries for half a minute, and says nothing; then it waits for whoever asked for more.
    """

    state_file: Path
    seen: float = 0.0  # when it was looked last
    whole: float = 0.0  # when the state was last seen to be whole
    found: bool = False

    def full(self) -> bool:
        """Whether the disk is full, or refuses a state for another reason, such as a quota."""
        now = time.monotonic()
        if now - self.seen >= LOOK:
            self.seen = now
            self.found = self.found or self._full(now)
        return self.found

    def _full(self, now: float) -> bool:
        try:
            if shutil.disk_usage(self.state_file.parent).free < FULL:
                return True
        except OSError:  # the folder was taken away
            return False
        # It writes the state again and again, so the file's age tells nothing.
        if not self.whole or not self.state_file.exists() or files.is_json(self.state_file):
            self.whole = now
        return now - self.whole > STUCK

    def error(self) -> NotReady:
        """What to raise when it is."""
        folder = self.state_file.parent
        return NotReady(
            f"The disk is full: the engine could not save the state in {folder}, and was stopped.",
            "Free some space, then run this cell again: it goes on from the last state that was "
            "saved, and looks what is there.",
        )
