"""Where an instance's private address is on this machine.

172.31.4.7 is answered at 127.31.4.7: Linux and Windows have all of 127.0.0.0/8. macOS has 127.0.0.1
alone unless an administrator adds others; there all instances share it, each with ports of its own.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass
from itertools import count

SHARED = "127.0.0.1"
# Held while the instance lives, so that two sandboxes of one machine never take the same address.
CLAIMED = 39_417
RESERVED = 4  # the first addresses of a subnet are AWS's own

_TAKEN = (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE), errno.EACCES)


@dataclass
class Address:
    """A private address and where it is answered; `close` gives it back."""

    private: str
    host: str
    claim: socket.socket | None = None

    @property
    def shared(self) -> bool:
        """Whether other instances are answered at the same host."""
        return self.host == SHARED

    def close(self) -> None:
        """Let others have it."""
        if self.claim is not None:
            self.claim.close()


def claim(subnet: str, start: int) -> Address:
    """An address of a subnet that no instance has, of this sandbox or another's.

    Args:
        subnet: the subnet's block, as `172.31.16.0/20`.
        start: where to begin to look.
    """
    network = ipaddress.ip_network(subnet, strict=False)
    room = max(1, network.num_addresses - RESERVED - 1)
    for step in count():
        private = str(network[RESERVED + (start + step) % room])
        host = "127." + private.split(".", 1)[1]
        door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            door.bind((host, CLAIMED))
        except OSError as error:
            door.close()
            if error.errno in _TAKEN and step < room:
                continue
            return Address(private, SHARED)
        return Address(private, host, door)
    raise AssertionError
