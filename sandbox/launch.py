"""Starts the server of a home, in a process that does not end with its starter."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from sandbox.home import CHECKOUT, UMASK, Home, private, read_json
from sandbox.processes import end, identify, remains
from sandbox.record import CloudError, Running, reach
from sandbox.server.base import settings

Say = Callable[[str], object]
Check = Callable[[], object]  # called while something waits; what it raises ends the waiting

PATIENCE = 30.0  # seconds that a start may take
SILENCE = 2.0  # seconds of a start without a line on the screen
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
        "MALLOC_ARENA_MAX",
        "KIT_IDLE",
        "KIT_SEAT",
        "KIT_PROVIDER",
        "KIT_STRICT",
        "KIT_STAGE_IN_PATH",
        "KIT_READ_TIMEOUT",
        "KIT_SCALING_MINUTE",
        "NUMBER_OF_PROCESSORS",
        "PROCESSOR_ARCHITECTURE",
        "LC_ALL",
        "LC_CTYPE",
    )
)

_children: list[subprocess.Popen[bytes]] = []  # to be reaped when they end


def reap() -> None:
    """Forget the servers of this process that have ended; the system keeps them until then."""
    _children[:] = [child for child in _children if child.poll() is None]


def go_on() -> None:
    """The check of those who are not asked to stop."""


def launch(place: Home, port: int, say: Say, check: Check = go_on) -> Running:
    """Start a server and return when it is ready; CloudError when it does not get there.

    Whoever is told to stop meanwhile, by `check` or by a Ctrl-C, ends the server that was starting:
    the next start would not know of it, and put a second one into the home.
    """
    _check_disk(place)
    _check_idle()
    _check_loopback()
    last = read_json(place.ports).get("port")
    token = secrets.token_hex(16)
    written = _put_log_aside(place)
    process = _spawn(place, port, token)
    try:
        running = _ready(place, token, process, written, say, check)
    except BaseException:
        end(identify(process.pid, place.path) or [process.pid])
        raise
    if last and not port and running.port != last:
        say(f"Port {last} is taken: the sandbox listens on {running.port} from now on.")
    return running


def _ready(
    place: Home,
    token: str,
    process: subprocess.Popen[bytes],
    written: int,
    say: Say,
    check: Check,
) -> Running:
    """Wait until the server with this token, which logs from there on, is ready."""
    began, told = time.monotonic(), False
    while (taken := time.monotonic() - began) < PATIENCE:
        if read_json(place.record).get("token") == token and (running := reach(place)):
            return running
        if process.poll() is not None:
            raise _failed(place, written, process.returncode)
        if taken > SILENCE and not told:
            say("Starting the sandbox…")
            told = True
        check()
        time.sleep(0.005)
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
    for folder in (place.cloud, place.tmp):
        private(folder)
    new: dict[str, Any] = {"start_new_session": True, "umask": UMASK}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        new = {"creationflags": flags}
    with open(place.log, "ab", opener=_private_file) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.server"],
            cwd=place.path,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            **new,
        )
    reap()
    _children.append(process)
    return process


def _private_file(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _check_disk(place: Home) -> None:
    free = shutil.disk_usage(place.path).free
    if free < NEEDED:
        raise CloudError(
            f"No space left: {free // 2**20} MB are free at {place.path}, the sandbox wants "
            f"{NEEDED // 2**20} MB. Fix: free some space, or set KIT_HOME to a folder elsewhere"
        )


def _check_idle() -> None:
    try:
        settings.idle_seconds()
    except ValueError as error:
        raise CloudError(str(error)) from None


def _check_loopback() -> None:
    """Whether this machine reaches itself: else the start would wait for its whole patience."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as door:
            socket.create_connection(door.getsockname(), timeout=SILENCE).close()
    except OSError as error:
        raise CloudError(
            f"This machine does not reach itself at 127.0.0.1: {error.strerror or error}. Fix: let "
            "your firewall or VPN pass what stays on this machine; on Linux also: sudo ip link set lo up"
        ) from None


def replace_dead(place: Home, say: Say) -> None:
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
