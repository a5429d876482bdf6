"""The Lambda Web Adapter, which streams on AWS: its tests run the real one.

    python -m tools.others.adapter      build it, or say that it is there

It is built from its crate with Rust's cargo, which takes four minutes of one processor, and kept
outside the checkout, for all of them: below ~/.cache, or $XDG_CACHE_HOME.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from lab.strict.web_adapter import VERSION, program
from tools.machine import Problem

CRATE = "lambda_web_adapter"
COMMAND = "python -m tools.others.adapter"


def build() -> None:
    """Build it where `program` says.

    Raises:
        Problem: there is no cargo, or it has not built it.
    """
    cargo = shutil.which("cargo")
    if cargo is None:
        raise Problem(
            "The Lambda Web Adapter is not built, and there is no cargo. Fix: install Rust"
        )
    where = ["--root", str(program().parents[1])]
    command = [cargo, "install", CRATE, "--version", VERSION, "--locked", *where]
    if subprocess.run(command, check=False).returncode:
        raise Problem(f"cargo has not built {CRATE} {VERSION}; its reason stands above")


def main() -> int:
    """Build it unless it is there; what the command line calls."""
    if not program().is_file():
        try:
            build()
        except Problem as problem:
            print(f"error: {problem}", file=sys.stderr)
            return 1
    print(f"The Lambda Web Adapter is {program()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
