"""make reset: take a page, or the whole course, anew. ARGS=3 or ARGS=course; nothing is lost.

A page: a fresh copy in work/, yours beside it. The course: work/, what the sandbox holds and your
progress are moved aside, and the next `make lab` begins anew. To have it back, move it back.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from lab import copies
from lab.errors import LabError
from sandbox import cloud
from sandbox.home import home
from tools import clean
from tools.environment import ROOT
from tools.machine import Problem

USAGE = "usage: make reset ARGS=3 (a page), or make reset ARGS=course"


def main(arguments: list[str]) -> int:
    """Reset a page or the course; 0 when it was done, 2 for a wrong argument."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        if arguments == ["course"]:
            for line in course(home(), ROOT):
                print(line)
        else:
            copies.reset(arguments[0])
    except (LabError, Problem, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def course(kit: Path, root: Path) -> list[str]:
    """Move aside all that a learner has made; what was moved where, a line each.

    Args:
        kit: the kit's home.
        root: the checkout.

    Raises:
        Problem: a stack still has resources on AWS: its state is the only record of them.
        OSError: something cannot be moved; what was moved before stays moved.
    """
    if on_aws := clean.aws_stacks(kit):
        raise Problem(
            f"{', '.join(map(str, on_aws))} is the only record of what is on AWS, and destroy() would "
            "not find it any more.\nfix: run page 99 on AWS first"
        )
    for record in sorted(kit.glob("**/sandbox.json")):
        cloud.stop(record.parent)
    aside = time.strftime("kept-%Y-%m-%d-%H%M%S")
    work = copies.folder(root)
    settings = sorted((root / "gateway").glob("Pulumi.*.yaml"))
    moved = []
    for path in (kit, work):
        if path.exists():
            kept = path.with_name(f"{path.name}-{aside}")
            path.replace(kept)
            moved.append(f"{path} is kept as {kept}")
    for path in settings:  # what `pulumi up` in gateway/ wrote; it fits the old state only
        kept = kit.with_name(f"{kit.name}-{aside}") / path.name
        kept.parent.mkdir(exist_ok=True)
        path.replace(kept)
        moved.append(f"{path} is kept as {kept}")
    return moved or ["there was nothing to move: the course is as new"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
