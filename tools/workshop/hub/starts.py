"""Many first starts, a few at a time: no sandbox takes another's port, or another's provider.

    sudo /usr/bin/python3 -m tools.workshop.hub starts 100 [--at-once 4]

Each round has as many users start a sandbox at the same instant. Every other round begins with
homes that have nothing; the rounds between begin with the homes of before, which want the ports
that they had. Every third round gives all of them the ports of the first, so that all want the same.
"""

from __future__ import annotations

import argparse
import json
import pwd
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tools.machine import Problem
from tools.workshop.hub import seats
from tools.workshop.hub.place import DEFAULT, Place
from tools.workshop.hub.prepare import as_user
from tools.workshop.hub.trial import Trial, trial

ANEW, AGAIN, SAME = "nothing there", "ports of before", "all want the same ports"
ROUNDS = (ANEW, AGAIN, SAME)


@dataclass
class Counted:
    """What became of the starts.

    Attributes:
        well: of each kind of round, how many started on ports of their own.
        wrong: what went wrong, a line each.
        seconds: how long each took that went well.
    """

    well: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Start them, and say how many went well. 0: all did."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.workshop.hub starts",
                                     description=__doc__.splitlines()[0])  # fmt: skip
    parser.add_argument("number", type=int, nargs="?", default=100)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--at", type=Path, default=DEFAULT)
    chosen = parser.parse_args(arguments)
    try:
        with trial(Place(chosen.at.absolute()), chosen.at_once, hub=False) as room:
            counted = rounds(room, chosen.number)
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    well = sum(counted.well.values())
    print(f"{well} of {chosen.number} starts, {chosen.at_once} at once, on ports of their own: "
          + ", ".join(f"{kind} {count}" for kind, count in counted.well.items()))  # fmt: skip
    if counted.seconds:
        middle = sorted(counted.seconds)[len(counted.seconds) // 2]
        print(f"seconds: {middle:.1f} the middle, {max(counted.seconds):.1f} the slowest")
    print("\n".join(counted.wrong), end="\n" * bool(counted.wrong))
    return 0 if well == chosen.number else 1


def rounds(room: Trial, number: int) -> Counted:
    """So many starts, in rounds of as many as there are users."""
    counted, left, turn = Counted(), number, 0
    while left:
        names = room.names[: min(left, len(room.names))]
        kind = ROUNDS[turn % len(ROUNDS)]
        ready(names, kind)
        one(room.place, names, kind, counted)
        left, turn = left - len(names), turn + 1
        print(f"{number - left} of {number}: {kind}", file=sys.stderr, flush=True)
    return counted


def ready(names: list[str], kind: str) -> None:
    """Homes as this kind of round wants them."""
    homes = {name: home(name) for name in names}
    if kind == ANEW:
        for path in homes.values():
            shutil.rmtree(path, ignore_errors=True)
    if kind == SAME:
        wanted = (homes[names[0]] / "ports.json").read_bytes()
        for path in homes.values():
            (path / "ports.json").write_bytes(wanted)


def one(place: Place, names: list[str], kind: str, counted: Counted) -> None:
    """All start at once; each has to have ports that its own processes listen on, and nobody else's."""
    begun = time.monotonic()
    started = {name: subprocess.Popen(
        as_user(name, [str(place.venv / "bin" / "python"), "-B", "-m", "sandbox", "start"],
                HOME=pwd.getpwnam(name).pw_dir, KIT_HOME=str(home(name)),
                KIT_ENGINE_DIR=str(place.engine)),
        cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) for name in names}  # fmt: skip
    said = {name: process.communicate()[0] for name, process in started.items()}
    took = time.monotonic() - begun
    listens = owners()
    for name in names:
        record = read(home(name) / "ports.json")
        mine = [record.get(each, 0) for each in ("port", "provider_port")]
        if started[name].returncode or [listens.get(port) for port in mine] != [name, name]:
            counted.wrong.append(f"{name}, {kind}: code {started[name].returncode}, ports {mine} "
                                 f"of {[listens.get(port) for port in mine]}: {said[name][-300:]}")  # fmt: skip
        else:
            counted.well[kind] = counted.well.get(kind, 0) + 1
            counted.seconds.append(took)
    for name in names:
        seats.stop(place, name)


def home(name: str) -> Path:
    """A user's kit folder."""
    return Path(pwd.getpwnam(name).pw_dir, ".kit")


def owners() -> dict[int, str]:
    """Who listens on each port of this machine."""
    found: dict[int, str] = {}
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.pid:
            try:
                found[connection.laddr.port] = psutil.Process(connection.pid).username()
            except psutil.Error:
                continue
    return found


def read(path: Path) -> dict[str, int]:
    """A JSON file of numbers; empty where there is none."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
