"""Set a hub up: two environments, the CLI, the proxy; compiled, and tried as another user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tools import environment, packages
from tools.environment import Environment
from tools.machine import Problem
from tools.workshop.hub import brought
from tools.workshop.hub.brought import LOCK, NPM
from tools.workshop.hub.place import KIT, TEACH, Place, Room, closed

# Loads what every kernel loads: who runs it writes the byte code that learners cannot write.
WARM = "from lab.session.gateway import load_sdk; load_sdk(); import lab.mocks.mocks, lab.widgets"
SPEED = "from lab.preflight.speed import speed; print(speed(measure=True))"
TRY = """\
import subprocess
import gateway.program, jupyterhub.singleuser, lab
from sandbox import engine
subprocess.run([engine.find().path, "version"], check=True, stdout=subprocess.DEVNULL)
"""


def prepare(place: Place) -> None:
    """Make all that the hub and its learners run; quick when it is there.

    Raises:
        Problem: something is missing on this server; told with the fix.
    """
    check(place)
    os.umask(0o022)  # what is made here is for all to read
    place.folder.mkdir(parents=True, exist_ok=True)
    bring_cli(place)
    python = learners(place)
    hub(place)
    place.state.mkdir(exist_ok=True)
    place.state.chmod(0o700)
    try:
        room = place.room
    except (OSError, ValueError, KeyError):
        room = Room(str(KIT))
    place.write(replace(room, kit=str(KIT), speed=speed(python, place)))
    tried(place)


def learners(place: Place) -> Path:
    """What a learner's server runs, and the CLI: all that an image of a container has.

    Returns:
        The learners' Python.

    Raises:
        Problem: something could not be fetched; told with the fix.
    """
    run([sys.executable, str(KIT / "tools" / "run.py"), "setup"], "the kit's set-up",
        KIT_VENV=str(place.venv), KIT_ENGINE_DIR=str(place.engine))  # fmt: skip
    python = place.venv / "bin" / "python"
    packages.install(python, LOCK, KIT)
    compiled(python)
    return python


def hub(place: Place) -> None:
    """The hub's own Python, and its proxy.

    Raises:
        Problem: a package could not be fetched; told with the fix.
    """
    env = Environment(place.hub)
    if not environment.works(env):
        environment.make(env)
    packages.install(env.python, LOCK, KIT)
    folder = place.folder / "proxy"
    folder.mkdir(exist_ok=True)
    if place.proxy.exists() and all(
        (folder / name).read_bytes() == (TEACH / name).read_bytes() for name in NPM
    ):
        return
    archive = brought.found()
    if archive:
        brought.unpack(archive, folder)
    else:
        brought.install(folder)


def check(place: Place) -> None:
    """Whether this machine can be a hub.

    Raises:
        Problem: with the fix.
    """
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise Problem(
            "a hub becomes its users, which only root on Linux can.\n"
            f"fix: sudo {sys.executable} -m tools.workshop.hub prepare"
        )
    for command, package in (
        ("node", "nodejs") if brought.found() else ("npm", "nodejs npm"),
        ("runuser", "util-linux"),
        ("useradd", "passwd"),
    ):
        if not shutil.which(command):
            raise Problem(f"{command} is missing.\nfix: apt-get install {package}")
    above = next(folder for folder in (place.folder, *place.folder.parents) if folder.exists())
    for path, what in ((Path(sys.executable), "this Python"), (KIT, "the kit"), (above, "the hub")):
        if shut := closed(path):
            raise Problem(
                f"{what} is {path}, and other users may not enter {shut}.\n"
                "fix: clone the kit below /opt, and run this with the system's own Python: "
                "/usr/bin/python3"
            )


def bring_cli(place: Place) -> None:
    """Take the CLI that root has already: set-up would fetch or build another."""
    own = Path.home() / ".pulumi" / "versions"
    for version in own.glob("*.*.*"):
        there = place.engine / version.name
        if (version / "bin" / "pulumi").exists() and not there.exists():
            shutil.copytree(version, there)


def compiled(python: Path) -> None:
    """Byte code of the kit, and of that part of the SDK that its pages use.

    Raises:
        Problem: the SDK does not load.
    """
    folders = [str(KIT / name) for name in ("gateway", "lab", "sandbox", "tools")]
    run([str(python), "-m", "compileall", "-q", *folders], "compiling the kit")
    run([str(python), "-c", WARM], "loading the SDK once")


def tried(place: Place) -> None:
    """Whether a user who owns nothing can run the learners' Python, and the CLI.

    Raises:
        Problem: told with what such a user met.
    """
    command = [str(place.venv / "bin" / "python"), "-B", "-c", TRY]
    told = {
        "KIT_ENGINE_DIR": str(place.engine),
        "PULUMI_HOME": "/nonexistent",
        "HOME": "/nonexistent",
    }
    run(as_user("nobody", command, **told), "a try as another user")


def speed(python: Path, place: Place) -> float | None:
    """Measured once, for all: twelve who measure at once measure each other."""
    environ = {**os.environ, "KIT_HOME": str(place.state)}
    done = subprocess.run(
        [str(python), "-c", SPEED],
        cwd=KIT,
        env=environ,
        text=True,
        stdout=subprocess.PIPE,
        check=False,
    )
    try:
        return float(done.stdout)
    except ValueError:
        return None  # what is wrong with the model, each start says


def as_user(name: str, command: list[str], **environ: str) -> list[str]:
    """The command, run by another user with nothing of this environment but what is named."""
    named = [f"{key}={value}" for key, value in {"PATH": os.defpath, **environ}.items()]
    return ["runuser", "-u", name, "--", "env", "-i", *named, *command]


def run(command: list[str], what: str, **environ: str) -> None:
    """Run a command in the kit's folder; its output is the user's to see where it fails.

    Raises:
        Problem: it failed.
    """
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=KIT, env={**kept, **environ}, check=False)
    if done.returncode:
        raise Problem(
            f"{what} failed, code {done.returncode}.\nfix: see above: {' '.join(command)}"
        )
