"""A hub to try things at: beside the one that is there, with its environments and users of its own."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tools.machine import Problem
from tools.workshop.hub import running, seats
from tools.workshop.hub.place import KIT, Place, Room

NAME = "trial"  # the folder's name, in the hub's
SHARED = ("venv", "hub", "engine", "proxy")
PATIENCE = 120.0  # seconds for the hub to answer
# What a process says that has ended meanwhile, or a file of a hub that has none yet.
GONE = (psutil.Error, OSError, ValueError, subprocess.TimeoutExpired)


class Trial:
    """A folder and users for a hub to try things at; `trial` below makes and removes them.

    Attributes:
        place: its folder; all but its state is the other hub's.
        names: of its users.
        url: where it answers: a port of this machine that nobody had.
        password: with which its users sign in.
    """

    def __init__(self, other: Place, number: int) -> None:
        self.place = Place(other.folder / NAME)
        self.names = [f"try{each:02d}" for each in range(1, number + 1)]
        self.password = secrets.token_urlsafe(16)
        self.url = f"http://127.0.0.1:{_free()}"
        self._other = other
        self._hub: subprocess.Popen[bytes] | None = None
        self._environ = {
            "ROOM_PASSWORD": self.password, "ROOM_TRAINER_PASSWORD": secrets.token_urlsafe(32),
            "ROOM_URL": self.url, "ROOM_HUB_PORT": str(_free()),
            "ROOM_PROXY_API": f"http://127.0.0.1:{_free()}",
        }  # fmt: skip

    @property
    def users(self) -> dict[int, str]:
        """The number of each user, and the name."""
        return {pwd.getpwnam(name).pw_uid: name for name in self.names}

    def seat(self) -> None:
        """Make the folder and the users.

        Raises:
            Problem: somebody of this name was not made here.
            FileNotFoundError: the other hub was not prepared.
        """
        room = self._other.room
        self.end()  # what a trial left that was killed
        self.place.state.mkdir(parents=True)
        self.place.state.chmod(0o700)
        for name in SHARED:
            (self.place.folder / name).symlink_to(self._other.folder / name)
        self.place.write(Room(str(KIT), trainer="trial-trainer", speed=room.speed))
        seats.make(self.place, self.names)

    def start(self) -> None:
        """Start the hub, and wait until it answers.

        Raises:
            Problem: it does not.
        """
        os.environ["ROOM_URL"] = self.url
        command = [
            sys.executable,
            "-m",
            "tools.workshop.hub",
            "start",
            "--at",
            str(self.place.folder),
        ]
        log = self.place.state / "log"
        with log.open("ab") as file:
            self._hub = subprocess.Popen(
                command, cwd=KIT, env={**os.environ, **self._environ}, stdout=file, stderr=file,
                start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._hub.poll() is None:
            try:
                if running.ask(self.place, "GET", "users")[0] == 200:
                    return
            except (Problem, OSError):
                time.sleep(0.3)
        said = "\n".join(log.read_text("utf-8", "replace").splitlines()[-5:])
        raise Problem(f"the hub does not answer:\n{said}\nfix: see its words")

    def kill(self) -> int:
        """End the hub, its proxy and all that its users run, at once and without a word (SIGKILL).

        Returns:
            How many processes that were.
        """
        doomed = [*self._hubs(), *self._theirs()]
        for process in doomed:
            with suppress(*GONE):
                process.kill()
        psutil.wait_procs(doomed, timeout=20)
        return len(doomed)

    def rollups(self) -> Iterator[str]:
        """/proc/PID/smaps_rollup of the hub's own processes."""
        for process in self._hubs():
            with suppress(*GONE):
                yield Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii", "replace")

    def end(self) -> None:
        """End and remove everything, users and homes too; what was never made is no problem."""
        self.kill()
        for name in self.names:
            if seats.exists(name) and seats.ours(name):
                seats.remove(self.place, name, keep=False)
        shutil.rmtree(self.place.folder, ignore_errors=True)

    def _hubs(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        numbers = [self._hub.pid if self._hub else None]
        with suppress(*GONE):
            numbers.append(int((self.place.state / "proxy.pid").read_text()))
        for number in filter(None, numbers):
            with suppress(*GONE):
                process = psutil.Process(number)
                found += [process, *process.children(recursive=True)]
        return [process for process in dict.fromkeys(found) if _uid(process) == 0]

    def _theirs(self) -> list[psutil.Process]:
        mine = {pwd.getpwnam(name).pw_uid for name in self.names if seats.exists(name)}
        return [process for process in psutil.process_iter() if _uid(process) in mine]


@contextmanager
def trial(other: Place, number: int, *, hub: bool = True) -> Iterator[Trial]:
    """A trial with so many users, gone at the end with all that they had.

    Args:
        other: the hub whose environments it has.
        hub: whether its hub runs from the beginning.

    Raises:
        Problem: it cannot be made; told with the fix.
    """
    found = Trial(other, number)
    try:
        found.seat()
        if hub:
            found.start()
        yield found
    finally:
        found.end()


def _uid(process: psutil.Process) -> int | None:
    """Whose a process is; None for one that has ended."""
    with suppress(*GONE):
        return int(process.uids().real)
    return None


def _free() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
