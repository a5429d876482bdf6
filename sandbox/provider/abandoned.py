"""What creates left of a stack that was destroyed in a terminal, taken back by the provider itself.

destroy() of a notebook asks for it (leftovers.py). A bare `pulumi destroy` asks nobody, and does
not even call the provider when its state has nothing of it. So the provider looks by itself, while
its journal has anything: nobody has a use for what was begun for a stack that is empty now.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from sandbox.provider.core.journal import Journal
from sandbox.provider.core.runs import Run
from sandbox.provider.leftovers import Leftovers

LOOK = 1.0  # seconds between two looks
AGAIN = 30.0  # the same, after something could not be deleted


class Abandoned:
    """The unconfirmed creates of stacks that are empty; these stacks are of the home's own backend."""

    def __init__(self, home: Path, journal: Journal, leftovers: Leftovers) -> None:
        self._pulumi = home / "backend" / ".pulumi"
        self._journal, self._leftovers = journal, leftovers

    def watch(self) -> None:
        """Look for as long as the process lives."""
        wait, left = threading.Event(), False
        while not wait.wait(AGAIN if left else LOOK):
            left = self.take_back()

    def take_back(self) -> bool:
        """Delete what was begun for stacks that are empty; the log tells of it.

        Returns:
            Whether something is left that could not be deleted.
        """
        left = False
        for project, stack in self._journal.stacks():

            def sure(project: str = project, stack: str = stack) -> bool:
                return self._empty(project, stack)

            if sure():
                entries = self._journal.of(project, stack)
                found = self._leftovers.deleted(entries, {}, Run(), _Nobody(), sure)
                names = ", ".join(sorted(urn.rsplit("::", 1)[-1] for urn in found.deleted))
                if names:
                    print(f"{project}/{stack} is destroyed; deleted too: {names}", file=sys.stderr)
                left = left or bool(found.left)
        return left

    def _empty(self, project: str, stack: str) -> bool:
        """Whether no engine works on a stack, and then whether its state has nothing.

        In this order: an engine that comes later waits with its create until this one is over.
        """
        if any((self._pulumi / "locks" / "organization" / project / stack).glob("*.json")):
            return False
        file = self._pulumi / "stacks" / project / f"{stack}.json"
        try:
            latest = json.loads(file.read_text("utf-8"))["checkpoint"].get("latest") or {}
            return not latest.get("resources") and not latest.get("pending_operations")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False  # of another backend, or damaged


class _Nobody:
    """Stands for the engine's call where no engine calls."""

    def add_callback(self, callback: object) -> bool:
        """Nothing ends it early."""
        return True
