"""A notebook for a trial, in a process that can be killed: opens a session, waits, runs `up`."""

from __future__ import annotations

import sys

from lab.session import session


def main() -> None:
    """Open a session at the chapter of the first argument; deploy when told to, on any line."""
    session.own_names = dict  # type: ignore[assignment]  # there are no cells
    opened = session.open_session(int(sys.argv[1]))
    opened.reach(Quiet())  # type: ignore[arg-type]
    print("ready", flush=True)
    if sys.stdin.readline():
        session.up()


class Quiet:
    """Hears what is being done, and keeps it."""

    def phase(self, text: str) -> None:
        """Nobody looks."""


if __name__ == "__main__":
    main()
