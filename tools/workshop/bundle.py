"""make bundle: one archive for a room without network. --platform linux-x86_64 --python 3.12"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from sandbox import bundle
from tools.environment import LOCK, ROOT
from tools.machine import Problem
from tools.workshop import kit, wheels
from tools.workshop.hub import brought
from tools.workshop.platforms import PLATFORMS, PYTHONS

NAME = "gateway-course"  # the folder in the archive
SPACE = 2 * 1024**3  # bytes: what is fetched, and the archive of it
INSTALL = """\
tar xf {archive}
cd {name}
python3 tools/run.py lab
"""
# Beside the hub itself, which is in /opt/gateway-course: where its unit looks for the kit.
HUB_KIT = "/opt/gateway-kit"
INSTALL_HUB = """\
sudo mkdir -p {kit} && sudo tar xf {archive} -C {kit} --strip-components 1
cd {kit}
sudo /usr/bin/python3 -m tools.workshop.hub prepare
"""


def main(arguments: list[str]) -> int:
    """Make one archive for each platform asked for; 0: all are there."""
    parser = argparse.ArgumentParser(prog="make bundle", description=__doc__)
    parser.add_argument(
        "--platform", action="append", choices=[*PLATFORMS], help="default: this machine's"
    )
    parser.add_argument("--python", action="append", choices=[*PYTHONS], help="default: all")
    parser.add_argument(
        "--hub", action="store_true", help="with what one server for all needs (Linux only)"
    )
    parser.add_argument("--to", type=Path, default=ROOT / "build", help="default: build/")
    chosen = parser.parse_args(arguments)
    try:
        for name in chosen.platform or [bundle.wanted()]:
            make(name, chosen.python or [*PYTHONS], chosen.to, hub=chosen.hub)
    except (Problem, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def make(name: str, pythons: list[str], to: Path, *, hub: bool = False) -> Path:
    """Make one archive, and say how large it is and how it is installed.

    Args:
        hub: whether it brings what one server for all needs, too.

    Raises:
        Problem: something cannot be fetched, or does not fit; nothing is left then.
    """
    if name not in PLATFORMS:
        raise Problem(f"there is no bundle for {name}, only for {', '.join(PLATFORMS)}.")
    if hub and PLATFORMS[name].system != "Linux":
        raise Problem(f"a hub runs on Linux, not on {name}.\nfix: leave --hub out for this one")
    begun, target = time.monotonic(), to / f"{NAME}-{name}.tar"
    to.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(to).free < SPACE:
        raise Problem(f"{to} needs {SPACE / 1e9:.0f} GB.\nfix: free some, or --to another disk")
    with tempfile.TemporaryDirectory(dir=to) as work:
        folder = Path(work) / "bundle"
        fill(folder, name, pythons, hub)
        unfinished = Path(work) / target.name
        with tarfile.open(unfinished, "w") as opened:  # wheels are compressed already
            for path in kit.files():
                opened.add(ROOT / path, Path(NAME, path).as_posix(), filter=anybody)
            opened.add(folder, f"{NAME}/bundle", filter=anybody)
        unfinished.replace(target)
    size, seconds = target.stat().st_size / 1e6, time.monotonic() - begun
    print(f"{target}: {size:.0f} MB, in {seconds:.0f} s. On each machine:\n")
    print((INSTALL_HUB if hub else INSTALL).format(archive=target.name, name=NAME, kit=HUB_KIT))
    return target


def anybody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Whoever unpacks it can read it, whatever the umask was here; root unpacks it as root's."""
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def fill(folder: Path, name: str, pythons: list[str], hub: bool = False) -> None:
    """Put wheels, the CLI and what says whom they are for into a folder."""
    (folder / "pulumi").mkdir(parents=True)
    platform = PLATFORMS[name]
    for python in pythons:
        wheels.download(platform, python, folder / "wheels")
        if hub:
            wheels.download(platform, python, folder / "wheels", brought.LOCK)
    extra = {"hub": brought.pack(folder)} if hub else {}
    cli = kit.put_cli(platform, name == bundle.wanted(), folder / "pulumi")
    about = {
        "machine": [platform.system, platform.machine],
        "pythons": pythons,
        "lock": bundle.digest(LOCK),
        "pulumi": {"name": cli.name, "sha256": bundle.digest(cli)},
        **extra,
        # For who takes it from a server.
        "files": {
            path.relative_to(folder).as_posix(): bundle.digest(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    (folder / bundle.ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
    print("\nStopped; nothing was left behind.", file=sys.stderr)
    sys.exit(130)
