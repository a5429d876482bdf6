"""A bundle from the trainer's own server: fetched once, into the kit's folder. Standard library.

The server is any that gives out files: `python3 -m http.server` in the folder above an unpacked
bundle. Each file is checked by the hash that the bundle's list has; packages once more by those of
requirements.lock. What was fetched already is not fetched again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

SECONDS = 30.0  # without a byte
LIST = 4 << 20  # bytes of the list at most


class ServerError(RuntimeError):
    """The bundle cannot be had from there; the text says what happened."""


def is_url(named: str) -> bool:
    """Whether KIT_BUNDLE names a server, not a folder."""
    return named.startswith(("http://", "https://"))


def fetch(
    url: str,
    folder: Path,
    about: str,
    fits: Callable[[dict[str, Any]], object] = lambda found: None,
) -> dict[str, Any]:
    """Fetch what this Python needs of a bundle, and its list last: with that it is whole.

    Args:
        url: of the bundle's folder.
        folder: where it goes.
        about: the name of the list.
        fits: is told the list before anything else is fetched; what it raises ends it.

    Returns:
        The list.

    Raises:
        ServerError: it cannot be reached, or gave out something else than the list says.
        OSError: the folder cannot be written.
    """
    base = url.rstrip("/") + "/"
    with _opened(base + about) as answer:
        text = answer.read(LIST)
    try:
        found: dict[str, Any] = json.loads(text)
        files = dict(found["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise ServerError(
            f"{base}{about} is no list of a bundle that a server can give out"
        ) from error
    fits(found)
    wanted = [(name, sha256) for name, sha256 in files.items() if needed(name)]
    for number, (name, sha256) in enumerate(wanted, 1):
        target = inside(folder, name)
        if target.is_file() and digest(target) == sha256:
            continue
        print(
            f"\rFetching from {base}: {number} of {len(wanted)}",
            end="",
            file=sys.stderr,
            flush=True,
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        address = base + urllib.parse.quote(name)
        with _opened(address) as answer:
            if not save(answer, target, sha256):
                raise ServerError(
                    f"{address} is not the file that the bundle's list names (its hash differs)"
                )
    print(file=sys.stderr)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / about).write_bytes(text)
    return found


def needed(name: str) -> bool:
    """Whether this Python can use a file: wheels of another one's own are left where they are."""
    tags = re.search(r"-(cp3\d+)-(cp3\d+)t?-[^-]+\.whl$", name)
    mine = "cp{}{}".format(*sys.version_info[:2])
    return not tags or tags.group(1) != tags.group(2) or tags.group(1) == mine


def inside(folder: Path, name: str) -> Path:
    """The place of a bundle's file, which is below the folder and nowhere else.

    Raises:
        ServerError: it would be elsewhere.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts:
        raise ServerError(f"the bundle's list names {name!r}, which is no file of a bundle")
    return folder.joinpath(*path.parts)


def save(source: IO[bytes], target: Path, sha256: str) -> bool:
    """Write what comes to a place, at one stroke; whether it was the file with this hash.

    Nothing is there of one that was not, or that broke off.
    """
    part = target.with_name(f"{target.name}.part")
    seen = hashlib.sha256()
    try:
        with part.open("wb") as file:
            while block := source.read(1 << 20):
                seen.update(block)
                file.write(block)
        if seen.hexdigest() != sha256:
            return False
        part.replace(target)
        return True
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def _opened(url: str) -> Iterator[Any]:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            yield answer
    except OSError as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise ServerError(f"{url} cannot be fetched: {error}") from error


def digest(file: Path) -> str:
    """A file's SHA-256, in hexadecimal digits."""
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            found.update(block)
    return found.hexdigest()
