"""The learners' users on a hub's server: made, listed, ended and removed. Root's to run."""

from __future__ import annotations

import pwd
import re
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from tools.machine import Problem
from tools.workshop.hub.place import Place, containers
from tools.workshop.hub.prepare import as_user

GROUP = "gateway-course"  # of all that were made here: no other user is ever touched
NAME = r"[a-z][a-z0-9-]{0,30}"


def make(place: Place, names: list[str]) -> list[str]:
    """Make a user for each name that has none, with a home for itself; safe to repeat.

    Where learners have containers, a seat is a name and no more: homes are volumes.

    Returns:
        The names that are new.

    Raises:
        Problem: a name is none for a user, or is that of a user who was not made here.
    """
    for name in names:
        if not re.fullmatch(NAME, name):
            raise Problem(f"{name!r} is no name for a user.\nfix: small letters, digits and -")
    if containers():
        room = place.room
        new = [name for name in names if name not in room.seats]
    else:
        new, room = _users(names), place.room
    place.write(replace(room, seats=tuple(dict.fromkeys([*room.seats, *names]))))
    return new


def _users(names: list[str]) -> list[str]:
    """Make those that the system has not."""
    for name in names:
        if exists(name) and not ours(name):
            raise Problem(f"there is a user {name} already.\nfix: choose another name")
    call(["groupadd", "--force", GROUP])
    new = [name for name in names if not exists(name)]
    for name in new:
        call(["useradd", "--create-home", "--groups", GROUP, "--shell", "/bin/bash", name])
        Path(pwd.getpwnam(name).pw_dir).chmod(0o700)
    return new


def remove(place: Place, name: str, *, keep: bool = True) -> str:
    """End all that a user runs, and remove it; its home is kept as an archive.

    Args:
        keep: False for a user whom nobody was.

    Returns:
        Where the archive is; "" where the home was not to be kept.

    Raises:
        Problem: there is no such user, or it was not made here.
    """
    if not exists(name) or not ours(name):
        raise Problem(f"{name} is no user of this room.\nfix: python3 -m tools.workshop.hub list")
    if keep:
        stop(place, name)
    call(["pkill", "-KILL", "-u", str(pwd.getpwnam(name).pw_uid)], may_fail=True)
    archive = _archived(place, name) if keep else ""
    call(["userdel", "--remove", name], may_fail=True)  # it complains where there is no mailbox
    room = place.room
    place.write(replace(room, seats=tuple(seat for seat in room.seats if seat != name)))
    return archive


def _archived(place: Place, name: str) -> str:
    """Keep a user's home in the hub's state, for root alone; where."""
    kept = place.state / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    archive = shutil.make_archive(str(kept), "gztar", pwd.getpwnam(name).pw_dir)
    Path(archive).chmod(0o600)
    return archive


def stop(place: Place, name: str) -> bool:
    """End a user's sandbox in order, as the user; whether it ended well."""
    home = pwd.getpwnam(name).pw_dir
    command = [str(place.venv / "bin" / "python"), "-B", "-m", "sandbox", "stop"]
    told = {"HOME": home, "KIT_HOME": f"{home}/.kit", "KIT_ENGINE_DIR": str(place.engine)}
    done = subprocess.run(
        as_user(name, command, **told), cwd="/", stdout=subprocess.DEVNULL, check=False
    )
    return done.returncode == 0


def running(name: str) -> int:
    """How many processes a user has."""
    uid = pwd.getpwnam(name).pw_uid
    return sum(folder.stat().st_uid == uid for folder in _processes())


def size(name: str) -> float:
    """Megabytes of a user's home."""
    home = pwd.getpwnam(name).pw_dir
    done = subprocess.run(["du", "-sxk", home], capture_output=True, text=True, check=False)
    return int(done.stdout.split()[0]) / 1024 if done.stdout else 0.0


def _processes() -> list[Path]:
    return [folder for folder in Path("/proc").glob("[0-9]*") if folder.exists()]


def exists(name: str) -> bool:
    """Whether the system has this user."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def ours(name: str) -> bool:
    """Whether a user was made here."""
    import grp

    try:
        return name in grp.getgrnam(GROUP).gr_mem
    except KeyError:
        return False


def call(command: list[str], *, may_fail: bool = False) -> None:
    """Run a command of the system.

    Raises:
        Problem: it failed; told in its own words.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and not may_fail:
        raise Problem(f"{' '.join(command)} failed: {done.stderr.strip()}\nfix: see its words")
