"""What the kit raises. Every message says what happened and how to go on.

LabError           what happened, then the fix: the last words of it, also in a bare traceback
├── ProgramError   the program (a step in a cell, or of gateway/) raised
├── DeployError    the engine or the provider refused or failed
├── Busy           somebody else is deploying this stack
├── NotReady       something that the kit needs is missing
└── NoChapter      the course has no such chapter; a ValueError, too
Stopped            the kernel was interrupted; a KeyboardInterrupt, so `except Exception` lets it by
"""

from __future__ import annotations


class _Shown:
    """Shows in a notebook as its message alone, without frames of the kit."""

    def _render_traceback_(self) -> list[str]:  # the name is IPython's
        return [type(self).__name__ + ":", *(f"  {line}" for line in str(self).splitlines())]


class LabError(_Shown, Exception):
    """What happened (first line), why (further lines), and what to do: `fix` may be empty."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(f"{message}\nFix: {fix}" if fix else message)
        self.message, self.fix = message, fix


class ProgramError(LabError):
    """The program raised; the message shows the reader's own lines."""


class DeployError(LabError):
    """The engine or the provider refused or failed."""


class NoChapter(LabError, ValueError):
    """The course has no such chapter; the message lists those that it has."""


class Busy(LabError):
    """Somebody else is deploying this stack."""


class NotReady(LabError):
    """Something that the kit needs is missing."""

    @classmethod
    def of(cls, error: Exception | str) -> NotReady:
        """The same from an error of the sandbox or the engine, or its text, which has the fix."""
        what, _, fix = str(error).partition("Fix: ")
        return cls(what.strip(), fix.strip())


class Stopped(_Shown, KeyboardInterrupt):
    """The kernel was interrupted, and the work ended in the state that the message tells."""
