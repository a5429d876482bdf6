"""Serve the provider: `python -m sandbox.provider --port P`, or as a plugin of the engine.

It prints its port on one line when it listens, answers its own user only (owner.py), ends at once on SIGINT and SIGTERM (the engine sends one after
each run of a plugin), and ends when the process that started it is gone.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import os
import signal
import socket
import stat
import sys
import threading
from concurrent import futures
from typing import Any

from sandbox.provider import lean

THREADS = 64  # calls of the engine at once, over all its runs
LARGEST = 400 * 1024 * 1024  # bytes of one message: an archive of assets is in it
WATCH = 0.2  # seconds between two looks at whether the parent lives
WARM = ("sts", "iam", "logs", "lambda", "apigateway")


def serve(ports: list[int]) -> int:
    """Serve on the first loopback port that is free, any for 0, until the process ends.

    Returns:
        1 when all are taken; otherwise it does not return.
    """
    lean.install()
    import grpc
    from pulumi.runtime.proto import provider_pb2_grpc

    from sandbox.provider.owner import Owner, OwnerOnly
    from sandbox.provider.server import Provider

    guard = OwnerOnly()
    server = grpc.server(
        futures.ThreadPoolExecutor(THREADS),
        interceptors=[guard],
        options=[
            ("grpc.max_receive_message_length", LARGEST),
            ("grpc.max_send_message_length", LARGEST),
            ("grpc.so_reuseport", 0),
        ],
    )
    provider = Provider()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    bound = next(filter(None, (_bind(server, port) for port in ports)), 0)
    if not bound:
        taken = ", ".join(map(str, ports))
        print(f"port {taken} is taken: give another --port, or 0 for a free one", file=sys.stderr)
        return 1
    guard.owner = Owner(bound)
    server.start()
    threading.Thread(target=provider.abandoned.watch, daemon=True).start()
    print(bound, flush=True)
    if ports != [0]:
        # Who started it has read its port, and reads no more.
        os.dup2(2, 1)
        threading.Thread(target=_warm, args=(provider,), daemon=True).start()
    server.wait_for_termination()
    return 0


def _bind(server: Any, port: int) -> int:
    """Have the server listen on a port; the port, or 0 when it is taken."""
    with contextlib.suppress(OSError, RuntimeError):
        if port:  # gRPC says a lot about one that is taken
            with socket.socket() as probe:
                if sys.platform != "win32":  # connections that the last provider had may linger
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        return int(server.add_insecure_port(f"127.0.0.1:{port}"))
    return 0


def _warm(provider: object) -> None:
    """Make the clients that every `up` needs while nobody waits for them."""
    from sandbox.provider.core import registry, runs

    registry.load()
    registry.functions()
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
    with contextlib.suppress(Exception):  # no credentials yet: the first call will say it better
        for service in WARM:
            provider.contexts.clients.get(service, runs.default_region(), endpoint)  # type: ignore[attr-defined]
    _give_back()


def _give_back() -> None:
    """Give the system back what reading AWS's service models took and no longer needs."""
    gc.collect()
    with contextlib.suppress(
        OSError, AttributeError, TypeError
    ):  # glibc's: others do it by themselves
        ctypes.CDLL(None).malloc_trim(0)


def _end(*_: object) -> None:
    os._exit(0)


def _watch_parent(parent: int) -> None:
    """End when the parent is another process than at the start: the first one is gone."""
    wait = threading.Event()
    while os.getppid() == parent:
        wait.wait(WATCH)
    _end()


def _watch_input() -> None:
    """End when standard input ends: the parent held its other end."""
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    _end()


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.provider", description="the light aws provider"
    )
    parser.add_argument(
        "--port", type=int, action="append", help="on 127.0.0.1; 0: a free one; more: in this order"
    )
    # The engine starts a plugin with its own address, and with flags for its own log.
    options, _ = parser.parse_known_args()
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), _end)
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()
    with contextlib.suppress(OSError):
        if stat.S_ISFIFO(os.fstat(0).st_mode):
            threading.Thread(target=_watch_input, daemon=True).start()
    return serve(options.port or [0])


if __name__ == "__main__":
    sys.exit(main())
