"""A room without people: learners do pages at a hub of their own, all is killed, they go on.

    sudo /usr/bin/python3 -m tools.workshop.hub measure 12 [--pages 00-06] [--to FILE.json]

Beside the hub that is there, with its two environments; users `try01` … are made, and removed at
the end. It prints what a learner takes of memory at rest and in an `up`, the slowest first answer,
the seconds of each page, and what became of everybody after a kill -9 of everything.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tools.machine import Problem
from tools.workshop.hub import memory, running
from tools.workshop.hub.learner import Learner
from tools.workshop.hub.place import DEFAULT, KIT, Place
from tools.workshop.hub.trial import Trial, trial

GAP = 2.0  # seconds between two who sign in
LOOK = 3.0  # seconds between two looks at memory
# Seconds until the functions of the last pages have ended: 60 after their last call, and some more.
ASLEEP = 70.0
ASK = "from lab import ask\nask('Hello.', max_tokens=8)"
UP = "from lab import up\nup()"
# What is deployed, on a line; and the same after a kill, with an answer from it where there is one.
DEPLOYED = """\
import json
from lab import outputs
print(json.dumps(dict(outputs()), default=str, sort_keys=True))
"""
ANSWER = """
import requests
prompt, url = {"prompt": "Hi", "max_tokens": 2}, outputs().get("model_url")
print(requests.post(url, json=prompt, timeout=120).status_code if url else 200)
"""


@dataclass
class Told:
    """What was measured; megabytes are PSS.

    Attributes:
        warm: seconds until all notebook servers were there.
        asleep: of each learner, of each part, a minute after the last prompt.
        rest: the same when all have asked again, and the model is loaded.
        busy: of each learner, the most in an `up` within the pages, where several functions run.
        most: of each learner, the most in an `up` from rest.
        killed: how many processes were ended by kill -9.
        back: seconds until each who went on had an answer from where they were.
        lost: what became of those who did not, a line each.
        load: of the machine, before and after the pages.
    """

    learners: list[Learner]
    pages: list[Path]
    warm: float = 0.0
    asleep: memory.Taken = field(default_factory=dict)
    rest: memory.Taken = field(default_factory=dict)
    busy: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    hub: float = 0.0
    killed: int = 0
    back: dict[str, float] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    load: tuple[float, float] = (0.0, 0.0)


def main(arguments: list[str]) -> int:
    """Measure, and print. 0: everybody did all pages, and went on after the kill."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.workshop.hub measure",
                                     description=__doc__.splitlines()[0])  # fmt: skip
    parser.add_argument("number", type=int, nargs="?", default=12, help="of learners")
    parser.add_argument("--pages", default="00-06", help="from-to, by their numbers")
    parser.add_argument("--to", type=Path, help="keep all of it as JSON")
    parser.add_argument("--at", type=Path, default=DEFAULT)
    chosen = parser.parse_args(arguments)
    try:
        with trial(Place(chosen.at.absolute()), chosen.number) as room:
            told = measure(room, between(chosen.pages))
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    print("\n".join(lines(told)))
    if chosen.to:
        chosen.to.write_text(json.dumps(kept(told), indent=1) + "\n", encoding="utf-8")
    return 0 if not told.lost and all(not one.wrong for one in told.learners) else 1


def between(pages: str, folder: Path = KIT / "notebooks") -> list[Path]:
    """The notebooks from one number to another, as in `00-06`.

    Raises:
        Problem: there is none.
    """
    first, _, last = pages.partition("-")
    found = [p for p in sorted(folder.glob("*.ipynb")) if first <= p.stem[:2] <= (last or first)]
    if not found:
        raise Problem(f"there are no pages {pages!r}.\nfix: say from which to which: --pages 00-06")
    return found


def measure(trial: Trial, pages: list[Path]) -> Told:
    """Do all of it."""
    told = Told([Learner(trial.url, name, trial.password) for name in trial.names], pages)
    before = os.getloadavg()[0]
    say("starting everybody's notebook server")
    begun = time.monotonic()
    for line in running.warm(trial.place):
        say(line)
    told.warm = time.monotonic() - begun
    say(f"pages {pages[0].stem[:2]} to {pages[-1].stem[:2]}")
    with looking(trial) as seen:
        each(told.learners, lambda learner: course(learner, pages))
    told.busy, told.load = seen.megabytes, (before, os.getloadavg()[0])
    say("a minute of rest, a prompt, an up")
    rest(trial, told)
    had = {one.name: one.run(DEPLOYED).text.strip() for one in told.learners if not one.wrong}
    say("kill -9 of the hub, its proxy and all that learners run")
    told.killed = trial.kill()
    trial.start()
    each(told.learners, lambda learner: go_on(learner, had.get(learner.name, ""), told))
    return told


def course(learner: Learner, pages: list[Path]) -> None:
    """What a learner does: signs in, and all pages in their order."""
    learner.sit_down()
    for page in pages:
        learner.do(page)
        say(f"{learner.name}: {page.stem} {learner.pages.get(page.stem[:2], 0):.0f} s")


def rest(trial: Trial, told: Told) -> None:
    """Look at memory when nobody does anything, and at an `up` of everybody from there."""
    fine = [learner for learner in told.learners if not learner.wrong]
    time.sleep(ASLEEP)
    told.asleep = memory.taken(trial.users)
    each(fine, lambda learner: learner.run(ASK), gap=0)
    time.sleep(LOOK)
    told.rest = memory.taken(trial.users)
    told.hub = sum(memory.pss(text) for text in trial.rollups()) / 1024
    with looking(trial, 1.0) as seen:
        each(fine, lambda learner: learner.run(UP), gap=0)  # at once: the most that a room takes
    told.most = seen.megabytes


