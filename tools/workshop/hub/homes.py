"""Ends the server of whoever's home is larger than each has: the disk is one for all.

The hub runs it (teach/hub/jupyterhub_config.py). It looks once a minute, so that it is no quota: where the
homes' file system has some, they are better. What is at home stays; the next start says how large it is.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tools.machine import Problem
from tools.workshop.hub import running, seats
from tools.workshop.hub.place import DEFAULT, Place

EVERY = 60.0  # seconds between two looks
MOST = 2000.0  # megabytes; pages, sandbox and state of a whole course are 50


def look(place: Place, most: float) -> Iterator[str]:
    """End the servers of homes that are too large, and what runs beside them; a line each."""
    for name in place.room.seats:
        if not seats.exists(name) or (size := seats.size(name)) <= most:
            continue
        code, _ = running.ask(place, "DELETE", f"users/{name}/server")
        if code in (202, 204):
            yield f"{name} has {size:.0f} MB at home, of {most:.0f}: the server was ended"


def main() -> None:
    """Look until the hub ends."""
    # The hub ends it by SIGINT, which a hub that was started behind a shell's & hands on as ignored.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    place = Place(Path(os.environ.get("ROOM") or DEFAULT))
    most = float(os.environ.get("ROOM_HOME") or MOST)
    while True:
        try:
            for line in look(place, most):
                print(line, file=sys.stderr, flush=True)
        except (Problem, OSError, ValueError) as error:  # a hub that begins or ends
            print(f"homes: {error}", file=sys.stderr, flush=True)
        time.sleep(EVERY)


if __name__ == "__main__":
    main()
