"""The folder of one sandbox: everything that changes lives below it."""

from __future__ import annotations

import json
import os
import secrets
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
PRIVATE = 0o700
UMASK = 0o077  # of each process that the kit starts: what it writes is its owner's alone


def home() -> Path:
    """The kit's folder: `KIT_HOME` if set, else `.kit` in the checkout."""
    named = os.environ.get("KIT_HOME")
    return Path(named).expanduser().resolve() if named else CHECKOUT / ".kit"


def strict() -> bool:
    """Whether a sandbox that starts now is as narrow as Lambda and a new account are: KIT_STRICT=1.

    Then a function sees its code, its layers and boto3 and no package of this machine; its memory
    is enforced; a managed Python runtime streams nothing; its log needs a right; ten calls may run
    at once.
    """
    return os.environ.get("KIT_STRICT", "") not in ("", "0")


def official() -> bool:
    """Whether Pulumi's own AWS provider is to speak with the sandbox, not ours: KIT_PROVIDER=official.

    It has to be downloaded once, as for AWS (engine.ensure_aws_plugin).
    """
    return os.environ.get("KIT_PROVIDER") == "official"


def backend_url(home: Path) -> str:
    """Where Pulumi's engine keeps the stacks of a home, in the form that it takes.

    By itself it keeps attributes in a file beside each state, which it does not write at one
    stroke: a program that reads its own stack's last outputs, as gateway/ does, would now and then
    find that file empty ("failed to load checkpoint: EOF"). Nothing is in them that it needs.
    """
    return f"{(home / 'backend').as_uri()}?metadata=skip"


def cannot_write(path: Path, error: OSError) -> str:
    """What to say when the kit's folder cannot be used: read-only, or a network disk without locks."""
    return (
        f"Cannot write to {path}: {error.strerror or error}. Fix: set KIT_HOME to a folder of yours "
        f"on a disk of this machine, as with: {_set_home()}"
    )


def _set_home() -> str:
    """A command that sets KIT_HOME, in the user's shell."""
    if sys.platform == "win32":
        return '$env:KIT_HOME = "$HOME/.gateway-course"'
    return "export KIT_HOME=~/.gateway-course"


@dataclass(frozen=True)
class Home:
    """Where the parts of a sandbox keep what they write."""

    path: Path

    @property
    def record(self) -> Path:
        """Who runs: written by the server when it is ready."""
        return self.path / "sandbox.json"

    @property
    def ports(self) -> Path:
        """The ports of last time, so that URLs stay the same."""
        return self.path / "ports.json"

    @property
    def root_key(self) -> Path:
        """The key of the account's root user; root_key.py makes it."""
        return self.path / "root_key.json"

    @property
    def lock(self) -> Path:
        return self.path / "sandbox.lock"

    @property
    def log(self) -> Path:
        return self.path / "sandbox.log"

    @property
    def cloud(self) -> Path:
        """All that the emulated cloud holds; deleting it is a reset."""
        return self.path / "cloud"

    @property
    def state(self) -> Path:
        return self.cloud / "state"

    @property
    def objects(self) -> Path:
        return self.cloud / "s3"

    @property
    def tmp(self) -> Path:
        """Unpacked Lambda code and the like; empty whenever the sandbox is stopped."""
        return self.cloud / "tmp"

    @property
    def generation(self) -> Path:
        return self.cloud / "generation.json"


def private(folder: Path) -> None:
    """Make a folder, or take it, for its owner alone: what is in it can be read by nobody else.

    A folder that the whole machine uses (a disk's root, one with the sticky bit as /tmp has, the
    user's own home), or that is another's, is left as it is: what the kit writes into it is
    private by itself.
    """
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    if sys.platform == "win32":
        return  # access lists, which a profile's folders have from the start
    found = folder.stat()
    shared = found.st_mode & stat.S_ISVTX or folder == Path.home() or os.path.ismount(folder)
    if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != PRIVATE and not shared:
        with suppress(OSError):  # a disk that has no modes
            folder.chmod(PRIVATE)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty when there is none, or it is not one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Replace a JSON file at one stroke; only its owner can read it."""
    replace(path, json.dumps(data).encode())


def replace(path: Path, data: bytes) -> None:
    """Replace a file at one stroke; only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own, for two processes may write at once.
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(fresh, path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
