"""A notebook for a trial, in a process that can be killed: opens a session, waits, runs `up`."""

from __future__ import annotations

import sys

from lab.session import session
from lab.session.worker import Work


def main() -> None:
    """Open a session at the chapter of the first argument; deploy when told to, on any line."""
    session.own_names = dict  # type: ignore[assignment]  # there are no cells
    opened = session.open_session(int(sys.argv[1]))
    opened.reach(Work())  # nobody looks at what it says
    print("ready", flush=True)
    if sys.stdin.readline():
        session.up()


if __name__ == "__main__":
    main()
