"""What the engine keeps of each operation for ever, cut down to the last ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from lab.session.stack import Stack

KEPT = 20  # operations of which history, backups and logs stay


def prune(stack: Stack) -> None:
    """Delete what the engine wrote down of all but a stack's last operations.

    Best effort: what cannot be deleted is tried again after the next one.
    """
    _keep(stack.history.glob(f"{stack.name}-*"), _stem)
    _keep(stack.backups.glob(f"{stack.name}.*"), _stem_of_backup)
    _keep(stack.state_file.parent.glob(f"{stack.state_file.name}.damaged-*"), str)
    _keep(stack.workspace.glob("*.damaged-*"), str)
    logs = stack.home / "pulumi" / "logs"
    _keep(logs.glob("pulumi-*.log"), str)
    _keep(logs.glob(f"*+{stack.name}-*.log"), str)


def _keep(files: Iterable[Path], group: Callable[[Path], str]) -> None:
    """Keep the newest files; those of one operation stay or go together."""
    groups = defaultdict(list)
    for path in files:
        groups[group(path)].append(path)
    # The names end in the time, in nanoseconds or as a date, which sort as they came.
    for name in sorted(groups)[:-KEPT]:
        for path in groups[name]:
            with suppress(OSError):
                path.unlink()


def _stem(path: Path) -> str:
    """`course-TIME` of `course-TIME.checkpoint.json.attrs`; the stack's name may have dots."""
    stack, _, rest = path.name.rpartition("-")
    return f"{stack}-{rest.partition('.')[0]}"


def _stem_of_backup(path: Path) -> str:
    """`course.TIME` of `course.TIME.json.attrs`."""
    return path.name.removesuffix(".attrs")
