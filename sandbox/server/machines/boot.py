"""An instance's first boot: the steps of its user data, carried out below its own folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from sandbox.server.machines import unit, user_data
from sandbox.server.machines.unit import Refused, Service
from sandbox.server.machines.user_data import Fetch, Folder, Pins, Skip, Start, Step, Unzip, Write

Log = Callable[[str], None]
Download = Callable[[str, str, Path], None]  # bucket, key, where to

UNITS = "etc/systemd/system"
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)([^\n]*)")


class Failed(Exception):
    """A step was carried out and did not work."""


def run(encoded: str, root: Path, download: Download, log: Log) -> list[Service]:
    """Carry out user data below `root`; the services that it starts.

    Raises:
        Refused: a step is not known; nothing was done.
        Failed: a step did not work; those before it are done.
    """
    services = []
    for step in user_data.steps(encoded) if encoded else ():
        started = _carry_out(step, root, download, log)
        if started is not None:
            services.append(started)
    return services


def _carry_out(step: Step, root: Path, download: Download, log: Log) -> Service | None:
    try:
        match step.act:
            case Skip(why):
                log(f"{step.shown}: SKIPPED, {why}")
                return None
            case Pins(file):
                _compare(root / file)
                log(f"{step.shown}: SKIPPED, the sandbox's Python has all that it pins")
                return None
            case Start(name):
                return _service(name, root, log)
            case Write():
                _write(step.act, root)
            case Folder(path):
                (root / path).mkdir(parents=True, exist_ok=True)
            case Fetch(bucket, key, path):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                download(bucket, key, root / path)
            case Unzip(archive, folder):
                shutil.unpack_archive(root / archive, root / folder, "zip")
    except (OSError, shutil.ReadError) as error:
        raise Failed(f"{step.shown}: {error}") from None
    log(f"{step.shown}: done")
    return None


def _write(file: Write, root: Path) -> None:
    path = root / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab" if file.append else "wb") as target:
        target.write(file.content)
    path.chmod(file.mode | 0o600)


def _service(name: str, root: Path, log: Log) -> Service:
    file = root / UNITS / f"{name}.service"
    if not file.exists():
        raise Failed(f"Failed to enable unit: Unit file {name}.service does not exist.")
    service = unit.read(name, file.read_text("utf-8"))
    if service.ignored:
        log(f"{name}.service: {', '.join(service.ignored)}: SKIPPED, a process has no systemd")
    log(f"runcmd: systemctl enable --now {name}: done")
    return service


def _compare(file: Path) -> None:
    """Raise Failed unless this Python has what a requirements file pins."""
    if not file.exists():
        raise Failed(
            f"ERROR: Could not open requirements file: [Errno 2] No such file: '/{file.name}'"
        )
    for name, version, rest in _PIN.findall(file.read_text("utf-8")):
        if ";" in rest.split("#")[0]:
            continue  # a pin for some machines only
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "none"
        if found != version:
            raise Failed(
                f"ERROR: No matching distribution found for {name}=={version} (the sandbox's Python "
                f"has {found}, and nothing is installed into it)"
            )


__all__ = ["Failed", "Refused", "run"]
