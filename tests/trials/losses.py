"""Each file below the kit's folder, cut to half or gone: the next `up` ends right all the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from lab.errors import NotReady
from sandbox import cloud
from tests.trials.crashes import whole
from tests.trials.kit import Kit

HOW = ("half", "gone")
# What is only a record of what was done, empty whenever the sandbox is stopped, or a lock.
NOTHING_LOST = ("pulumi/logs", "cloud/tmp")
RECORDS = ("sandbox.log", ".lock", "/lock")


def losses(home: Kit, most: int) -> Iterator[tuple[str, str]]:
    """Some of the files, each with how it is lost: `most` of all at most, by chance."""
    home.up()
    cloud.stop(home.home)
    names = sorted(path.relative_to(home.home).as_posix() for path in _files(home.home))
    found = [(name, how) for name in names for how in HOW]
    yield from found if len(found) <= most else random.sample(found, most)


def lost(home: Kit, name: str, how: str) -> str:
    """Lose a file while nothing runs; what is wrong after the next `up`, "" for nothing."""
    home.up()
    cloud.stop(home.home)
    file = home.home / name
    if not file.exists():
        return ""  # of an operation whose record was put away meanwhile
    kept, mode = file.read_bytes(), file.stat().st_mode
    file.unlink()  # first: it may be a link to what all homes use, such as the CLI
    if how == "half":
        file.write_bytes(kept[: len(kept) // 2])
        file.chmod(mode)
    if name == "passphrase":
        _told(home)
        file.write_bytes(kept)
    outputs = home.up().outputs
    return whole(home) or _prompted(outputs)


def _files(home: Path) -> Iterator[Path]:
    """One file of each kind: of what the engine keeps of every operation, the newest."""
    newest: dict[str, Path] = {}
    for path in home.rglob("*"):
        name = path.relative_to(home).as_posix()
        if path.is_file() and not name.startswith(NOTHING_LOST) and not name.endswith(RECORDS):
            kind = name
            if "/history/" in name or "/backups/" in name:
                kind = f"{path.parent}{path.name.partition('.')[2].lstrip('0123456789.')}"
            newest[kind] = max(newest.get(kind, path), path)
    yield from newest.values()


def _told(home: Kit) -> None:
    """A passphrase cannot be made up: that is said, with the way out."""
    try:
        home.up()
    except NotReady as error:
        assert "put the file back" in error.fix
    else:
        raise AssertionError("another passphrase was made up")


def _prompted(outputs: Any) -> str:
    """Whether the function answers: what is listed may be empty inside."""
    answer = requests.post(outputs["model_url"], json={"prompt": "Hi", "max_tokens": 2}, timeout=60)
    return "" if answer.status_code == 200 else f"a prompt: {answer.status_code} {answer.text[:80]}"
