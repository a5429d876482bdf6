"""What a resource costs when there are many: an API's resources up to the limit of 300.

The engine saves the whole state before and after every resource, so a stack costs it time that
grows with the square of the number of resources, whatever they are. What is the kit's own is
found by taking away an engine's run of as many `pulumi.Stash`: a resource of the engine's own
that goes through the same steps and whose state is about as long, but which nothing is called
for. (A ComponentResource would leave most of the engine's saving to be blamed on the kit.)
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import boto3
import psutil

from benchmarks.memory import server
from benchmarks.report import Report
from lab import course
from lab.session import session
from lab.session.program import sdk_rules
from lab.session.stack import Stack

SIZES = (100, 300)  # 300: what AWS allows in one API
TARGET = 25.0  # milliseconds a resource beyond the engine's own
GROWTH = 1.1  # times, from the smaller to the larger size
FIRST, AGAIN = 1.1, 1.15  # times what the engine alone takes: from nothing, and nothing changed
UP = ["up", "--yes", "--skip-preview"]


@dataclass
class Times:
    """Seconds of each round, for one number of resources.

    Attributes:
        up: from nothing. again: with nothing changed. `engine_` the same with Stash.
        computed: processor seconds of the sandbox, server and provider, during `up`.
    """

    up: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    engine_up: list[float] = field(default_factory=list)
    engine_again: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)


def paths(count: int) -> Callable[[], None]:
    """A program of one API with so many resources."""

    def program() -> None:
        import pulumi_aws as aws

        api = aws.apigateway.RestApi("scale")
        for number in range(count):
            name = f"path-{number}"
            aws.apigateway.Resource(
                name, rest_api=api.id, parent_id=api.root_resource_id, path_part=name
            )

    return program


def stashes(count: int) -> Callable[[], None]:
    """As many resources that only the engine knows, with the same dependencies."""

    def program() -> None:
        import pulumi

        api = pulumi.Stash("scale", input={"id": "0123456789", "root": "0123456789"})
        for number in range(count):
            name = f"path-{number}"
            held = {"id": api.output["id"], "root": api.output["root"], "pathPart": name}
            pulumi.Stash(name, input=held)

    return program


def computed(processes: Sequence[psutil.Process]) -> float:
    """Processor seconds that these processes have used so far."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def fresh(stack: Stack, names: Iterator[int]) -> Stack:
    """A stack without state: quicker than to destroy what the last round made."""
    new = replace(stack, name=f"scale-{next(names)}")
    new.prepare()
    return new


def timed(stack: Stack, program: Callable[[], None]) -> float:
    """Seconds of one `up`."""
    with sdk_rules():  # as the session's own up() runs a program
        started = time.perf_counter()
        stack.run([*UP], program=program, on_event=lambda event: None)
        return time.perf_counter() - started


def round_of(stack: Stack, names: Iterator[int], count: int, pid: int, times: Times) -> None:
    """Deploy so many resources from nothing and again, of the one kind and of the other."""
    ours, engine = fresh(stack, names), fresh(stack, names)
    processes = server(pid)
    before = computed(processes)
    times.up.append(timed(ours, paths(count)))
    times.computed.append(computed(processes) - before)
    times.engine_up.append(timed(engine, stashes(count)))
    times.again.append(timed(ours, paths(count)))
    times.engine_again.append(timed(engine, stashes(count)))
    gateway = boto3.client("apigateway")
    for api in gateway.get_rest_apis(limit=500)["items"]:
        if api["name"].startswith("scale"):
            gateway.delete_rest_api(restApiId=api["id"])


def beyond(ours: Sequence[float], engine: Sequence[float], count: int) -> float:
    """Milliseconds a resource beyond the engine's own: the median over rounds side by side."""
    pairs = zip(ours, engine, strict=True)
    return statistics.median((mine - other) * 1000 / count for mine, other in pairs)


def told(report: Report, count: int, times: Times) -> None:
    """The lines of one size."""
    report.seconds(f"up of {count} resources from nothing", times.up)
    report.seconds(f"  the engine alone, {count} Stash", times.engine_up)
    report.added("  the kit adds, a resource", beyond(times.up, times.engine_up, count), TARGET)
    report.ratio("  times the engine alone", times.up, times.engine_up, FIRST)
    report.seconds(f"up again of {count}, nothing changed", times.again)
    report.seconds("  the engine alone", times.engine_again)
    report.added("  the kit adds, a resource", beyond(times.again, times.engine_again, count))
    report.ratio("  times the engine alone", times.again, times.engine_again, AGAIN)


def measure(report: Report, pid: int, sizes: tuple[int, int] = SIZES, rounds: int = 2) -> None:
    """Measure and report; `pid` is the sandbox's server. One round is a trial, without warm-up."""
    stack = session.open_session(course.LAST).stack
    names = iter(range(1000))
    found = {count: Times() for count in sizes}
    full = rounds > 1
    if full:
        round_of(stack, names, 1, pid, Times())
    for _ in range(rounds):
        # The short one twice: it is the one that chance disturbs most.
        for count in (*sizes, sizes[0]) if full else sizes:
            round_of(stack, names, count, pid, found[count])
    for count, times in found.items():
        told(report, count, times)
    # Processor time, as it is the same whatever else the machine does: the difference of two
    # long runs is not.
    small, large = ([used / n for used in found[n].computed] for n in sizes)
    for count, used in zip(sizes, (small, large), strict=True):
        report.milliseconds(f"server and provider compute, a resource of {count}", used)
    report.ratio(f"  growth from {sizes[0]} to {sizes[1]} resources", large, small, GROWTH)
