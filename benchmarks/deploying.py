"""up, up again and destroy of chapter 6 and of the whole program, beside bare boto3 and an empty program."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import boto3

from benchmarks import bare
from benchmarks.report import Report
from lab import course
from lab.session import session
from lab.session.program import compose, names_of, sdk_rules
from lab.session.stack import Stack

UP = ["up", "--yes", "--skip-preview"]
DESTROY = ["destroy", "--yes", "--skip-preview"]
TARGET_UP, TARGET_SAME, TARGET_RATIO = 3.0, 1.2, 1.3  # seconds, seconds, times an empty program
TARGET_WHOLE = 10.0  # seconds, the whole program


def timed(job: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    job()
    return time.perf_counter() - started


def chapter(number: int) -> Callable[[], None]:
    """The program up to a chapter, as a notebook's up() runs it."""
    from gateway.settings import Settings

    names = names_of(import_module(f"gateway.{file.replace('/', '.')}") for file in course.FILES)
    program = compose(names, {}, course.steps(course.LAST, after=number))
    return lambda: program(Settings.from_config())


def nothing() -> None:
    """A program without a resource."""


def rounds(stack: Stack, program: Callable[[], None], times: int) -> dict[str, list[float]]:
    """Deploy from nothing, again three times (in a trial, once), destroy; so many times.

    Seconds of each; and, as "changed", how many resources each of the second ups changed.
    """
    found: dict[str, list[float]] = {"up": [], "same": [], "destroy": [], "changed": []}

    def engine(*args: str, run: Callable[[], None] = program) -> float:
        done: dict[str, int] = {}

        def note(event: dict[str, Any]) -> None:
            done.update(event.get("summaryEvent", {}).get("resourceChanges", {}))

        with sdk_rules():  # as the session's own up() runs a program
            seconds = timed(lambda: stack.run([*args], program=run, on_event=note))
        changes.append(sum(count for what, count in done.items() if what not in ("same", "read")))
        return seconds

    changes: list[int] = []
    for _ in range(times):
        found["up"].append(engine(*UP))
        changes.clear()
        found["same"] += [engine(*UP) for _ in range(3 if times > 1 else 1)]
        found["changed"] += changes
        found["destroy"].append(engine(*DESTROY, run=nothing))
    return found


def measure(report: Report, times: int = 5) -> None:
    """Measure and report; a first round of each program is a warm-up and not counted,
    but for a trial of one round."""
    stack = session.open_session(course.LAST).stack
    six, all_of_it = chapter(6), chapter(course.LAST)
    if times > 1:
        rounds(stack, six, 1)
    full = rounds(stack, six, times)
    empty = rounds(stack, nothing, times)
    if times > 1:
        rounds(stack, all_of_it, 1)
    whole = rounds(stack, all_of_it, times)
    client = functools.cache(boto3.client)
    from gateway.settings import FUNCTIONS

    made: list[float] = []
    removed: list[float] = []
    for _ in range(times):
        held: dict[str, str] = {}
        made.append(timed(lambda held=held: held.update(bare.deploy(client, FUNCTIONS / "model"))))
        removed.append(timed(lambda held=held: bare.destroy(client, held)))
    report.seconds("up of chapter 6 from nothing", full["up"], at_most=TARGET_UP)
    report.seconds("up again, nothing changed", full["same"], at_most=TARGET_SAME)
    report.seconds("destroy", full["destroy"])
    report.seconds("up of the whole program from nothing", whole["up"], at_most=TARGET_WHOLE)
    report.seconds("up of the whole program again, nothing changed", whole["same"])
    report.number("  resources that it changed, at most", int(max(whole["changed"])), "", at_most=0)
    report.seconds("destroy of the whole program", whole["destroy"])
    report.seconds("the same calls in bare boto3, deploy", made)
    report.seconds("the same calls in bare boto3, destroy", removed)
    report.seconds("up of an empty program, again", empty["same"])
    report.ratio("up / bare boto3", full["up"], made)
    report.ratio("destroy / bare boto3", full["destroy"], removed)
    report.ratio("up / up of an empty program", full["up"], empty["up"])
    report.ratio("up again / up of an empty program", full["same"], empty["same"], TARGET_RATIO)
