"""A second environment, for clients that do not install beside the kit's own packages.

    python -m tools.others.clients      make it, or say that it is there

LangChain and LiteLLM want another version of the package `openai` than learners have. Their
environment is `.venv-clients`, filled from tests/clients/requirements.lock; tests/deployed/ uses it.
"""

from __future__ import annotations

import hashlib
import sys

from tools import environment, packages
from tools.environment import ROOT, Environment
from tools.machine import Problem

CLIENTS = Environment(ROOT / ".venv-clients")
LOCK = ROOT / "tests" / "clients" / "requirements.lock"
COMMAND = "python -m tools.others.clients"


def is_ready() -> bool:
    """Whether today's clients are in it."""
    try:
        return CLIENTS.stamp.read_text(encoding="utf-8") == _wanted()
    except OSError:
        return False


def _wanted() -> str:
    python = "{}.{}".format(*sys.version_info[:2])
    return f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {python}"


def main() -> int:
    """Make the environment unless it is there; what the command line calls."""
    if is_ready():
        print(f"The clients are in {CLIENTS.folder.name}")
        return 0
    try:
        environment.make(CLIENTS)
        packages.install(CLIENTS.python, LOCK)
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    CLIENTS.stamp.write_text(_wanted(), encoding="utf-8")
    print(f"The clients are in {CLIENTS.folder.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
