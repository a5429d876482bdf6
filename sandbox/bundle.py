"""What a trainer brings along: a folder with all that set-up would fetch. Standard library.

`make bundle` makes it; unpacked, it lies in the kit's folder, and set-up takes wheels and CLI from
there. It fetches nothing then, and says so if something is missing. KIT_BUNDLE names another folder,
the archive itself, or the address of a folder on the trainer's own server.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from sandbox.sources import archive as stick
from sandbox.sources import server

CHECKOUT = Path(__file__).resolve().parent.parent
ABOUT = "bundle.json"
digest = server.digest
FROM = "from-server"  # in a bundle's folder: the address, or the archive, that all of it came from


class BundleError(RuntimeError):
    """The bundle is not for this machine or this kit; the message says what to do."""


@dataclass(frozen=True)
class Bundle:
    """A bundle that fits this machine and this kit.

    Attributes:
        folder: where it is.
        pulumi: the CLI's archive in it: Pulumi's own, or one that was packed on another machine.
        sha256: the archive's SHA-256 when the bundle was made, in hexadecimal digits.
    """

    folder: Path
    pulumi: Path
    sha256: str

    @property
    def wheels(self) -> Path:
        """The folder with the wheels."""
        return self.folder / "wheels"


def find(checkout: Path = CHECKOUT) -> Bundle | None:
    """The bundle: KIT_BUNDLE, else the folder `bundle` of the kit. None where there is none.

    Raises:
        BundleError: it is damaged, for another platform or Python, or of another version of the kit.
    """
    named = os.environ.get("KIT_BUNDLE") or ""
    if server.is_url(named):
        folder = fetched(named, checkout)
    else:
        folder = Path(named).expanduser().absolute() if named else checkout / "bundle"
        if folder.is_file():
            folder = unpacked(folder, checkout)
    if not named and not folder.is_dir():
        return None
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        refuse(about, folder, checkout)
        pulumi = folder / "pulumi" / about["pulumi"]["name"]
        return Bundle(folder, pulumi, about["pulumi"]["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(
            f"{folder} is no whole bundle ({type(error).__name__}: {error}).\nfix: unpack the "
            "bundle's archive again, or remove the folder to fetch from the internet"
        ) from error


def fetched(url: str, checkout: Path) -> Path:
    """The folder of a bundle that a server has: the kit's `bundle`, filled from there once.

    Raises:
        BundleError: it cannot be had from there, or does not fit; nothing is installed of it.
    """
    folder = checkout / "bundle"
    try:
        if not _is_from(url, folder):
            server.fetch(url, folder, ABOUT, lambda about: refuse(about, folder, checkout))
            (folder / FROM).write_text(url, encoding="utf-8")
    except (server.ServerError, OSError) as error:
        raise BundleError(
            f"{error}.\nfix: ask your trainer for the address of the bundle, or unset KIT_BUNDLE to "
            "fetch from the internet; what has come so far is not fetched again"
        ) from error
    return folder


def unpacked(archive: Path, checkout: Path) -> Path:
    """The folder of a bundle that is an archive: the kit's `bundle`, filled from it once.

    Raises:
        BundleError: it is no whole one, or does not fit; nothing is installed of it.
    """
    folder = checkout / "bundle"
    try:
        mark = stick.mark(archive)
        if not _is_from(mark, folder):
            stick.unpack(archive, folder, ABOUT, lambda about: refuse(about, archive, checkout))
            (folder / FROM).write_text(mark, encoding="utf-8")
    except (stick.ArchiveError, OSError) as error:
        raise BundleError(
            f"{error}.\nfix: copy the archive again, or unset KIT_BUNDLE to fetch from the internet"
        ) from error
    return folder


def _is_from(mark: str, folder: Path) -> bool:
    """Whether all of a folder came from there, before."""
    note = folder / FROM
    return note.is_file() and note.read_text(encoding="utf-8") == mark


def refuse(about: dict[str, object], folder: Path, checkout: Path) -> None:
    """Refuse a bundle that does not fit.

    Raises:
        BundleError: with what is there, what is needed, and the fix.
    """
    here = (platform.system(), platform.machine())
    if [*here] != about["machine"]:
        there = " ".join(map(str, about["machine"]))  # type: ignore[call-overload]
        raise BundleError(
            f"the bundle in {folder} is for {there}, and this machine is {' '.join(here)}.\n"
            f'fix: ask for the one for this machine (make bundle ARGS="--platform {wanted()}"), '
            f"or remove {folder} to fetch from the internet"
        )
    python = ".".join(map(str, sys.version_info[:2]))
    pythons = about["pythons"]
    assert isinstance(pythons, list)
    if python not in pythons:
        raise BundleError(
            f"the bundle in {folder} has packages for Python {', '.join(pythons)}, and this is "
            f"Python {python}.\nfix: use one of those: python{pythons[-1]} tools/run.py lab"
        )
    if digest(checkout / "requirements.lock") != about["lock"]:
        raise BundleError(
            f"the bundle in {folder} is of another version of this kit.\n"
            "fix: use the kit that came with it, or make a new one: make bundle"
        )


def wanted() -> str:
    """This machine's platform as `make bundle` names it."""
    system = {"Darwin": "macos"}.get(platform.system(), platform.system().lower())
    machine = platform.machine().lower()
    return f"{system}-{ {'aarch64': 'arm64', 'amd64': 'x86_64'}.get(machine, machine) }"
