"""The provider works for the user whose process it is: who else calls its port is refused.

The engine finds the provider by a port alone (PULUMI_DEBUG_PROVIDERS), which has no password, and
every user of the machine reaches it. But the system knows whose the other end of a connection is:
Linux tells the user of a socket, macOS and Windows which of our own processes has it. It is asked
at each call, for a port that has been the engine's may be somebody else's a moment later.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import grpc

log = logging.getLogger("sandbox")

Address = tuple[str, int]

ESTABLISHED = 1  # the state of a connection that is open
# Of linux/netlink.h, linux/sock_diag.h and linux/inet_diag.h.
SOCK_DIAG, BY_FAMILY, REQUEST = 4, 20, 1
NETLINK_HEAD, ALL_STATES, ANY_COOKIE = 16, 0xFFFF, b"\xff" * 8
ALIVE = "/pulumirpc.ResourceProvider/GetPluginInfo"  # how the sandbox asks for a sign of life
_here = threading.local()  # `kernel`: this thread's socket to it
REFUSED = "This provider works for another user of this machine"


def address(peer: str) -> Address:
    """What gRPC calls a peer as address and port; ValueError for what is no such thing.

    >>> address("ipv4:127.0.0.1:50000")
    ('127.0.0.1', 50000)
    >>> address("ipv6:%5B::ffff:127.0.0.1%5D:50000")
    ('127.0.0.1', 50000)
    """
    _, _, rest = unquote(peer).partition(":")
    host, _, port = rest.rpartition(":")
    return host.strip("[]").removeprefix("::ffff:"), int(port)


class Owner:
    """Knows whether the other end of a connection to a port of ours is our own user's."""

    def __init__(self, port: int) -> None:
        self.here: Address = ("127.0.0.1", port)
        self._last: int = 0  # the process that was asked last: it is the engine, mostly

    def owns(self, there: Address) -> bool:
        """Whether the process at `there` is ours, as far as this system says."""
        return self._is_mine(there) or not self._can_tell

    def _is_mine(self, there: Address) -> bool:
        if sys.platform == "linux":
            return _user(there, self.here) == os.geteuid()
        return self._has_it(self._last, there) or any(
            self._has_it(pid, there) for pid in _my_processes()
        )

    def _has_it(self, pid: int, there: Address) -> bool:
        import psutil

        with suppress(psutil.Error, OSError):
            for one in psutil.Process(pid).net_connections("inet") if pid else ():
                if one.raddr and _plain(one.laddr) == there and _plain(one.raddr) == self.here:
                    self._last = pid
                    return True
        return False

    @cached_property
    def _can_tell(self) -> bool:
        """Whether this system knows at least a connection of this very process for ours."""
        with suppress(OSError), socket.create_connection(self.here, timeout=2) as probe:
            if not self._is_mine(probe.getsockname()):
                log.warning("this system does not tell who calls the provider: it answers all")
                return False
        return True


# Linux: the user of a socket


def _user(there: Address, here: Address) -> int:
    """The user who has the other end of a connection; -1 when there is no such connection."""
    with suppress(OSError, struct.error):
        found = _asked(there, here)
        if found >= 0:
            return found
    return _listed(there, here)  # slower, but without a module that the kernel may lack


def _asked(there: Address, here: Address) -> int:
    """What the kernel answers about one socket (sock_diag(7)), in 10 microseconds; -1 for none."""
    ends = struct.pack("!HH", there[1], here[1])
    places = (socket.inet_aton(there[0]), socket.inet_aton(here[0]))
    wanted = ends + struct.pack("=16s16sI8s", *places, 0, ANY_COOKIE)
    wanted = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, ALL_STATES) + wanted
    head = struct.pack("=IHHII", NETLINK_HEAD + len(wanted), BY_FAMILY, REQUEST, 0, 0)
    kernel = getattr(_here, "kernel", None) or _kernel()
    _here.kernel = None  # one that did not answer is asked nothing more: it might answer late
    kernel.sendto(head + wanted, (0, 0))
    answer = kernel.recv(4096)
    _here.kernel = kernel
    (kind,) = struct.unpack_from("=H", answer, 4)
    if kind != BY_FAMILY:
        return -1
    _, state, _, _, found = struct.unpack_from("=BBBB4s", answer, NETLINK_HEAD)
    (uid,) = struct.unpack_from("=I", answer, NETLINK_HEAD + 64)
    # It answers about a socket that listens where it finds no connection.
    return int(uid) if state == ESTABLISHED and found == ends else -1


def _kernel() -> socket.socket:
    """A socket to the kernel, which it answers within a second."""
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, SOCK_DIAG)
    # Not settimeout: each call would be two, and each gives other threads their turn.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 1, 0))
    return made


def _listed(there: Address, here: Address) -> int:
    """The same from the kernel's list of all sockets; a closed one is listed as root's."""
    for table, form in (("tcp", _word), ("tcp6", _words)):
        wanted = [f"{form(host)}:{port:04X}" for host, port in (there, here)]
        with suppress(OSError), Path("/proc/net", table).open(encoding="ascii") as lines:
            for line in lines:
                parts = line.split()
                if parts[1:4] == [*wanted, f"{ESTABLISHED:02X}"]:
                    return int(parts[7])
    return -1


def _word(host: str) -> str:
    return f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}"


def _words(host: str) -> str:
    packed = socket.inet_pton(socket.AF_INET6, f"::ffff:{host}")
    words = [packed[at : at + 4] for at in range(0, 16, 4)]
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)


# macOS, Windows: the processes of this user


def _my_processes() -> Iterator[int]:
    """The processes of this user: only of those do macOS and Windows tell the connections."""
    import psutil

    me = psutil.Process().username()
    for process in psutil.process_iter(["username"]):
        if process.info["username"] == me:
            yield process.pid


def _plain(end: Any) -> Address:
    return end.ip.removeprefix("::ffff:"), end.port


class OwnerOnly(grpc.ServerInterceptor):  # type: ignore[misc]
    """Refuses each call of another user, before the provider sees it."""

    def __init__(self) -> None:
        self.owner: Owner | None = None  # known once the port is
        # However busy all other threads are with an `up`: who does not answer here is replaced.
        self._aside = ThreadPoolExecutor(1)

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """The handler of a call, behind the question who calls."""
        handler = continuation(details)
        if handler is None or not handler.unary_unary:
            return None  # the protocol has no other kind

        def guarded(request: Any, context: grpc.ServicerContext) -> Any:
            if not self._let_in(context.peer()):
                context.abort(grpc.StatusCode.PERMISSION_DENIED, REFUSED)
            return handler.unary_unary(request, context)

        if details.method == ALIVE:
            guarded.experimental_thread_pool = self._aside  # type: ignore[attr-defined]
        return grpc.unary_unary_rpc_method_handler(
            guarded, handler.request_deserializer, handler.response_serializer
        )

    def _let_in(self, peer: str) -> bool:
        with suppress(ValueError, OSError):
            return self.owner is not None and self.owner.owns(address(peer))
        return False
