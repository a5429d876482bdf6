"""What a deployment raises. Every message says what happened and how to go on.

KitError
├── ProgramError   the program (a step in a cell, or gateway/program.py) raised
├── DeployError    the engine or the provider refused or failed
├── Busy           somebody else is deploying this stack
└── NotReady       something that a deployment needs is missing
Stopped            the kernel was interrupted; a KeyboardInterrupt, so `except Exception` lets it by
"""

from __future__ import annotations

from lab.guard import KitError


class ProgramError(KitError):
    """The program raised; `why` shows the reader's own lines."""


class DeployError(KitError):
    """The engine or the provider refused or failed."""


class Busy(KitError):
    """Somebody else is deploying this stack."""


class NotReady(KitError):
    """Something that a deployment needs is missing."""


class Stopped(KeyboardInterrupt):
    """The kernel was interrupted, and the work ended in the state that the message tells."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows these lines instead of its traceback.
        return str(self).splitlines()
