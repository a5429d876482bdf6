"""What a bundle has for a hub: packages beside the kit's, and the proxy with all that npm would fetch."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from sandbox import bundle
from tools.machine import Problem
from tools.packages import bundle_of
from tools.workshop.hub.place import KIT, TEACH

LOCK = TEACH / "requirements.lock"
NPM = ("package.json", "package-lock.json")
PROXY = "hub/proxy.tar.gz"  # in a bundle


def pack(folder: Path) -> dict[str, Any]:
    """Put the proxy, as npm installs it by its lock, into a bundle's folder.

    Returns:
        What the bundle's list says of it.

    Raises:
        Problem: npm is missing, or could not fetch something; told with the fix.
    """
    archive = folder / PROXY
    archive.parent.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as work:
        install(Path(work))
        with tarfile.open(archive, "w:gz", compresslevel=6) as opened:
            for name in (*NPM, "node_modules"):  # all of it is JavaScript, for any machine
                opened.add(Path(work, name), name)
    return {"lock": bundle.digest(LOCK), "proxy": bundle.digest(archive)}


def install(folder: Path) -> None:
    """Have npm put the proxy into a folder, by its lock's hashes.

    Raises:
        Problem: it is missing, or failed; told with the fix.
    """
    for name in NPM:
        shutil.copyfile(TEACH / name, folder / name)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)  # fmt: skip
    except FileNotFoundError as error:
        raise Problem("npm is missing.\nfix: apt-get install nodejs npm") from error
    if done.returncode:
        raise Problem(
            f"npm could not fetch the hub's proxy: {done.stdout.strip()[-300:]}\n"
            "fix: connect to the internet, or tell npm your registry (npm config set registry)"
        )


def found() -> Path | None:
    """The proxy's archive in the bundle that the kit came with; None where there is no bundle.

    Raises:
        Problem: the bundle does not fit, or has nothing for a hub; told with the fix.
    """
    brought = bundle_of(KIT)
    if brought is None:
        return None
    about = json.loads((brought.folder / bundle.ABOUT).read_text(encoding="utf-8"))
    hub, archive = about.get("hub"), brought.folder / PROXY
    if hub is None:
        raise Problem(
            f"the bundle in {brought.folder} has nothing for a hub.\nfix: make it again, with "
            'make bundle ARGS="--hub"; or remove the folder to fetch from the internet'
        )
    if hub["lock"] != bundle.digest(LOCK):
        raise Problem(
            f"the bundle in {brought.folder} is for another version of the hub.\n"
            "fix: use the kit that came with it, or make a new one: make bundle ARGS=--hub"
        )
    if not archive.is_file() or bundle.digest(archive) != hub["proxy"]:
        raise Problem(
            f"{brought.folder} is no whole bundle (its {PROXY} is another file).\n"
            "fix: unpack the bundle's archive again"
        )
    return archive


def unpack(archive: Path, folder: Path) -> None:
    """Put the proxy that a bundle brought into a folder."""
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    # By tar itself: Python's own has a filter for strangers' archives in newer releases only, and
    # what is in this one was checked by its hash.
    subprocess.run(["tar", "xzf", str(archive), "-C", str(folder), "--no-same-owner"], check=True)
