"""The wheels of a lock file, for any platform: downloaded by their hashes."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from packaging.markers import Marker

from sandbox import pip_environment
from tools.bar import Bar
from tools.environment import LOCK
from tools.machine import Problem
from tools.packages import patience, pip_problem, running
from tools.workshop.platforms import Platform

ENTRY = re.compile(r"^(?P<name>[A-Za-z][^ ;]*)(?: ; (?P<marker>[^\\]*))?", re.MULTILINE)


def entries(lock: str, where: dict[str, str]) -> str:
    """The lock's entries for one platform and Python, without their markers.

    pip asks markers of the machine that it runs on, whatever platform it downloads for.
    """
    found = []
    for entry in re.split(r"\n(?=[A-Za-z])", lock.strip()):
        head = ENTRY.match(entry)
        if head and (not head["marker"] or Marker(head["marker"].strip()).evaluate(where)):
            found.append(head["name"] + " " + entry[head.end() :].lstrip())
    return "\n".join(found) + "\n"


def download(platform: Platform, python: str, folder: Path, lock: Path | None = None) -> None:
    """Put the wheels of one platform and Python into a folder.

    A package may need the fifth release of a Python: the first and a late one get what is theirs.

    Args:
        python: such as "3.12".
        lock: whose wheels; the kit's own if it is not said.

    Raises:
        Problem: one cannot be fetched, or there is no wheel of it.
    """
    pins = (lock or LOCK).read_text(encoding="utf-8")
    releases = {
        entries(pins, platform.markers(f"{python}.{number}")): f"{python}.{number}"
        for number in (0, 99)
    }
    for listed, release in releases.items():
        fetch(platform, release, listed, folder)


def fetch(platform: Platform, release: str, listed: str, folder: Path) -> None:
    """Download what is listed, for a release such as "3.12.99"."""
    env = pip_environment.environment(sys.executable)
    abi = "cp" + "".join(release.split(".")[:2])
    with tempfile.TemporaryDirectory() as work:
        file = Path(work) / "requirements.txt"
        file.write_text(listed, encoding="utf-8")
        command = [
            *(sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes"),
            *("--only-binary=:all:", "--disable-pip-version-check", "--progress-bar", "off"),
            *("--implementation", "cp", "--python-version", release),
            *(option for each in (abi, "abi3", "none") for option in ("--abi", each)),
            *(option for tag in platform.tags for option in ("--platform", tag)),
            *("--dest", str(folder), "--requirement", str(file), *patience(env)),
        ]
        python = release.rpartition(".")[0]  # what comes is for each release of it
        bar, said, seen = Bar(f"Fetching packages for Python {python}"), [], 0
        with running(command, env) as (lines, process):
            for line in lines:
                said += [line] if line else []
                seen += line.startswith("Collecting")
                bar.show(seen / listed.count("=="), line.partition(" (")[0][11:])
            code = process.wait()
    if code:
        bar.stop()
        raise Problem(pip_problem(said, ""))
    bar.done()
