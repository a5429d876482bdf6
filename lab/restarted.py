"""An extension of IPython: a name that is missing says what to run, above all after a restart.

A kernel that was restarted knows nothing of its page, and Python says only that a name is not
defined. The kit's environment loads this into each kernel (tools/environment.py).
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("notebooks", "work")  # the folders of ROOT that hold pages of the course
ABOVE = "Run > Run All Above Selected Cell"
NEW = (
    "Nothing of this page has run in this kernel yet: it was started anew.\n"
    f"Fix: run the first cell, below *Start*; then the cells above this one ({ABOVE})."
)
MISSING = f"Fix: if a cell above makes it, run that first ({ABOVE})."


def load_ipython_extension(shell: Any) -> None:
    """What IPython calls to load this; pages of other folders are left alone."""
    if Path.cwd().resolve() in {(ROOT / name).resolve() for name in PAGES}:
        shell.set_custom_exc((NameError,), explain)


def explain(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """Show a NameError as always, and below it what to run."""
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    print(fix(), file=sys.stderr)


def fix() -> str:
    """What to run: the first cell, where no session has been opened."""
    session = sys.modules.get("lab.session.session")
    return MISSING if session is not None and session.is_open() else NEW
