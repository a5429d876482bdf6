"""One server for a room. As root, with the system's Python, in the kit's folder:

    python3 -m tools.workshop.hub prepare                two environments, the CLI, the proxy
    python3 -m tools.workshop.hub seats 12               learner01 … learner12; or names
    python3 -m tools.workshop.hub start                  the hub, in the foreground
    python3 -m tools.workshop.hub warm                   starts everybody's notebook server
    python3 -m tools.workshop.hub list                   who runs what, and whose home is how large
    python3 -m tools.workshop.hub stop                   ends all servers and sandboxes in order
    python3 -m tools.workshop.hub remove learner01       ends, archives and removes a user
    python3 -m tools.workshop.hub measure 12             a room without people: memory, seconds, a kill
    python3 -m tools.workshop.hub starts 100             so many first starts, a few at a time
    python3 -m tools.workshop.hub image --at /opt        what an image has: the learners' part of `prepare`

`--at FOLDER` is where the hub is; /opt/gateway-course if it is not said. teach/hub/README.md has
the whole way.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tools.machine import Problem
from tools.workshop.hub import prepare, running, seats
from tools.workshop.hub.place import DEFAULT, KIT, Place

# What needs the learners' packages, and is run by their Python.
TRIALS = {
    "measure": "tools.workshop.hub.rehearsal",
    "starts": "tools.workshop.hub.starts",
}


def main(arguments: list[str]) -> int:
    """Do one of these; 0 when it went well."""
    if arguments[:1] and arguments[0] in TRIALS:
        return in_venv(TRIALS[arguments[0]], arguments[1:])
    parser = argparse.ArgumentParser(
        prog="python3 -m tools.workshop.hub", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "do",
        choices=["prepare", "seats", "start", "warm", "list", "stop", "remove", "image", *TRIALS],
    )
    parser.add_argument("names", nargs="*", help="a number of seats, or names")
    parser.add_argument("--at", type=Path, default=DEFAULT)
    chosen = parser.parse_args(arguments)
    place = Place(chosen.at.absolute())
    try:
        return do(chosen.do, place, chosen.names)
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
    except FileNotFoundError as error:
        print(
            f"error: {error.filename} is not there.\n"
            "fix: sudo /usr/bin/python3 -m tools.workshop.hub prepare",
            file=sys.stderr,
        )
    return 1


def in_venv(module: str, arguments: list[str]) -> int:
    """Run a module by the Python that the hub at `--at` has for its learners; its exit code."""
    finder = argparse.ArgumentParser(add_help=False)
    finder.add_argument("--at", type=Path, default=DEFAULT)
    place = Place(finder.parse_known_args(arguments)[0].at.absolute())
    python = place.venv / "bin" / "python"
    if not python.exists():
        print(f"error: there is no hub in {place.folder}.\n"
              "fix: sudo /usr/bin/python3 -m tools.workshop.hub prepare", file=sys.stderr)  # fmt: skip
        return 1
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.call([str(python), "-m", module, *arguments], cwd=KIT, env=environ)


def do(what: str, place: Place, names: list[str]) -> int:
    """One of the things that the page above names.

    Raises:
        Problem: with the fix.
        FileNotFoundError: the hub was not prepared.
    """
    if what == "prepare":
        prepare.prepare(place)
        print(f"The hub is in {place.folder}. Next: python3 -m tools.workshop.hub seats 12")
    elif what == "image":
        prepare.learners(place)
    elif what == "seats":
        new = seats.make(place, named(names))
        print(
            f"{len(new)} new of {len(place.room.seats)} seats. A hub that runs lets them in from now on."
        )
    elif what == "start":
        running.start(place)
    elif what == "warm":
        for line in running.warm(place):
            print(line, flush=True)
    elif what == "list":
        print(f"{'':20} processes  MB at home")
        for name in place.room.seats:
            here = seats.exists(name)
            told = f"{seats.running(name):9} {seats.size(name):11.0f}" if here else "  no user"
            print(f"{name:20} {told}")
    elif what == "stop":
        for line in running.stop_all(place):
            print(line, flush=True)
    else:
        for name in names:
            print(f"{name} is removed; its home is kept as {seats.remove(place, name)}")
    return 0


def named(names: list[str]) -> list[str]:
    """The names of seats: those given, or as many as a number says."""
    if len(names) == 1 and names[0].isdecimal():
        return [f"learner{number:02d}" for number in range(1, int(names[0]) + 1)]
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
