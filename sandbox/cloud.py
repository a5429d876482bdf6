"""Starts, finds and stops the sandbox of a home: one server process, which outlives its starter."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sandbox.home import CHECKOUT, Home, home, read_json
from sandbox.processes import end, identify, remains
from sandbox.server import settings

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

Say = Callable[[str], object]

PATIENCE = 30.0  # seconds that a start may take
SILENCE = 2.0  # seconds of a start without a line on the screen
LOCKED = 90.0  # seconds to wait for another start or stop of the same sandbox
GRACE = 3.0  # seconds that a stop leaves to the server before it is killed
NEEDED = 100 * 2**20  # bytes of free disk that a start wants
LOG_SIZE = 5 * 2**20  # bytes above which a log is put aside
PORT_TAKEN = 3  # the server's exit code

# What the server, and with it every function, gets of the starter's environment. The rest may
# hold secrets, or point the functions at somebody else's cloud.
INHERITED = frozenset(
    (
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "LANG",
        "LANGUAGE",
        "TZ",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "PYTHONHOME",
        "PYTHONPATH",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "PROGRAMDATA",
        "PROGRAMFILES",
        "KIT_PROVIDER",
        "NUMBER_OF_PROCESSORS",
        "PROCESSOR_ARCHITECTURE",
        "LC_ALL",
        "LC_CTYPE",
    )
)

_children: list[subprocess.Popen[bytes]] = []  # to be reaped when they end


class CloudError(RuntimeError):
    """The sandbox cannot do what was asked; the text says why and what to do."""


@dataclass(frozen=True)
class Running:
    """A sandbox that answers."""

    pid: int
    port: int
    provider_port: int
    token: str
    generation: str
    home: Path

    @property
    def endpoint(self) -> str:
        """The base URL of its cloud."""
        return f"http://127.0.0.1:{self.port}"

    def alive(self) -> bool:
        """Whether it still answers, and is still the same."""
        return _health(self.port, self.token) is not None


def start(home: Path | None = None, *, port: int = 0, say: Say | None = None) -> Running:
    """The sandbox of a home, started unless it runs.

    `port` insists on a port; without it the one of last time is taken if it is free. `say` gets
    a line when something is worth telling. CloudError when it does not start.
    """
    place, say = _home(home), say or _to_screen
    with _alone(place):
        running = status(place.path)
        if running is None:
            _replace_dead(place, say)
            return _start(place, port, say)
    if port not in (0, running.port):
        raise CloudError(
            f"The sandbox already runs, on port {running.port}. "
            f"Fix: python -m sandbox stop, then start it on port {port}"
        )
    return running


def status(home: Path | None = None) -> Running | None:
    """The sandbox of a home if it answers, else None."""
    place = _home(home)
    record = read_json(place.record)
    try:
        port, token = int(record["port"]), str(record["token"])
        health = _health(port, token)
        if health is None or not health["ready"]:
            return None
        return Running(
            pid=int(health["pid"]),
            port=port,
            provider_port=int(health["provider_port"]),
            token=token,
            generation=str(health["generation"]),
            home=place.path,
        )
    except (KeyError, TypeError, ValueError):
        return None


def stop(home: Path | None = None) -> bool:
    """End the sandbox of a home with all its processes; False when there was none.

    What it holds is saved first. A server that does not end within GRACE seconds is killed.
    """
    place = _home(home)
    if not place.path.exists():
        return False
    with _alone(place):
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


def environment(home: Path | None = None) -> dict[str, str]:
    """The variables with which AWS SDKs and Pulumi use the sandbox; CloudError when none runs."""
    place = _home(home)
    running = status(home)
    if running is None:
        raise CloudError("No sandbox runs. Fix: python -m sandbox start")
    backend, passphrase = place.path / "backend", _passphrase(place)
    backend.mkdir(exist_ok=True)
    folders = [str(place.path / "bin"), *_cli_folder(), os.environ.get("PATH", "")]
    variables = {
        **settings.client(running.endpoint),
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_HOME": str(place.path / "pulumi"),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PATH": os.pathsep.join(folders),
    }
    if running.provider_port:
        variables["PULUMI_DEBUG_PROVIDERS"] = f"aws:{running.provider_port}"
    return variables


def _home(given: Path | None) -> Home:
    return Home(Path(given).resolve() if given else home())


def _to_screen(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _alone(place: Home) -> Iterator[None]:
    """Nobody else starts or stops this sandbox meanwhile."""
    try:
        place.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(place.lock), timeout=LOCKED)
        lock.acquire()
    except Timeout:
        raise CloudError(
            f"Another process has been starting or stopping this sandbox for {LOCKED:.0f} s. "
            f"Fix: end it, or delete {place.lock}"
        ) from None
    except OSError as error:
        raise CloudError(f"Cannot write to {place.path}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


def _health(port: int, token: str) -> dict[str, Any] | None:
    """What the server on a port says of itself, if it is ours; a foreign one does not count."""
    answer = _ask("GET", "/_kit/health", port, token)
    return answer if answer and answer.get("token") == token else None


def _ask(method: str, path: str, port: int, token: str) -> dict[str, Any] | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request(method, path, headers={"X-Kit-Token": token})
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else None


# Starting


def _start(place: Home, port: int, say: Say) -> Running:
    _check_disk(place)
    last = read_json(place.ports).get("port")
    token = secrets.token_hex(16)
    written = _put_log_aside(place)
    process = _spawn(place, port, token)
    began, told = time.monotonic(), False
    while (taken := time.monotonic() - began) < PATIENCE:
        if read_json(place.record).get("token") == token and (running := status(place.path)):
            if last and not port and running.port != last:
                say(f"Port {last} is taken: the sandbox listens on {running.port} from now on.")
            return running
        if process.poll() is not None:
            raise _failed(place, written, process.returncode)
        if taken > SILENCE and not told:
            say("Starting the sandbox…")
            told = True
        time.sleep(0.005)
    end([process.pid])
    raise CloudError(f"The sandbox did not answer within {PATIENCE:.0f} s.{_tail(place, written)}")


def _spawn(place: Home, port: int, token: str) -> subprocess.Popen[bytes]:
    paths = [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]
    env = {
        **{name: value for name, value in os.environ.items() if name.upper() in INHERITED},
        **settings.temporary(place),
        "KIT_HOME": str(place.path),
        "KIT_TOKEN": token,
        "KIT_PORT": str(port),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
    }
    place.tmp.mkdir(parents=True, exist_ok=True)
    new: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        new = {"creationflags": flags}
    with place.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.server"],
            cwd=place.path,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            **new,
        )
    _children[:] = [child for child in _children if child.poll() is None]
    _children.append(process)
    return process


def _check_disk(place: Home) -> None:
    free = shutil.disk_usage(place.path).free
    if free < NEEDED:
        raise CloudError(
            f"No space left: {free // 2**20} MB are free at {place.path}, the sandbox wants "
            f"{NEEDED // 2**20} MB. Fix: free some space, or set KIT_HOME to a folder elsewhere"
        )


def _replace_dead(place: Home, say: Say) -> None:
    """Clear away what a sandbox left that did not end in order."""
    record = read_json(place.record)
    if not record:
        return
    say("The sandbox that was running has died: starting it again with all that it had saved.")
    end([*identify(record.get("pid"), place.path), *remains(place.tmp)])
    place.record.unlink(missing_ok=True)


def _put_log_aside(place: Home) -> int:
    """Start a new log when the old one is long; how many bytes the log has."""
    size = place.log.stat().st_size if place.log.exists() else 0
    if size < LOG_SIZE:
        return size
    os.replace(place.log, place.log.with_suffix(".log.old"))
    return 0


def _failed(place: Home, written: int, code: int | None) -> CloudError:
    if code == PORT_TAKEN:
        text = _tail(place, written, lines=1).strip()
        what = text.partition("] ")[2] or text
        return CloudError(f"{what}. Fix: choose another port, or leave --port out")
    return CloudError(f"The sandbox ended as it started, code {code}.{_tail(place, written)}")


def _tail(place: Home, written: int, lines: int = 15) -> str:
    with contextlib.suppress(OSError), place.log.open("rb") as file:
        file.seek(written)
        text = file.read().decode("utf-8", "replace").rstrip()
        return f"\n{place.log} ends:\n" * (lines > 1) + "\n".join(text.splitlines()[-lines:])
    return ""


# Stopping


def _stop(place: Home) -> bool:
    record = read_json(place.record)
    family = identify(record.get("pid"), place.path)
    running = status(place.path)
    if running:
        _ask("POST", "/_kit/stop", running.port, running.token)
    end(family, GRACE if running else 0)
    left = remains(place.tmp)
    end(left)
    place.record.unlink(missing_ok=True)
    shutil.rmtree(place.tmp, ignore_errors=True)
    _children[:] = [child for child in _children if child.poll() is None]
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


def _passphrase(place: Home) -> Path:
    """The file with the passphrase of the stacks' secrets, made when first needed."""
    path = place.path / "passphrase"
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(24))
    return path


def _cli_folder() -> list[str]:
    from sandbox import engine

    cli = engine.find()
    return [str(cli.path.parent)] if cli else []
