"""Set up what a job needs, then become it. Standard library, and of the kit only what needs no more."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from lab import copies
from tools import clean, environment, machine
from tools.environment import ROOT, Environment
from tools.failed import failed
from tools.machine import Problem

# What a lock that another process has says, by system.
_HELD = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)


def run(job: str, commands: list[list[str]], needs_cli: bool, arguments: list[str]) -> int:
    """Set up and do a job; returns its exit code.

    Args:
        commands: what the kit's Python is started with, one after the other.
        needs_cli: whether the Pulumi CLI is set up too.
        arguments: for the job itself.
    """
    env = environment.choose(dict(os.environ), environment.conda_name())
    try:
        if job == "clean":
            return clean.main(env, arguments)
        set_up(env)
        if needs_cli:
            code = subprocess.call(
                [env.python, "-m", "sandbox.engine"], cwd=ROOT, env=_environ(env)
            )
            if code:
                if job == "check-room":
                    failed(job, "the Pulumi CLI could not be had.\nfix: see above", arguments)
                return code
    except Problem as problem:
        failed(job, str(problem), arguments)
        return 1
    if job == "lab":
        commands = [[*commands[0], *lab_arguments(arguments, first_page())]]
    return _do(env, [[*command, *arguments] for command in commands])


def set_up(env: Environment) -> None:
    """Make the environment ready: checks of the machine first, then packages.

    Raises:
        Problem: with the fix.
    """
    if environment.is_ready(env):  # nothing is written then: it may be read-only, and shared
        machine.check(env.folder, installed=True)
        return
    with _one_at_a_time(env):
        ready = environment.is_ready(env)  # perhaps by whoever had the lock
        machine.check(env.folder, installed=ready)
        if not ready:
            environment.make_ready(env)


def _do(env: Environment, commands: list[list[str]]) -> int:
    """Run the commands in the kit's Python; the last exit code that is not zero."""
    environ = _environ(env)
    os.chdir(ROOT)
    if len(commands) == 1 and os.name != "nt":
        sys.stdout.flush()
        # The job takes this process over: Ctrl-C and the exit code are its own.
        os.execve(env.python, [str(env.python), *commands[0]], environ)
    code = 0
    for command in commands:
        code = _call([str(env.python), *command], environ) or code
    return code


def _call(command: list[str], environ: dict[str, str]) -> int:
    """A command's exit code; a Ctrl-C goes to it as well, and it decides when to end."""
    process = subprocess.Popen(command, env=environ)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _environ(env: Environment) -> dict[str, str]:
    """The job's variables: the kit's environment is the active one."""
    environ = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH")}
    environ["PATH"] = os.pathsep.join([str(env.scripts), environ.get("PATH", "")])
    if not env.conda:
        environ["VIRTUAL_ENV"] = str(env.folder)
    environ["PYTHONNOUSERSITE"] = "1"  # in a conda environment ~/.local would come first
    # A kernel of the same name in the user's home must not stand in for the kit's.
    environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    return environ


def first_page() -> str:
    """Where the course begins: in the learner's own copies, which are made where they are missing.

    In a checkout that cannot be written it begins in notebooks/.
    """
    try:
        behind = copies.make(ROOT)
    except OSError as error:
        print(
            f"work/ cannot be written ({error.strerror or error}): these are the course's own pages"
        )
        return f"notebooks/{copies.FIRST}.ipynb"
    for name in behind:
        print(copies.newer(name))
    return f"work/{copies.FIRST}.ipynb"


def lab_arguments(arguments: list[str], first: str) -> list[str]:
    """JupyterLab's: loopback only, asks nobody for news, the first page unless one is named.

    Args:
        first: that page, as its path below the checkout.
    """
    own = ["--ServerApp.ip=127.0.0.1", "--LabApp.news_url=None"]
    # Else it lays the question whether it may ask for news over the first page.
    own.append(f"--LabApp.app_settings_dir={ROOT / 'tools' / 'jupyterlab'}")
    # Else the notebook's own folder is the root, and the pictures lie outside of it.
    own.append(f"--ServerApp.root_dir={ROOT}")
    own.append("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        own.append("--allow-root")  # a container's only user; the address keeps others out
    named = {a.split("=")[0] for a in arguments}  # JupyterLab refuses what is said twice
    if not any(a.endswith(".ipynb") for a in arguments) and "--ServerApp.root_dir" not in named:
        # Not as a file to open: the URL that --no-browser prints leads there, too.
        own.append(f"--LabApp.default_url=/lab/tree/{first}")
    return [a for a in own if a.split("=")[0] not in named]


@contextmanager
def _one_at_a_time(env: Environment) -> Iterator[None]:
    """Hold the environment's lock: two set-ups at once would break each other's packages.

    Raises:
        Problem: the folder cannot be written, or its disk knows no locks; told with the fix.
    """
    path = env.folder.with_name(env.folder.name + ".lock")
    try:
        env.folder.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError as error:
        raise machine.unwritable(env.folder, error) from error
    with file:
        for attempt in range(3600):
            try:
                if _locked(file.fileno()):
                    break
            except OSError as error:
                raise machine.unwritable(env.folder, error) from error
            if attempt == 1:
                print(f"Another set-up of {env.folder} is running; waiting for it.", flush=True)
            time.sleep(0.5)
        yield


def _locked(descriptor: int) -> bool:
    """Take the lock of an open file, until it is closed; False when another process has it.

    Raises:
        OSError: there are no locks on this disk.
    """
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _HELD:
            raise
        return False
    return True
