"""make bench: everything measured in one run, in a sandbox of its own; prints what was reached.

A missed target is printed as MISSED, and makes the exit code 1 with --strict only: what a
machine reaches depends on what else it does.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.report import Report
from sandbox import cloud

START_TARGET = 1.0  # seconds


def starts(home: Path, report: Report, times: int = 5) -> None:
    """How long the sandbox takes to answer, from nothing and again with state."""
    fresh, again = [], []
    for _ in range(times):
        shutil.rmtree(home, ignore_errors=True)
        for taken in (fresh, again):
            started = time.perf_counter()
            cloud.start(home)
            taken.append(time.perf_counter() - started)
            cloud.stop(home)
    report.seconds("start, no state yet", fresh, at_most=START_TARGET)
    report.seconds("start, with state", again, at_most=START_TARGET)


def gateway_url() -> str:
    """Deploy the program once more, warm its function, and say where it answers."""
    import lab

    lab.start(6)
    lab.up()
    return lab.outputs()["model_url"]


def main() -> int:
    """Measure all parts and say what was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target was missed")
    options = parser.parse_args()
    report = Report()
    home = Path(tempfile.mkdtemp(prefix="bench-"))
    os.environ["KIT_HOME"] = str(home)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{os.cpu_count()} processors, load {load:.1f}, Python {platform.python_version()}")
    try:
        report.heading("sandbox")
        starts(home, report)
        cloud.start(home)
        from benchmarks import deploying, prompting

        report.heading("deploying")
        deploying.measure(report)
        report.heading("prompting")
        prompting.measure(report, gateway_url())
    finally:
        cloud.stop(home)
        shutil.rmtree(home, ignore_errors=True)
    missed = ", ".join(report.missed) or "none"
    print(f"\ntargets missed: {missed}")
    return 1 if options.strict and report.missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
