"""The loop of a developer: lint, types and the pure tests, side by side. python -m tools.check

The tests are a process for each part of tests/, as many at once as there are processors. Each
collects and imports what its part needs and no more, and reports its tests to nobody: workers of
pytest-xdist all collect everything, and have cost half as much processor again.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tools import run

PARTS = ("tests/lab", "tests/gateway", "tests/sandbox")
LINT = "lint"
NO_TESTS = 5  # of pytest's exit codes: `-k` names a test of another part


@dataclass(frozen=True)
class Job:
    """What runs beside the others.

    Attributes:
        commands: what this Python is started with, one after the other.
    """

    name: str
    commands: list[list[str]]

    def done(self) -> tuple[list[int], str]:
        """The commands' exit codes, and what they have said."""
        ended = [
            subprocess.run(
                [sys.executable, *command],
                cwd=run.ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for command in self.commands
        ]
        return [one.returncode for one in ended], "".join(one.stdout for one in ended)


def jobs(arguments: list[str]) -> list[Job]:
    """Lint and the tests, in the order in which they begin; `arguments` are pytest's."""
    lint = Job(LINT, run.JOBS["lint"][1])
    if any(Path(run.ROOT, each.partition("::")[0]).exists() for each in arguments):
        return [tests("tests", arguments), lint]
    rest = ["tests", *(f"--ignore={part}" for part in PARTS), *arguments]
    lab, gateway, sandbox = (tests(part, [part, *arguments]) for part in PARTS)
    return [lab, gateway, tests("other tests", rest), sandbox, lint]  # what takes longest first


def tests(name: str, arguments: list[str]) -> Job:
    """The pure tests of a part."""
    return Job(name, [["-m", "pytest", "--pure", "-q", *arguments]])


def main(arguments: list[str]) -> int:
    """Check, and tell; `arguments` are pytest's. 0: nothing was found."""
    began, codes = time.monotonic(), []
    with ThreadPoolExecutor(os.cpu_count()) as beside:
        running = {beside.submit(job.done): job for job in jobs(arguments)}
        for each in as_completed(running):
            job, (ended, text) = running[each], each.result()
            codes += [(job.name, code) for code in ended]
            well = all(code in (0, NO_TESTS) for code in ended)
            print(f"{job.name}: {summary(text) if well else text}", flush=True)
    print(f"make check took {time.monotonic() - began:.0f} s")
    found = any(code not in (0, NO_TESTS) for _, code in codes)
    return int(found or not any(code == 0 for name, code in codes if name != LINT))


def summary(text: str) -> str:
    """What pytest, or lint, has said last; what Python says as it ends may follow."""
    lines = text.strip().splitlines() or [""]
    return next((line for line in reversed(lines) if re.match(r"\d+ ", line)), lines[-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
