"""User data as steps, each known or refused before the first is carried out.

Only `#cloud-config` is read, for it is data: nothing of it ever reaches a shell.
"""

from __future__ import annotations

import base64
import binascii
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sandbox.server.machines.unit import PYTHON, Refused

MOST = 16_384  # bytes of user data, before base64
CARRIED_OUT = (
    "write_files, aws s3 cp, python -m zipfile -e, mkdir -p and systemctl enable --now are carried "
    "out; packages, venv, pip install and daemon-reload are skipped"
)
# Modules that set up what a process has from this machine.
SKIPPED = (
    "packages",
    "package_update",
    "package_upgrade",
    "users",
    "hostname",
    "timezone",
    "locale",
)
_SHELL = re.compile(r"[|&;<>$`()*?\n]")
_S3_FLAGS = ("--quiet", "--no-progress", "--only-show-errors")


@dataclass(frozen=True)
class Write:
    """A file of `write_files`."""

    path: str
    content: bytes
    mode: int
    append: bool = False


@dataclass(frozen=True)
class Fetch:
    """`aws s3 cp s3://bucket/key path`."""

    bucket: str
    key: str
    path: str


@dataclass(frozen=True)
class Unzip:
    """`python -m zipfile -e archive folder`."""

    archive: str
    folder: str


@dataclass(frozen=True)
class Folder:
    """`mkdir -p path`."""

    path: str


@dataclass(frozen=True)
class Start:
    """`systemctl enable --now name`."""

    name: str


@dataclass(frozen=True)
class Pins:
    """`pip install`: nothing is installed; what a requirements file pins must be here already."""

    file: str


@dataclass(frozen=True)
class Skip:
    """What this machine has in another way."""

    why: str


Act = Write | Fetch | Unzip | Folder | Start | Pins | Skip


@dataclass(frozen=True)
class Step:
    """One act, and the words of the user data for it."""

    shown: str
    act: Act


def malformed(encoded: str) -> bool:
    """Whether user data is not base64, or too long: EC2 refuses it."""
    try:
        return len(base64.b64decode(encoded, validate=True)) > MOST
    except (binascii.Error, ValueError):
        return True


def steps(encoded: str) -> list[Step]:
    """What user data asks for, in its order.

    Args:
        encoded: the user data as EC2 keeps it, in base64.

    Raises:
        Refused: it is no cloud-config, or one of its steps is not known.
    """
    text = base64.b64decode(encoded).decode("utf-8", "replace")
    if text.startswith("#!"):
        first = text.splitlines()[0]
        raise Refused(f"a script ({first}): no script is run on this machine, only #cloud-config")
    if not text.startswith("#cloud-config"):
        raise Refused(f"user data that begins with {text[:20]!r}: only #cloud-config is read")
    config = _parsed(text)
    if unknown := set(config) - {*SKIPPED, "write_files", "runcmd"}:
        raise Refused(f"the modules {sorted(unknown)}: {CARRIED_OUT}")
    found = [
        Step(f"{name}: {config[name]}", Skip("this machine's own is used"))
        for name in SKIPPED
        if name in config
    ]
    found += [_file(each) for each in config.get("write_files") or ()]
    return found + [_command(each) for each in config.get("runcmd") or ()]


def _parsed(text: str) -> dict[str, Any]:
    import yaml  # not at the start of every sandbox

    try:
        config = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise Refused(f"user data that is no YAML: {error}") from None
    if not isinstance(config, dict):
        raise Refused("user data that is no mapping of modules")
    return config


def _file(asked: Any) -> Step:
    if not isinstance(asked, dict) or not asked.get("path"):
        raise Refused(f"a file of write_files without a path: {asked!r}")
    encoding, content = str(asked.get("encoding") or "text/plain"), str(asked.get("content") or "")
    if encoding not in ("text/plain", "b64", "base64"):
        raise Refused(f"the encoding {encoding} of {asked['path']}")
    data = content.encode() if encoding == "text/plain" else base64.b64decode(content)
    mode = int(str(asked.get("permissions") or "0644"), 8) & 0o777
    act = Write(inside(str(asked["path"])), data, mode, bool(asked.get("append")))
    return Step(f"write_files: {asked['path']}", act)


def inside(path: str) -> str:
    """A path of the instance without its leading slash; Refused when it leads out of there."""
    if ".." in path.split("/"):
        raise Refused(f"the path {path}, which leads out of the instance")
    return path.lstrip("/")


def _command(asked: Any) -> Step:
    if isinstance(asked, str):
        if _SHELL.search(asked):
            raise Refused(f"the command {asked!r}, which is for a shell")
        words = shlex.split(asked)
    else:
        words = [str(word) for word in asked]
    for known in (_copy, _unzip, _service, _skipped, _folder):
        act = known(words)
        if act is not None:
            return Step(f"runcmd: {shlex.join(words)}", act)
    raise Refused(f"the command {words!r}: {CARRIED_OUT}")


def _copy(words: list[str]) -> Act | None:
    match [word for word in words if word not in _S3_FLAGS]:
        case ["aws", "s3", "cp", source, target] if source.startswith("s3://"):
            bucket, _, key = source.removeprefix("s3://").partition("/")
            if target.endswith("/"):
                target += key.rpartition("/")[2]
            return Fetch(bucket, key, inside(target))
    return None


def _unzip(words: list[str]) -> Act | None:
    match words:
        case [tool, "-m", "zipfile", "-e", archive, folder] if PYTHON.fullmatch(tool):
            return Unzip(inside(archive), inside(folder))
    return None


def _service(words: list[str]) -> Act | None:
    match words:
        case ["systemctl", "enable", "--now", name]:
            return Start(name.removesuffix(".service"))
        case ["systemctl", "daemon-reload"]:
            return Skip("there is no systemd")
    return None


def _folder(words: list[str]) -> Act | None:
    match words:
        case ["mkdir", "-p", path]:
            return Folder(inside(path))
    return None


def _skipped(words: list[str]) -> Act | None:
    pip: Callable[[str], bool] = lambda tool: tool.rpartition("/")[2] in ("pip", "pip3")  # noqa: E731
    match words:
        case [tool, "-m", "venv", _] if PYTHON.fullmatch(tool):
            return Skip("the sandbox's Python is used")
        case [tool, "install", *more] if pip(tool):
            return _pins(more)
        case [tool, "-m", "pip", "install", *more] if PYTHON.fullmatch(tool):
            return _pins(more)
        case ["dnf" | "yum", "install" | "-y", *_]:
            return Skip("this machine's own is used")
    return None


def _pins(arguments: list[str]) -> Act:
    for flag, file in pairwise(arguments):
        if flag in ("-r", "--requirement"):
            return Pins(inside(file))
    return Skip("what it names must be in the sandbox's Python")
