"""What learners have on AWS, by the tag that says whose it is; and the end of it, learner by learner.

    python -m tools.teaching room list [--tag learner]
    python -m tools.teaching room destroy NAME --home FOLDER [--tag learner]

`list` asks AWS for everything with the tag in this account and Region. `destroy` destroys the stack
that the learner's own state names (a copy of their `.kit`), and lists what is left with their tag:
what has no state is deleted by hand.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lab.session.ready import stack_name

ROOT = Path(__file__).resolve().parents[2]
DESTROY = """\
import sys
from lab.session import session
session.open_session(0, target=sys.argv[1], stack=sys.argv[2])
print("deleted", session.destroy().deleted)
"""


def main(arguments: list[str], client: Any = None) -> int:
    """List, or destroy; 0: nothing is left of what was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.teaching room", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("do", choices=["list", "destroy"])
    parser.add_argument("name", nargs="?", help="the learner's, which is the stack's, too")
    parser.add_argument("--home", type=Path, help="the learner's .kit, or a copy of it")
    parser.add_argument("--tag", default="learner")
    parser.add_argument("--target", default="aws", choices=["aws", "sandbox"])
    chosen = parser.parse_args(arguments)
    if chosen.do == "destroy":
        if not chosen.name or not chosen.home:
            parser.error("whose, and where their state is: destroy NAME --home FOLDER")
        code = destroy(chosen.name, chosen.home, chosen.target)
        if code:
            return code
    import boto3

    asked = client or boto3.client("resourcegroupstaggingapi")
    found = tagged(asked, chosen.tag)
    if chosen.name:
        found = {name: what for name, what in found.items() if name == chosen.name}
    for line in lines(found):
        print(line)
    return 1 if chosen.do == "destroy" and found else 0


def destroy(name: str, home: Path, target: str) -> int:
    """Destroy a learner's stack, in a process whose kit is theirs; its exit code.

    The typed name is what confirms it.
    """
    state = list(home.glob(f"backend/.pulumi/stacks/*/{stack_name(target, name)}.json*"))
    if not state:
        print(
            f"error: {home} has no state of a stack {stack_name(target, name)}.\n"
            "fix: give the learner's own .kit; without it, delete by hand what `room list` shows",
            file=sys.stderr,
        )
        return 2
    environ = {**os.environ, "KIT_HOME": str(home.absolute()), "KIT_TARGET": target}
    command = [sys.executable, "-c", DESTROY, target, name]
    return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def tagged(client: Any, tag: str) -> dict[str, list[str]]:
    """Everything that has the tag, by its value: ARNs, in order."""
    found: dict[str, list[str]] = {}
    for page in client.get_paginator("get_resources").paginate(TagFilters=[{"Key": tag}]):
        for one in page["ResourceTagMappingList"]:
            whose = next((each["Value"] for each in one["Tags"] if each["Key"] == tag), "")
            found.setdefault(whose, []).append(one["ResourceARN"])
    return {name: sorted(found[name]) for name in sorted(found)}


def lines(found: dict[str, list[str]]) -> Iterable[str]:
    """A line a resource, below whose it is."""
    if not found:
        yield "nothing has this tag"
    for name, arns in found.items():
        yield f"{name}: {len(arns)}"
        yield from (f"  {arn}" for arn in arns)
