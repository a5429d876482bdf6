"""The name of one life of the cloud's state, so that a program can tell that it began anew.

It changes when the state starts from nothing, after the process died without saving all, and when
a part of the state was lost: whoever finds another name than last time looks at what is really there.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sandbox.home import Home, read_json, write_json


@dataclass
class Generation:
    """The name, and where it is kept."""

    home: Home
    name: str

    @classmethod
    def begin(cls, home: Home, *, damaged: bool = False) -> Generation:
        """Go on with the last one if it ended in order; else begin another. Marks it as running.

        Args:
            damaged: a part of the state could not be read.
        """
        last = read_json(home.generation)
        kept = last.get("name") if last.get("ended") and not damaged else None
        generation = cls(home, kept or secrets.token_hex(8))
        generation._write(ended=False)
        return generation

    def renew(self) -> None:
        """The state was wiped while running."""
        self.name = secrets.token_hex(8)
        self._write(ended=False)

    def end(self) -> None:
        """All is saved: the next process may go on with this one."""
        self._write(ended=True)

    def _write(self, ended: bool) -> None:
        write_json(self.home.generation, {"name": self.name, "ended": ended})
