"""`python -m sandbox.server`: one sandbox, for as long as it is wanted. `sandbox.cloud` starts it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from sandbox import root_key
from sandbox.home import UMASK, Home, home, official, private, read_json, write_json
from sandbox.root_key import RootKey
from sandbox.server.base import settings
from sandbox.server.base.claim import Claim
from sandbox.server.base.generation import Generation
from sandbox.server.idle import end_when_idle
from sandbox.server.provider_child import ProviderChild, ProviderFailed

if TYPE_CHECKING:
    from hypercorn.config import Config

    from sandbox.server.app import Kit

log = logging.getLogger("sandbox")

LOOK = 1.5  # seconds between two looks at whether the home is still there
FIRST_PORT, PORTS = 20_000, 10_000  # below what systems give to outgoing connections


class PortTaken(RuntimeError):
    """The port that was asked for is not free."""


def listen(port: int) -> socket.socket:
    """A socket that listens on a port of the loopback address; OSError when it is taken."""
    # Named as TCP, asyncio lets small answers leave at once; else each waits 40 ms for its ACK.
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            server.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen(1024)
    except OSError:
        server.close()
        raise
    server.setblocking(False)
    return server


def candidates(place: Home, last: Any, salt: str) -> list[int]:
    """The ports to try: that of last time, then some that this home always has, then any."""
    start = int(hashlib.sha256(f"{place.path}{salt}".encode()).hexdigest(), 16)
    own = [FIRST_PORT + (start + step * 97) % PORTS for step in range(20)]
    return [*([last] if isinstance(last, int) and last else []), *own, 0]


def first_free(ports: list[int]) -> socket.socket:
    """Listen on the first port of these that is free."""
    for port in ports:
        with contextlib.suppress(OSError):
            return listen(port)
    raise PortTaken("No port of 127.0.0.1 is free")


def open_port(place: Home, asked: int) -> socket.socket:
    """The port that was asked for, or the best one that is free."""
    if asked:
        try:
            return listen(asked)
        except OSError as error:
            raise PortTaken(f"Port {asked} is taken: {error.strerror}") from None
    return first_free(candidates(place, read_json(place.ports).get("port"), "sandbox"))


def provider_ports(place: Home) -> list[int]:
    """The ports that the provider is to try; none when there is to be no provider."""
    if os.environ.get("KIT_PROVIDER") == "0" or official():
        return []
    return candidates(place, read_json(place.ports).get("provider_port"), "provider")


def prepare(place: Home, port: int) -> None:
    """Make the folders, and set the environment that the emulator reads when imported."""
    shutil.rmtree(place.tmp, ignore_errors=True)
    for folder in (place.tmp, place.state, place.objects):
        private(folder)
    os.environ.update(settings.emulator(place, port))
    tempfile.tempdir = str(place.tmp)


async def serve(
    claim: Claim, token: str, key: RootKey, door: socket.socket, provider: ProviderChild | None
) -> None:
    """Serve until stopped; the record says so from when it is ready until it ends."""
    from hypercorn.asyncio.run import worker_serve
    from hypercorn.config import Sockets
    from hypercorn.utils import wrap_app

    from sandbox.server import additions, app

    place = claim.home
    damaged = additions.install(key)
    generation = Generation.begin(place, damaged=bool(damaged))
    kit = app.Kit(token, key, generation, door.getsockname()[1], claim)
    kit.damaged = damaged
    _reset_renews(kit)
    config = _server_config()
    _stop_on_signals(kit)
    served = asyncio.ensure_future(
        worker_serve(
            wrap_app(kit, config.wsgi_max_body_size, "asgi"),  # type: ignore[arg-type]
            config,
            sockets=Sockets([], [door], []),
            shutdown_trigger=kit.stopped.wait,
        )
    )
    keepers = []
    try:
        if provider:
            await provider.ready()
            kit.provider_port = provider.port
            moved = functools.partial(_moved, place, kit, provider)
            keepers.append(asyncio.ensure_future(provider.keep(moved)))
        kit.ready.set()
        publish(place, kit)
        claim.recorded = True
        keepers += _ends(kit)
        await served
    finally:
        for keeper in keepers:
            keeper.cancel()


def _server_config() -> Config:
    """How Hypercorn serves; its connections end as ours do."""
    from hypercorn.config import Config

    from sandbox.server import connections

    connections.install()
    config = Config()
    config.keep_alive_timeout = connections.IDLE
    config.graceful_timeout = 1
    config.h11_pass_raw_headers = True
    # More than API Gateway takes: what is too long gets API Gateway's refusal, not the server's.
    config.h11_max_incomplete_size = 128 * 1024
    config.errorlog = None
    return config


def _ends(kit: Kit) -> list[asyncio.Task[None]]:
    """What ends this sandbox by itself: that it is lost, and that nobody uses it."""
    watches = leave_when_lost(kit), end_when_idle(kit.use, lambda: _soon(kit.stop()))
    return [asyncio.create_task(watch) for watch in watches]


def _soon(work: Coroutine[Any, Any, Any]) -> None:
    """Do it in a task that nobody cancels with the others."""
    _tasks.add(asyncio.ensure_future(work))


_tasks: set[asyncio.Future[Any]] = set()  # else a task may be gone before it is done


async def leave_when_lost(kit: Kit) -> None:
    """Stop once the record, or the whole home, is gone: nobody would find this sandbox again."""
    missed = 0
    while missed < 2:
        await asyncio.sleep(LOOK)
        missed = 0 if kit.claim.holds() else missed + 1
    log.warning("%s is gone: this sandbox ends", kit.claim.home.record)
    await kit.stop()


def _reset_renews(kit: Kit) -> None:
    from sandbox.server.base import emulator

    wipe = emulator.app._reset_all_state

    def reset() -> None:
        wipe()
        kit.generation.renew()

    emulator.app._reset_all_state = reset


def _stop_on_signals(kit: Kit) -> None:
    loop = asyncio.get_running_loop()

    def stop(*_: Any) -> None:
        loop.call_soon_threadsafe(lambda: asyncio.ensure_future(kit.stop()))

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def _moved(place: Home, kit: Kit, provider: ProviderChild) -> None:
    kit.provider_port = provider.port
    publish(place, kit)


def publish(place: Home, kit: Kit) -> None:
    """Tell everybody that this sandbox is ready, and where."""
    ports = {"port": kit.port, "provider_port": kit.provider_port}
    if not kit.provider_port:
        ports["provider_port"] = read_json(place.ports).get("provider_port", 0)
    write_json(place.ports, ports)
    who = {"pid": os.getpid(), "token": kit.token, "generation": kit.generation.name}
    where = {"home": str(place.path), "port": kit.port, "provider_port": kit.provider_port}
    write_json(place.record, {**who, **where})


def main() -> int:
    """Run a sandbox in the home that KIT_HOME names; exit code 3 when its port is taken."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s [%(name)s] %(message)s"
    )
    os.umask(UMASK)
    place = Home(home())
    # Functions inherit the environment: the token is none of their business.
    token = os.environ.pop("KIT_TOKEN", "") or hashlib.sha256(os.urandom(16)).hexdigest()
    asked = int(os.environ.pop("KIT_PORT", "0") or 0)
    provider = claim = None
    try:
        door = open_port(place, asked)
        port = door.getsockname()[1]
        prepare(place, port)
        claim = Claim.of(place)
        key = root_key.ensure(place)
        beside = provider_ports(place)
        if beside:
            provider = ProviderChild(place, beside, f"http://127.0.0.1:{port}", key)
            # It imports while we do.
            provider.start()
        asyncio.run(serve(claim, token, key, door, provider))
    except PortTaken as error:
        log.error("%s", error)
        return 3
    except ProviderFailed as error:
        log.error("%s", error)
        return 4
    finally:
        if provider:
            provider.stop()
        if claim and claim.holds():
            shutil.rmtree(place.tmp, ignore_errors=True)
            if claim.recorded:
                place.record.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    # Threads of functions may still run; nobody waits for them.
    code = main()
    logging.shutdown()
    os._exit(code)
