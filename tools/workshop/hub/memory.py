"""What learners' processes take of memory: PSS, in which a page that ten share counts a tenth. Linux."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

# A process's part by a word of its command; what has none of them is the kit's, or JupyterLab's, own.
WORDS = (
    ("singleuser", "notebook server"),
    ("ipykernel", "kernel"),
    ("sandbox.provider", "provider"),
    ("sandbox.server.functions", "functions"),
    ("/cloud/tmp", "functions"),
    ("sandbox.server", "sandbox"),
)
CLI = "pulumi"  # there while an `up` runs
Taken = dict[str, dict[str, float]]  # of a user, of each part: megabytes


def part(command: list[str]) -> str:
    """What a process is in the kit."""
    if command and Path(command[0]).name == CLI:
        return CLI
    line = " ".join(command)
    return next((name for word, name in WORDS if word in line), "other")


def taken(users: Mapping[int, str], proc: Path = Path("/proc")) -> Taken:
    """Megabytes of PSS that users' processes take now.

    Args:
        users: the number of each user who counts, and the name.
    """
    found: Taken = {name: {} for name in users.values()}
    for folder in proc.glob("[0-9]*"):
        try:
            name = users.get(folder.stat().st_uid)
            if name is None:
                continue
            command = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            kilobytes = pss((folder / "smaps_rollup").read_text("ascii", "replace"))
        except OSError:  # it has ended, or is ending
            continue
        parts = found[name]
        parts[part(command)] = parts.get(part(command), 0.0) + kilobytes / 1024
    return found


def pss(rollup: str) -> int:
    """The kilobytes that /proc/PID/smaps_rollup gives as Pss; 0 where it has none."""
    line = next((line for line in rollup.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1])


class Most:
    """Each learner's most during an `up`, of many looks.

    Attributes:
        megabytes: of each learner who was seen in one.
    """

    def __init__(self) -> None:
        self.megabytes: dict[str, float] = {}

    def look(self, found: Taken) -> None:
        """Take one look in."""
        for name, parts in found.items():
            if CLI in parts:
                total = sum(parts.values())
                self.megabytes[name] = max(total, self.megabytes.get(name, 0.0))
