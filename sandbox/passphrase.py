"""The passphrase that locks the secrets of a home's stacks: made once, and never made up again."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
from contextlib import suppress
from pathlib import Path

from sandbox.home import private
from sandbox.record import CloudError

AWS = "-aws"  # the end of the names of stacks that are deployed to AWS
BYTES = 24  # of chance in a passphrase
LENGTH = 32  # characters that these make; a file with fewer was cut


def ensure(home: Path) -> Path:
    """The file with the passphrase, made when no stack is locked with another one yet.

    Raises:
        CloudError: it is gone or was cut, and there are stacks that only it opens.
    """
    path = home / "passphrase"
    found = _read(path)
    if len(found) >= LENGTH:
        return path
    private(home)
    if locked := _locked(home):
        raise CloudError(_lost(path, "was cut short" if found else "is gone", locked))
    # Whole or not at all, and never in the place of one that another process has just made.
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(BYTES))
        if path.exists():  # and empty, or cut
            os.replace(fresh, path)
        with suppress(FileExistsError, FileNotFoundError):
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return path


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""


def _locked(home: Path) -> list[str]:
    """The stacks whose settings or state have a salt: they were locked with a passphrase."""
    found = set()
    for path in home.glob("workspaces/*/Pulumi.*.yaml"):
        if _has(path, "encryptionsalt"):
            found.add(path.parent.name)
    for path in home.glob("backend/.pulumi/stacks/*/*.json"):
        if _has(path, '"salt"'):
            found.add(path.stem)
    return sorted(found)


def _has(path: Path, word: str) -> bool:
    try:
        return word in path.read_text("utf-8", errors="replace")
    except OSError:
        return False


def _lost(path: Path, how: str, stacks: list[str]) -> str:
    folders = [str(path.parent / name) for name in ("workspaces", "backend")]
    remove = f"rm -r {shlex.join(folders)}"
    if sys.platform == "win32":
        remove = f"Remove-Item -Recurse '{folders[0]}', '{folders[1]}'"
    costly = [name for name in stacks if name.endswith(AWS)]
    by_hand = f" What {', '.join(costly)} has on AWS must then be deleted there." if costly else ""
    return (
        f"{path} {how}: it has the passphrase of the stacks {', '.join(stacks)}, and what is "
        f"secret in their state cannot be read without it.{by_hand} Fix: put the file back. "
        f"If it is lost, begin anew: python -m sandbox reset, then {remove}, then start() and up()"
    )
