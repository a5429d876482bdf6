"""Runs the trials: `python -m tests.trials --n 20`; exit code 1 unless all went well."""

from __future__ import annotations

import argparse
import functools
import random
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress

from tests.trials import crashes, load, losses
from tests.trials.kit import Kit, kit


class Tally:
    """Counts trials, and says each of them on a line."""

    def __init__(self) -> None:
        self.well = self.all = 0

    def of(self, what: str, trial: Callable[[], str]) -> bool:
        """Run one; it says what is wrong, or raises."""
        began = time.monotonic()
        try:
            wrong = trial()
        except Exception as error:  # noqa: BLE001 - the next trial is told of nothing
            traceback.print_exc()
            wrong = f"{type(error).__name__}: {str(error)[:300]}"
        self.all += 1
        self.well += not wrong
        seconds = f"{time.monotonic() - began:.1f} s"
        print(f"{what:<44} {seconds:>8}  {wrong or 'well'}", flush=True)
        return not wrong


def kills(tally: Tally, n: int, home: Kit, victims: tuple[str, ...] = crashes.VICTIMS) -> None:
    """Each victim n times, each time followed by each of what may follow."""
    for number in range(n):
        for victim in victims:
            for then in ("up", "destroy"):
                what = f"kill {victim}, then {then} {number + 1}"
                trial = functools.partial(crashes.killed, home, victim, then)
                if not tally.of(what, trial):
                    _clean(home)


def standstills(tally: Tally, n: int, home: Kit) -> None:
    """The server stands still n times, for longer than the provider waits for an answer."""
    for number in range(n):
        then = ("up", "destroy")[number % 2]
        trial = functools.partial(crashes.stood_still, home, then)
        if not tally.of(f"standstill, then {then} {number + 1}", trial):
            _clean(home)


def _clean(home: Kit) -> None:
    """What went wrong in one trial is not to count in the next."""
    with suppress(Exception):
        home.destroy()


def starts(tally: Tally, n: int, _: Kit) -> None:
    """Two notebooks at once in a new home, n times."""
    for number in range(n):
        tally.of(f"two first starts at once {number + 1}", crashes.started_twice)


def files(tally: Tally, n: int, home: Kit) -> None:
    """n of the files below the kit's folder, each cut to half or gone; with a large n, all."""
    for name, how in losses.losses(home, n):
        trial = functools.partial(losses.lost, home, name, how)
        if not tally.of(f"{how}: {name[-36:]}", trial):
            _clean(home)


def flood(tally: Tally, _: int, home: Kit) -> None:
    """Fifty prompts and fifty streams at once, whatever n is."""
    tally.of("50 prompts and 50 streams", lambda: load.flooded(home))


def memory(tally: Tally, _: int, home: Kit) -> None:
    """Two hundred operations, whatever n is."""
    tally.of("memory of 200 operations", lambda: load.slope(home))


PARTS: dict[str, Callable[[Tally, int, Kit], None]] = {
    "kills": kills,
    "standstills": standstills,
    "starts": starts,
    "files": files,
    "flood": flood,
}


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.trials", description=__doc__)
    parser.add_argument("--n", type=int, default=20, help="how often each; default 20")
    parser.add_argument("--long", action="store_true", help="the memory of 200 operations too")
    parser.add_argument("--only", choices=[*PARTS, "memory"], action="append")
    parser.add_argument("--seed", type=int, default=None, help="of the moments of the crashes")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(10**6)
    random.seed(seed)
    print(f"seed {seed}")
    tally = Tally()
    parts = {**PARTS, **({"memory": memory} if options.long or options.only else {})}
    for name, part in parts.items():
        if not options.only or name in options.only:
            settings = {"KIT_READ_TIMEOUT": crashes.SHORT} if name == "standstills" else {}
            with kit(**settings) as home:
                part(tally, options.n, home)
    print(f"{tally.well} of {tally.all}")
    return tally.well != tally.all


if __name__ == "__main__":
    sys.exit(main())
