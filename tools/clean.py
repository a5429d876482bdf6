"""Stop the sandboxes and remove what can be made again. Standard library.

`clean` keeps what a learner deployed; `clean --all` removes the kit's state and its Python
environment as well, but never the only record of what a stack still has in an AWS account.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from tools.machine import Problem

if TYPE_CHECKING:
    from tools.environment import Environment

ROOT = Path(__file__).resolve().parent.parent
BUILT = ("build", ".pytest_cache", ".ruff_cache", ".mypy_cache")
SANDBOX_ACCOUNT = "000000000000"


def main(env: Environment, arguments: list[str]) -> int:
    """Clean; returns the exit code: 2 for an unknown argument, 1 when AWS stacks are in the way."""
    if arguments not in ([], ["--all"]):
        print("usage: make clean, or python3 tools/run.py clean --all", file=sys.stderr)
        return 2
    everything = arguments == ["--all"]
    kit = Path(os.environ.get("KIT_HOME") or ROOT / ".kit").expanduser()
    on_aws = aws_stacks(kit) if everything else {}
    if on_aws:
        for path, count in on_aws.items():
            print(
                f"{path} is the only record of {count} resources in an AWS account", file=sys.stderr
            )
        print("nothing was removed.\nfix: destroy these stacks first, or delete the files "
              "yourself", file=sys.stderr)  # fmt: skip
        return 1
    stop(env, kit)
    folders = [ROOT / name for name in BUILT]
    if everything:
        forget_settings(kit)
        apart = [ROOT / f".venv-{name}" for name in ("clients", "hub", "mutation", "slides")]
        folders += [kit, *apart, *([] if env.conda else [env.folder])]
    for folder in folders:
        if folder.exists():
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise Problem(
                    f"{error.filename or folder} cannot be removed: {error.strerror or error}.\n"
                    "fix: close what uses it (notebooks, editors), and run this again"
                ) from error
            print(f"removed {folder}")
    return 0


def forget_settings(kit: Path) -> None:
    """Remove what `pulumi up` in gateway/ wrote for the kit's stacks: it fits their state only."""
    for state in kit.glob("**/.pulumi/stacks/gateway/*.json"):
        (ROOT / "gateway" / f"Pulumi.{state.stem}.yaml").unlink(missing_ok=True)


def stop(env: Environment, kit: Path) -> None:
    """Stop the sandbox of each home at or below a folder."""
    for record in sorted(kit.glob("**/sandbox.json")) if env.python.exists() else []:
        subprocess.run(
            [env.python, "-m", "sandbox", "stop"], cwd=ROOT, check=False,
            env={**os.environ, "KIT_HOME": str(record.parent)},
        )  # fmt: skip


def aws_stacks(kit: Path) -> dict[Path, int]:
    """State files at or below a folder with resources of a real AWS account, and how many."""
    found = {}
    states = (path for end in ("", ".gz") for path in kit.glob(f"**/.pulumi/stacks/**/*.json{end}"))
    for path in sorted(states):
        count = aws_resources(_text(path))
        if count:
            found[path] = count
    return found


def _text(path: Path) -> str:
    """A state's text; Pulumi packs it when PULUMI_SELF_MANAGED_STATE_GZIP is set."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return ""  # counts as one that may hold some
    return data.decode("utf-8", "replace")


def aws_resources(state: str) -> int:
    """How many AWS resources of a stack's state are outside of the sandbox.

    A state that cannot be read counts as one: it may hold some.
    """
    try:
        checkpoint = json.loads(state).get("checkpoint") or {}
        resources = (checkpoint.get("latest") or {}).get("resources") or []
        ours = [r for r in resources if r["type"].startswith("aws:")]
    except (ValueError, KeyError, AttributeError, TypeError):
        return 1
    accounts = set(re.findall(r"arn:aws[\w-]*:[\w-]*:[\w-]*:(\d{12}):", json.dumps(ours)))
    return len(ours) if accounts - {SANDBOX_ACCOUNT} else 0
