"""All instances of the sandbox, and how many there may be."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from itertools import count
from pathlib import Path

from sandbox.server.machines.addresses import Address, claim
from sandbox.server.machines.machine import Machine

# What a learner's machine holds beside all else; each has the model in its memory.
MOST = 3

_machines: dict[str, Machine] = {}
_numbers = count()


class TooMany(Exception):
    """One instance more than there may be."""


def running() -> list[Machine]:
    """The instances that have not ended."""
    return [each for each in list(_machines.values()) if each.state != "terminated"]


def find(id: str) -> Machine | None:
    """An instance by its id, ended or not."""
    return _machines.get(id)


def at_private_address(address: str) -> Machine | None:
    """The instance that runs at a private address."""
    return next((each for each in running() if each.address.private == address), None)


def place(subnet: str) -> Address:
    """A free address of a subnet, given as its block.

    Raises:
        TooMany: there are as many instances as there may be.
    """
    if len(running()) >= MOST:
        raise TooMany
    start = int(hashlib.sha256(tempfile.gettempdir().encode()).hexdigest(), 16) % 4096
    return claim(subnet, start + next(_numbers) * 7)


def add(id: str, address: Address) -> Machine:
    """An instance that has not booted."""
    folder = Path(tempfile.gettempdir()) / "instances" / id
    machine = Machine(id, address, folder)
    _machines[id] = machine
    return machine


def forget(id: str) -> None:
    """Drop an instance that has ended."""
    _machines.pop(id, None)


def end_all(grace: float = 1.0) -> None:
    """End every instance, and return when they are gone; `grace` is in seconds."""
    ending = [threading.Thread(target=each.stop, args=(grace,)) for each in running()]
    for thread in ending:
        thread.start()
    for thread in ending:
        thread.join()
    _machines.clear()
