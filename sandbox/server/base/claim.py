"""Whether the home is still this server's: only then may it write there.

A home may be deleted, or its record, while the server runs; then the next one starts in its place.
Of two servers in one home the first would bring back what the second never had, and take away the
code that the second has unpacked.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from sandbox.home import Home, read_json


@dataclass
class Claim:
    """What a server holds of its home: the cloud's folder, and the record once that is written."""

    home: Home
    folder: tuple[int, int]  # device and number of the cloud's folder, which a new one has not
    recorded: bool = False

    @classmethod
    def of(cls, home: Home) -> Claim:
        """The claim of a server that has made its folders.

        Raises:
            OSError: they are not there.
        """
        return cls(home, _identity(home))

    def holds(self) -> bool:
        """Whether the folder is the one of the start, and the record names this process."""
        try:
            if _identity(self.home) != self.folder:
                return False
        except OSError:
            return False
        return not self.recorded or read_json(self.home.record).get("pid") == os.getpid()


def _identity(home: Home) -> tuple[int, int]:
    found = os.stat(home.cloud)
    return found.st_dev, found.st_ino
