"""The files of the kit itself, and of its Pulumi CLI, for a bundle."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

from sandbox import engine
from sandbox.engine import download
from sandbox.engine.cli import VERSION, EngineError
from sandbox.engine.progress import Progress
from tools.environment import ROOT
from tools.machine import Problem
from tools.workshop.platforms import Platform


def files() -> list[Path]:
    """The kit's files, relative to its folder: what git has of them, in their state of now.

    Raises:
        Problem: this is no clone: what belongs to the kit and what to its user is not known.
    """
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Problem(
            f"{ROOT} is no clone of the kit, or git is not installed.\n"
            "fix: git clone the kit, and make the bundle there"
        ) from error
    return [Path(name) for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def put_cli(platform: Platform, here: bool, folder: Path) -> Path:
    """Put the CLI's archive into a folder: Pulumi's own, else what this machine has, packed.

    Args:
        here: whether the platform is this machine's: its CLI serves all machines of its kind.

    Raises:
        Problem: it cannot be downloaded, and this machine is of another kind or has none.
    """
    archive = folder / download.archive_name(platform.system, platform.machine)
    base = download.base_url()
    try:
        with Progress("Downloading Pulumi") as bar:
            download.save(base, f"pulumi-{VERSION}-checksums.txt", archive, bar)
        return archive
    except EngineError as error:
        archive.unlink(missing_ok=True)
        found = engine.find() if here else None
        if not found:
            raise Problem(
                f"no Pulumi CLI for this platform: {error}\nfix: connect to the internet, or set "
                "KIT_PULUMI_URL to a mirror; on a machine of that platform, make bundle packs the "
                "CLI that it has"
            ) from error
        print(f"No download ({error}); packing the CLI of this machine.", flush=True)
        return pack(found.path.parent, folder / f"packed-pulumi-v{VERSION}.tar.gz")


def pack(bin_folder: Path, archive: Path) -> Path:
    """The files of a CLI's folder in one archive, as Pulumi's own has them: in a folder `pulumi`."""
    names = [path for path in sorted(bin_folder.iterdir()) if path.name.startswith("pulumi")]
    with tarfile.open(archive, "w:gz", compresslevel=6) as opened:
        for path in names:
            if path.is_file():
                opened.add(path, f"pulumi/{path.name}")
    return archive
