"""A hub that runs: started, its notebook servers started before the room comes in, and ended."""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from tools.machine import Problem
from tools.workshop.hub import seats
from tools.workshop.hub.place import TEACH, Place, containers

CONFIG = TEACH / "jupyterhub_config.py"
OF_CONTAINERS = TEACH / "image" / "dockerspawner_config.py"
TOKEN = "trainer-token"  # in the hub's state: who reads it may start and stop servers
PATIENCE = 300.0  # seconds for all servers to start
# Where the hub, its proxy and the proxy's own API listen: the variable, and what it is by itself.
DOORS = {
    "ROOM_URL": "http://127.0.0.1:8000",
    "ROOM_HUB_PORT": "8081",
    "ROOM_PROXY_API": "http://127.0.0.1:8001",
}
PASSWORDS = {"ROOM_PASSWORD": 8, "ROOM_TRAINER_PASSWORD": 32}  # characters that JupyterHub wants


def start(place: Place) -> None:
    """Become the hub.

    Raises:
        Problem: a password is missing, or too short for JupyterHub; or a port is taken.
    """
    for name, length in PASSWORDS.items():
        if len(os.environ.get(name, "")) < length:
            raise Problem(
                f"{name} has to have {length} characters or more.\n"
                f"fix: export {name}={secrets.token_urlsafe(24)}"
            )
    free(place)
    token = place.state / TOKEN
    if not token.exists():
        token.touch(mode=0o600)
        token.write_text(secrets.token_hex(32), encoding="utf-8")
    os.chdir(place.state)
    config = OF_CONTAINERS if containers() else CONFIG
    command = [str(place.hub / "bin" / "jupyterhub"), "-f", str(config)]
    os.execve(command[0], command, {**os.environ, "ROOM": str(place.folder)})


def free(place: Place) -> None:
    """Whether somebody else listens where the hub would; JupyterHub tells it in forty lines.

    Raises:
        Problem: a port is taken; told with the fix.
    """
    for name, usual in DOORS.items():
        given = os.environ.get(name) or usual
        address = urllib.parse.urlsplit(given if "//" in given else f"http://127.0.0.1:{given}")
        port = address.port or (443 if address.scheme == "https" else 80)
        if name != "ROOM_HUB_PORT" and _own_proxy(place):
            continue  # of a hub that was killed: the new one ends it first
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((address.hostname or "127.0.0.1", port))
            except OSError as error:
                raise Problem(
                    f"{name} is {given}, and port {port} cannot be had: {error.strerror}.\nfix: if "
                    f"another hub is ending, wait; else see who listens: ss -ltnp 'sport = :{port}', "
                    f"and end that or set {name} to another port"
                ) from error


def _own_proxy(place: Place) -> bool:
    """Whether the proxy that this hub started last runs."""
    try:
        os.kill(int((place.state / "proxy.pid").read_text().split()[0]), 0)
    except (OSError, ValueError, IndexError):
        return False
    return True


def warm(place: Place) -> Iterator[str]:
    """Start everybody's notebook server, as many at once as the hub lets; a line each.

    Raises:
        Problem: the hub does not answer.
    """
    end = time.monotonic() + PATIENCE
    waiting = list(place.room.seats)
    while waiting and time.monotonic() < end:
        for name in list(waiting):
            code, user = ask(place, "GET", f"users/{name}")
            if code == 200 and user.get("server"):
                waiting.remove(name)
                yield f"{name} is ready"
            elif code == 404 or not user.get("pending"):
                ask(place, "POST", f"users/{name}")
                ask(place, "POST", f"users/{name}/server")
        time.sleep(1)
    for name in waiting:
        yield f"{name} did not start within {PATIENCE:.0f} s: see the hub's log"


def stop_all(place: Place) -> Iterator[str]:
    """End each notebook server, and each sandbox, in order; a line each."""
    for name in place.room.seats:
        with suppress(Problem):  # the hub is down; its sandboxes may still run
            ask(place, "DELETE", f"users/{name}/server")
        if containers():
            yield f"{name}: asked to end"
        elif seats.exists(name):
            yield f"{name}: {'ended' if seats.stop(place, name) else 'did not end in order'}"


def ask(place: Place, method: str, path: str) -> tuple[int, dict[str, Any]]:
    """What the hub answers: status and JSON.

    Raises:
        Problem: it does not answer.
    """
    url = os.environ.get("ROOM_URL", "http://127.0.0.1:8000").rstrip("/")
    request = urllib.request.Request(f"{url}/hub/api/{path}", method=method)
    request.add_header("Authorization", f"token {(place.state / TOKEN).read_text().strip()}")
    try:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=30) as answer:
            return answer.status, _json(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _json(error.read())
    except OSError as error:
        raise Problem(
            f"no hub answers at {url}: {error}.\nfix: start it: python3 -m tools.workshop.hub start; or export "
            "the ROOM_URL that it was started with"
        ) from error


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
