"""Checks of the machine, before a package is fetched or a kernel dies of it. Standard library."""

from __future__ import annotations

import ctypes
import platform
import shutil
import sys
from pathlib import Path

NEEDED = ("avx2", "fma", "f16c", "bmi2")  # what the model's runtime is compiled for on x86-64
SPACE = 1800 * 1024**2  # bytes: the packages take 1.2 GB, and pip unpacks beside them

_GOMP = {  # /etc/os-release ID or ID_LIKE -> how to get libgomp.so.1
    "debian": "sudo apt-get install libgomp1",
    "ubuntu": "sudo apt-get install libgomp1",
    "fedora": "sudo dnf install libgomp",
    "rhel": "sudo dnf install libgomp",
    "amzn": "sudo dnf install libgomp",
    "suse": "sudo zypper install libgomp1",
    "arch": "sudo pacman -S gcc-libs",
    "alpine": "use a system with glibc, such as Debian: the packages have no wheels for Alpine",
}


class Problem(Exception):
    """The machine cannot do it; the message says what was found and what to do."""


def check(venv: Path, installed: bool) -> None:
    """Raise the first problem of this machine.

    Args:
        venv: where packages go.
        installed: whether they are there already.
    """
    found = [processor_problem(platform.machine(), _read("/proc/cpuinfo")), None]
    if sys.platform == "linux":
        found[1] = gomp_problem(_loads("libgomp.so.1"), _read("/etc/os-release"))
    if not installed:
        free = shutil.disk_usage(_existing(venv)).free
        found.append(space_problem(free, str(venv)))
    for problem in found:
        if problem:
            raise Problem(problem)


def unwritable(folder: Path, error: OSError) -> Problem:
    """The problem of an environment's folder that is read-only, or on a network disk without locks."""
    command = "export KIT_VENV=~/.gateway-course/venv KIT_HOME=~/.gateway-course"
    if sys.platform == "win32":
        command = (
            '$env:KIT_HOME = "$HOME/.gateway-course"; $env:KIT_VENV = "$HOME/.gateway-course/venv"'
        )
    return Problem(
        f"{folder} cannot be made: {error.strerror or error}.\n"
        f"fix: set KIT_VENV to a folder of yours on a disk of this machine, as with: {command}"
    )


def processor_problem(machine: str, cpuinfo: str) -> str | None:
    """What an x86-64 processor lacks for the model's runtime; None when fine or not known.

    Args:
        cpuinfo: the text of /proc/cpuinfo; empty where there is none.
    """
    flags = next((line.split(":")[1].split() for line in cpuinfo.splitlines()
                  if line.startswith("flags") and ":" in line), None)  # fmt: skip
    if machine.lower() not in ("x86_64", "amd64") or flags is None:
        return None
    missing = [name.upper() for name in NEEDED if name not in flags]
    if not missing:
        return None
    return (
        f"this processor has no {', '.join(missing)}, which the model's runtime (llama.cpp) needs; "
        "a notebook would die of it (SIGILL).\n"
        "fix: use a machine from 2014 or newer; in a virtual machine, pass the host's processor "
        "through (QEMU: -cpu host)"
    )


def gomp_problem(loads: bool, os_release: str) -> str | None:
    """How to get the OpenMP library when it does not load; None when it does."""
    if loads:
        return None
    pairs = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    names = f"{pairs.get('ID', '')} {pairs.get('ID_LIKE', '')}".replace('"', "").split()
    fix = next((_GOMP[name.split("-")[0]] for name in names if name.split("-")[0] in _GOMP), None)
    return (
        "libgomp.so.1, which the model's runtime (llama.cpp) needs, is not on this system.\n"
        f"fix: {fix or 'install the package libgomp1 (Debian, Ubuntu) or libgomp (Fedora, RHEL)'}"
    )


def space_problem(free: int, folder: str) -> str | None:
    """That the packages do not fit, with both numbers; None when they do. Sizes in bytes."""
    if free >= SPACE:
        return None
    return (
        f"{folder} needs {SPACE / 1e9:.1f} GB and its disk has {free / 1e9:.1f} GB free.\n"
        "fix: free some, or set KIT_VENV to a folder on another disk"
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _existing(path: Path) -> Path:
    return next(p for p in (path, *path.parents) if p.exists())
