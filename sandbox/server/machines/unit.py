"""What a systemd unit starts: one Python program, its folder and its environment."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

PYTHON = re.compile(r"(/\S*/)?python3?(\.\d+)?$")
# Said of a unit and without meaning here: a process has no system around it.
IGNORED = ("Restart", "RestartSec", "User", "Group", "Type", "LimitNOFILE", "TimeoutStopSec")


class Refused(Exception):
    """User data asks for what is not carried out on a learner's machine; the text says for what."""


@dataclass(frozen=True)
class Service:
    """One program: `command` is what Python is given (a script, `-m` or `-c`, and arguments)."""

    name: str
    command: tuple[str, ...]
    folder: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


def read(name: str, text: str) -> Service:
    """The service that a unit file describes.

    Raises:
        Refused: it starts anything but Python.
    """
    settings: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith(("#", ";")):
            settings.setdefault(key.strip(), []).append(value.strip())
    command = shlex.split((settings.get("ExecStart") or [""])[-1])
    if not command or not PYTHON.fullmatch(command[0]):
        raise Refused(f"ExecStart={' '.join(command)} of {name}.service: only Python is started")
    rest = command[1:]
    while rest and rest[0] in ("-u", "-B"):
        rest.pop(0)
    if not rest or (rest[0].startswith("-") and rest[0] not in ("-m", "-c")):
        raise Refused(f"ExecStart={' '.join(command)} of {name}.service: no program is named")
    pairs = [pair for line in settings.get("Environment", ()) for pair in shlex.split(line)]
    return Service(
        name=name,
        command=tuple(rest),
        folder=(settings.get("WorkingDirectory") or ["/"])[-1],
        environment=dict(pair.partition("=")[::2] for pair in pairs),
        ignored=tuple(key for key in IGNORED if key in settings),
    )
