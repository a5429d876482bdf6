"""The hub beside the kit's own environment, for the tests: a minute less than a hub of its own.

    python -m tools.workshop.hub.overlay      make it in .venv-hub, or say that it is there

No pin of the hub's lock is another one than the kit's, so both can be loaded at once.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.environment import LOCK
from tools.workshop.hub.place import KIT, TEACH

FOLDER = KIT / ".venv-hub"
SITE = FOLDER / "site"
NAME = r"^[\w.-]+(?===)"  # of a package, at the beginning of a line
LOCKS = ("requirements.lock", "package-lock.json")
COMMAND = "python -m tools.workshop.hub.overlay"


def is_ready() -> bool:
    """Whether today's hub is in it."""
    try:
        return all((FOLDER / n).read_bytes() == (TEACH / n).read_bytes() for n in LOCKS)
    except OSError:
        return False


def make(python: Path) -> None:
    """Make it.

    Raises:
        OSError: a folder cannot be written, or npm is missing.
        subprocess.CalledProcessError: pip or npm failed.
    """
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    FOLDER.joinpath("beside.lock").write_text(beside(), encoding="utf-8")
    pip = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ]
    subprocess.run([*pip, "--require-hashes", "--no-compile", "--target", str(SITE), "-r",
                    str(FOLDER / "beside.lock")], check=True)  # fmt: skip
    proxy = FOLDER / "proxy"
    proxy.mkdir()
    for name in ("package.json", LOCKS[1]):
        shutil.copyfile(TEACH / name, proxy / name)
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=proxy, check=True)
    for name in LOCKS:
        shutil.copyfile(TEACH / name, FOLDER / name)


def beside() -> str:
    """The part of the hub's lock that the kit's own lock has not."""
    own = set(re.findall(NAME, LOCK.read_text("utf-8"), re.MULTILINE))
    parts = re.split(r"\n(?=\S)", (TEACH / LOCKS[0]).read_text("utf-8"))
    return "\n".join(part for part in parts if not {*re.findall(NAME, part)} & own) + "\n"


def main() -> int:
    """Make it unless it is there; what the command line calls."""
    if not is_ready():
        try:
            make(Path(sys.executable))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"error: {error}\nfix: apt-get install npm, then {COMMAND}", file=sys.stderr)
            return 1
    print(f"The hub is in {FOLDER.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
