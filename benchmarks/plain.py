"""The emulator as it comes, with the sandbox's settings and behind the same HTTP server.

`python -m benchmarks.plain` runs it, in the home that KIT_HOME names, until its standard input
ends: so it never outlives the benchmark.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil

from sandbox.home import CHECKOUT, Home, home
from sandbox.launch import INHERITED
from sandbox.processes import end
from sandbox.server.__main__ import listen, prepare

PATIENCE = 30.0  # seconds until it must have said its port
GRACE = 5.0  # seconds that it has to end by itself


@contextlib.contextmanager
def running(place: Path) -> Iterator[str]:
    """Run the plain emulator with its state in a folder; yields its endpoint."""
    place.mkdir(parents=True, exist_ok=True)
    inherited = {name: text for name, text in os.environ.items() if name.upper() in INHERITED}
    with (place / "plain.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.plain"],
            cwd=CHECKOUT,
            env={**inherited, "KIT_HOME": str(place)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdin and process.stdout
    overdue = threading.Timer(PATIENCE, process.kill)
    overdue.start()
    port = process.stdout.readline().strip()
    overdue.cancel()
    try:
        if not port:
            raise RuntimeError(f"The plain emulator did not start:\n{_end_of(place)}")
        yield f"http://127.0.0.1:{port}"
    finally:
        family = [process.pid]
        with contextlib.suppress(psutil.Error):
            family += [each.pid for each in psutil.Process(process.pid).children(recursive=True)]
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        end(family)
        process.stdout.close()


def _end_of(place: Path) -> str:
    return (place / "plain.log").read_text("utf-8", "replace")[-2000:]


async def serve() -> None:
    """Serve until standard input ends."""
    from hypercorn.asyncio.run import worker_serve
    from hypercorn.config import Config, Sockets
    from hypercorn.utils import wrap_app

    door = listen(0)
    port = door.getsockname()[1]
    prepare(Home(home()), port)
    from ministack.app import app

    # As in sandbox.server: what is compared is the emulator, not the server before it.
    config = Config()
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.h11_pass_raw_headers = True
    config.errorlog = None
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(
        target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(stopped.set)), daemon=True
    ).start()
    print(port, flush=True)
    await worker_serve(
        wrap_app(app, config.wsgi_max_body_size, "asgi"),  # type: ignore[arg-type]
        config,
        sockets=Sockets([], [door], []),
        shutdown_trigger=stopped.wait,
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(serve())
    # Threads of functions may still run; nobody waits for them.
    os._exit(0)
