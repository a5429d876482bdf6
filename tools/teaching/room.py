"""What learners have on AWS, by the tag that says whose it is; and the end of it, learner by learner.

    python -m tools.teaching room list [--tag learner]
    python -m tools.teaching room destroy NAME… --home FOLDER [--tag learner]
    python -m tools.teaching room destroy --all --home '/home/{name}/.kit'

`list` asks AWS for everything with the tag in this account and Region. `destroy` destroys the stack
that each learner's own state names (their `.kit`, or a copy of it), and lists what is left with their
tag: what has no state is deleted by hand. `--all` shows who has something, and with `--yes` destroys
it learner by learner. In FOLDER, {name} is each one's name.
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
    """List, or destroy; 0: nothing is left of what was asked for, 2: something cannot be destroyed."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.teaching room", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("do", choices=["list", "destroy"])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="learners', which are stacks', too"
    )
    parser.add_argument("--home", help="a learner's .kit, or a copy of it; {name} is the name")
    parser.add_argument("--all", action="store_true", help="everybody who has something")
    parser.add_argument("--yes", action="store_true", help="with --all: do it")
    parser.add_argument("--tag", default="learner")
    parser.add_argument("--target", default="aws", choices=["aws", "sandbox"])
    chosen = parser.parse_args(arguments)
    import boto3

    asked = client or boto3.client("resourcegroupstaggingapi")
    code, names = 0, list(chosen.names)
    if chosen.do == "destroy":
        if chosen.all:
            names = [name for name in tagged(asked, chosen.tag) if name]
        if not chosen.home or not (names or chosen.all):
            parser.error("whose, and where their state is: destroy NAME --home FOLDER")
        if len(names) > 1 and "{name}" not in chosen.home:
            parser.error("each has a state of their own: --home '/home/{name}/.kit'")
        if chosen.all and not chosen.yes:
            print(
                f"would destroy what these have: {', '.join(names) or 'nobody'}. Do it: --all --yes"
            )
            return 0
        for name in names:  # one that fails is no reason to leave the others
            home = Path(chosen.home.replace("{name}", name))
            code = destroy(name, home, chosen.target) or code
    return _left(tagged(asked, chosen.tag), names, chosen.do, code)


def _left(found: dict[str, list[str]], names: list[str], did: str, code: int) -> int:
    """Print what there is, of those who are asked for; the exit code."""
    if names:
        found = {name: what for name, what in found.items() if name in names}
    for line in lines(found):
        print(line)
    return code or (1 if did == "destroy" and found else 0)


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