def go_on(learner: Learner, had: str, told: Told) -> None:
    """Come back after the kill: the page's own start, the same deployed, and an answer from it."""
    last = told.pages[-1]
    learner.sit_down()
    learner.open(last.stem)
    said = learner.run(f"from lab import start\n{start_of(last)}\n{DEPLOYED}{ANSWER}")
    if had and said.text.strip().splitlines()[-2:] == [had, "200"]:
        told.back[learner.name] = time.monotonic() - learner.begun
    else:
        has = said.error or said.text[-200:]
        told.lost.append(f"{learner.name}: had {had[-200:] or 'nothing'}, has {has}")


def start_of(page: Path) -> str:
    """The line with which a page starts, such as `start(6)`."""
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    lines = "".join(line for cell in cells for line in [*cell["source"], "\n"]).splitlines()
    return next(line for line in lines if line.startswith("start("))


def each(learners: Iterable[Learner], do: Callable[[Learner], Any], gap: float = GAP) -> None:
    """All do it at once, each a moment after the one before; what goes wrong is noted."""

    def one(learner: Learner) -> None:
        try:
            do(learner)
        except Exception as error:  # noqa: BLE001 - whatever it is, a learner would have met it
            learner.wrong.append(f"{type(error).__name__}: {error}")

    threads = []
    for learner in learners:
        threads.append(threading.Thread(target=one, args=(learner,)))
        threads[-1].start()
        time.sleep(gap)
    for thread in threads:
        thread.join()


@contextlib.contextmanager
def looking(trial: Trial, every: float = LOOK) -> Iterator[memory.Most]:
    """Look at memory every few seconds meanwhile."""
    over, most = threading.Event(), memory.Most()

    def look() -> None:
        while not over.wait(every):
            most.look(memory.taken(trial.users))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def lines(told: Told) -> Iterable[str]:
    """What a trainer reads."""
    count, cores = len(told.learners), psutil.cpu_count()
    total = psutil.virtual_memory().total / 1e9
    yield (f"{count} learners, pages {told.pages[0].stem[:2]} to {told.pages[-1].stem[:2]}, on {cores} "
           f"cores and {total:.0f} GB; load {told.load[0]:.1f} before, {told.load[1]:.1f} after")  # fmt: skip
    yield f"notebook servers, started before: all after {told.warm:.0f} s"
    yield "memory of a learner, PSS, with the kernel of one page open:"
    yield f"  at rest, model loaded: {spread(sums(told.rest), 'MB')}: {parts_of(told.rest)}"
    yield f"  at rest, a minute later: {spread(sums(told.asleep), 'MB')}"
    yield f"  in an up from rest, all at once: {spread(told.most.values(), 'MB')}"
    yield f"  in the pages' own ups: {spread(told.busy.values(), 'MB')}"
    yield f"memory of the hub and its proxy: {told.hub:.0f} MB"
    firsts = [one.first for one in told.learners if one.first is not None]
    yield f"first answer, from the sign-in: {spread(firsts, 's')}"
    for page in told.pages:
        took = [one.pages[page.stem[:2]] for one in told.learners if page.stem[:2] in one.pages]
        yield f"page {page.stem[:2]}: {len(took)} of {count} done, {spread(took, 's')}"
    yield (f"after kill -9 of {told.killed} processes: {len(told.back)} of {count} went on where they "
           f"were, an answer after {spread(told.back.values(), 's')}")  # fmt: skip
    yield from told.lost
    yield from (f"{one.name}: {wrong}" for one in told.learners for wrong in one.wrong)


def spread(found: Iterable[float], unit: str) -> str:
    """The middle and the most, in a unit."""
    known = sorted(found)
    if not known:
        return "not measured"
    return f"{statistics.mean(known):.0f} {unit}, most {known[-1]:.0f}"


def sums(found: memory.Taken) -> list[float]:
    """Megabytes of each learner who runs anything."""
    return [sum(parts.values()) for parts in found.values() if parts]


def parts_of(rest: memory.Taken) -> str:
    """The mean of each part over learners."""
    names = sorted({name for parts in rest.values() for name in parts})
    means = {n: statistics.mean(parts.get(n, 0.0) for parts in rest.values()) for n in names}
    ordered = sorted(means.items(), key=lambda one: -one[1])
    return ", ".join(f"{name} {mean:.0f}" for name, mean in ordered)


def kept(told: Told) -> dict[str, Any]:
    """All of it, for a file."""
    return {
        "load": told.load, "warm_seconds": told.warm, "rest_megabytes": told.rest,
        "asleep_megabytes": told.asleep, "up_megabytes": told.most, "pages_megabytes": told.busy, "hub_megabytes": told.hub, "killed": told.killed,
        "back_seconds": told.back, "lost": told.lost,
        "learners": {
            one.name: {"first_seconds": one.first, "server_seconds": one.server,
                       "page_seconds": one.pages, "wrong": one.wrong}
            for one in told.learners
        },
    }  # fmt: skip


def say(line: str) -> None:
    """Tell what happens, where it does not stand in the result's way."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
