"""Starts, finds and stops the sandbox of a home: one server process, which outlives its starter."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from sandbox import passphrase
from sandbox.copied import settle
from sandbox.home import Home, backend_url, cannot_write, home, official, private, read_json
from sandbox.launch import Check, Say, go_on, launch, reap, replace_dead
from sandbox.locks import take
from sandbox.processes import end, identify, remains
from sandbox.record import CloudError, Running, ask, reach
from sandbox.server.base import settings
from sandbox.variables import NO_FILES

__all__ = [
    "CloudError",
    "Running",
    "environment",
    "home",
    "logs",
    "reset",
    "start",
    "status",
    "stop",
]

LOCKED = 90.0  # seconds to wait for another start or stop of the same sandbox
# The engine would fetch the official provider (150 MB) for a stack that has resources.
NO_PLUGINS = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}
GRACE = 3.0  # seconds that a stop leaves to the server before it is killed


def start(
    home: Path | None = None, *, port: int = 0, say: Say | None = None, check: Check = go_on
) -> Running:
    """The sandbox of a home, started unless it runs.

    `port` insists on a port; without it the one of last time is taken if it is free. `say` gets
    a line when something is worth telling. `check` is called several times a second while this
    waits; what it raises ends it, and a server that was on its way. CloudError when it does not
    start.
    """
    place, say = _home(home), say or _to_screen
    with _alone(place, check):
        if copied := settle(place):
            say(copied)
        running = status(place.path)
        check()
        if running is None:
            replace_dead(place, say)
            return launch(place, port, say, check)
    if port not in (0, running.port):
        raise CloudError(
            f"The sandbox already runs, on port {running.port}. "
            f"Fix: python -m sandbox stop, then start it on port {port}"
        )
    return running


def status(home: Path | None = None) -> Running | None:
    """The sandbox of a home if it answers, else None."""
    return reach(_home(home))


def stop(home: Path | None = None, *, check: Check = go_on) -> bool:
    """End the sandbox of a home with all its processes; False when there was none.

    What it holds is saved first. A server that does not end within GRACE seconds is killed.
    `check` is called while this waits for its turn; what it raises ends the waiting.
    """
    place = _home(home)
    if not place.path.exists():
        return False
    with _alone(place, check):
        return _stop(place)


def reset(home: Path | None = None) -> list[str]:
    """Delete all that the emulated cloud holds; what was deleted, a line each.

    A sandbox that runs is started again, empty. Stacks stay: their next `up` finds out what is
    gone and makes it anew.
    """
    place = _home(home)
    running = status(home)
    if place.path.exists():
        with _alone(place):
            _stop(place)
    deleted = _contents(place)
    shutil.rmtree(place.cloud, ignore_errors=True)
    if running:
        start(home)
    return deleted


def logs(home: Path | None = None, follow: bool = False) -> Iterator[str]:
    """The lines of the server's log; with `follow` those to come too, while it runs."""
    place = _home(home)
    if not place.log.exists():
        return
    with place.log.open(encoding="utf-8", errors="replace") as file:
        while True:
            yield from (line.rstrip("\n") for line in file)
            if not follow or status(home) is None:
                return
            time.sleep(0.3)


def environment(home: Path | None = None, running: Running | None = None) -> dict[str, str]:
    """The variables with which AWS SDKs and Pulumi use the sandbox; CloudError when none runs.

    Args:
        running: the sandbox of the home, when it was found just now. It may have died since: who
            uses the variables finds out, and starts it again.
    """
    place = _home(home)
    running = running or status(home)
    if running is None:
        raise CloudError("No sandbox runs. Fix: python -m sandbox start")
    secret = passphrase.ensure(place.path)
    private(place.path / "backend")
    folders = [*_tool_folders(place), os.environ.get("PATH", "")]
    variables = {
        **settings.client(running.endpoint, running.key),
        **NO_FILES,
        "PULUMI_BACKEND_URL": backend_url(place.path),
        "PULUMI_HOME": str(place.path / "pulumi"),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(secret),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        **NO_PLUGINS,
        "PATH": os.pathsep.join(folders),
    }
    if running.provider_port and not official():
        variables["PULUMI_DEBUG_PROVIDERS"] = f"aws:{running.provider_port}"
    return variables


def _home(given: Path | None) -> Home:
    return Home(Path(given).resolve() if given else home())


def _to_screen(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _alone(place: Home, check: Check = go_on) -> Iterator[None]:
    """Nobody else starts or stops this sandbox meanwhile."""
    lock = FileLock(str(place.lock), mode=0o600)
    try:
        private(place.path)
        taken = take(lock, LOCKED, check)
    except OSError as error:
        raise CloudError(cannot_write(place.path, error)) from error
    if not taken:
        raise CloudError(
            f"Another process has been starting or stopping this sandbox for {LOCKED:.0f} s. "
            f"Fix: end it, or delete {place.lock}"
        )
    try:
        yield
    finally:
        lock.release()


# Stopping


def _stop(place: Home) -> bool:
    record = read_json(place.record)
    family = identify(record.get("pid"), place.path)
    running = status(place.path)
    if running:
        ask("POST", "/_kit/stop", running.port, running.token)
    end(family, GRACE if running else 0)
    left = remains(place.tmp)
    end(left)
    place.record.unlink(missing_ok=True)
    shutil.rmtree(place.tmp, ignore_errors=True)
    reap()
    return bool(running or family or left)


def _contents(place: Home) -> list[str]:
    """What the cloud's folder holds, in words."""
    if not place.cloud.exists():
        return []
    files = [file for file in place.cloud.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    services = sorted(file.stem for file in place.state.glob("*.json"))
    found = [f"{place.cloud}: {len(files)} files, {size / 1024:.0f} kB"]
    return found + ([f"the state of {', '.join(services)}"] if services else [])


# Pulumi's part of the environment


def _tool_folders(place: Home) -> list[str]:
    """Where `pulumi`, its host for Python programs and this Python are, for PATH."""
    from sandbox import engine

    cli = engine.find()
    folders = [engine.ensure_language_host(cli, place.path), cli.path.parent] if cli else []
    return [str(folder) for folder in dict.fromkeys([*folders, Path(sys.executable).parent])]
