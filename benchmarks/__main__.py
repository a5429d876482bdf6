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

from benchmarks import memory
from benchmarks.report import Report
from sandbox import cloud

START_TARGET = 1.0  # seconds


def starts(home: Path, report: Report, times: int = 5) -> None:
    """How long the sandbox takes to answer, from nothing and again with state."""
    fresh, again = [], []
    for _ in range(times):
        cloud.stop(home)  # first: without its record in the home, nobody would find it again
        shutil.rmtree(home, ignore_errors=True)
        for taken in (fresh, again):
            started = time.perf_counter()
            cloud.start(home)
            taken.append(time.perf_counter() - started)
            cloud.stop(home)
    report.seconds("start, no state yet", fresh, at_most=START_TARGET)
    report.seconds("start, with state", again, at_most=START_TARGET)


def sandbox(report: Report, home: Path, quick: bool) -> None:
    """Starts, and the memory of a sandbox of which nothing has been asked yet."""
    starts(home, report, 1 if quick else 5)
    running = cloud.start(home)
    report.number("memory, idle", memory.idle(running.pid), "MB", at_most=memory.TARGET)


def dataplane(report: Report, home: Path, quick: bool) -> None:
    """Requests to the data plane, and what they leave in memory."""
    from benchmarks import dataplane

    running = cloud.start(home)
    dataplane.measure(report, running, home, *((1, 0.01) if quick else ()))
    report.number("memory of the sandbox afterwards", memory.resident(running.pid), "MB")


def scale(report: Report, home: Path, quick: bool) -> None:
    """Many resources, and what they leave in memory."""
    from benchmarks import scale

    running = cloud.start(home)
    scale.measure(report, running.pid, *(((1, 3), 1) if quick else ()))
    report.number("memory of the sandbox afterwards", memory.resident(running.pid), "MB")


def deploying(report: Report, home: Path, quick: bool) -> None:
    """The program of the course."""
    from benchmarks import deploying

    deploying.measure(report, *((1,) if quick else ()))


def handler(report: Report, home: Path, quick: bool) -> None:
    """The function's own work, in this process, and the table of its budgets."""
    from benchmarks import handler

    os.environ.update(cloud.environment(home))
    handler.measure(report, quick)


def calls(report: Report, home: Path, quick: bool) -> None:
    """Calls of tools, on the real model."""
    from benchmarks import calls

    calls.measure(report, calls.QUICK if quick else calls.USUAL)


def prompting(report: Report, home: Path, quick: bool) -> None:
    """Prompts, through the gateway of chapter 6 and not."""
    from benchmarks import gateways, prompting

    prompting.measure(report, f"{gateways.deployed(6).url}/model", quick)


def serving(report: Report, home: Path, quick: bool) -> None:
    """The whole gateway beside that of chapter 6, and streams."""
    from benchmarks import serving

    serving.measure(report, quick)


def redeploying(report: Report, home: Path, quick: bool) -> None:
    """Requests while the whole gateway is deployed again."""
    from benchmarks import redeploying

    redeploying.measure(report, quick)


def instances(report: Report, home: Path, quick: bool) -> None:
    """Instances that host the model, behind a load balancer."""
    from benchmarks import instances

    instances.measure(report, cloud.start(home), quick)


def failing(report: Report, home: Path, quick: bool) -> None:
    """Calls while instances die and versions are promoted."""
    from benchmarks import failing

    failing.measure(report, quick)


ALL = (
    sandbox,
    dataplane,
    scale,
    deploying,
    handler,
    calls,
    prompting,
    serving,
    redeploying,
    instances,
    failing,
)
PARTS = {each.__name__: each for each in ALL}


def wanted(text: str) -> list[str]:
    """The parts that --only names; ArgumentTypeError for one that there is not."""
    names = text.split(",")
    if unknown := [name for name in names if name not in PARTS]:
        raise argparse.ArgumentTypeError(
            f"there is no part {', '.join(unknown)}: the parts are {', '.join(PARTS)}"
        )
    return names


def main() -> int:
    """Measure the parts and say what was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target was missed")
    parser.add_argument(
        "--only",
        type=wanted,
        default=list(PARTS),
        metavar="PART[,PART]",
        help=f"measure these alone; there are {', '.join(PARTS)}",
    )
    parser.add_argument("--quick", action="store_true", help="a trial: hardly anything is measured")
    options = parser.parse_args()
    report = Report()
    home = Path(tempfile.mkdtemp(prefix="bench-"))
    os.environ["KIT_HOME"] = str(home)
    started = time.perf_counter()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{os.cpu_count()} processors, load {load:.1f}, Python {platform.python_version()}")
    try:
        for name in options.only:
            report.heading(name)
            cloud.start(home)
            began = time.perf_counter()
            PARTS[name](report, home, options.quick)
            print(f"  ({time.perf_counter() - began:.0f} s)", flush=True)
    finally:
        cloud.stop(home)
        shutil.rmtree(home, ignore_errors=True)
    missed = ", ".join(name.strip() for name in report.missed) or "none"
    print(f"\ntargets missed: {missed}\nmeasured in {time.perf_counter() - started:.0f} s")
    return 1 if options.strict and report.missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
