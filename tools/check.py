"""The loop of a developer: lint, types and the pure tests, side by side. python -m tools.check"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tools import run


def lint() -> tuple[int, str]:
    """Run what `make lint` runs; the number of commands that found something, and their output."""
    done = [
        subprocess.run(
            [sys.executable, *command],
            cwd=run.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command in run.JOBS["lint"][1]
    ]
    return sum(one.returncode != 0 for one in done), "".join(one.stdout for one in done)


def main(arguments: list[str]) -> int:
    """Check, and tell; `arguments` are pytest's. 0: nothing was found."""
    began = time.monotonic()
    with ThreadPoolExecutor(1) as beside:
        linting = beside.submit(lint)
        tests = [sys.executable, "-m", "pytest", "--pure", *run.SIDE_BY_SIDE, *arguments]
        failed = subprocess.run(tests, cwd=run.ROOT).returncode != 0
        findings, text = linting.result()
    print(text, end="")
    print(f"make check took {time.monotonic() - began:.0f} s")
    return 1 if failed or findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
