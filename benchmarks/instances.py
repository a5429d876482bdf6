"""Instances that host the model: how soon they serve, what they hold, and what a balancer adds."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import psutil

from benchmarks.report import Report
from sandbox import cloud
from tests.sandbox.server.conftest import Account
from tests.sandbox.server.farms import Farm, build, hosting_the_model, raze, until

SERVING = 15.0  # seconds from 1 to 3
ADDED = 10.0  # milliseconds
PROMPT = {"prompt": "Name three colours.", "max_tokens": 4}


def measure(report: Report, running: cloud.Running, quick: bool = False) -> None:
    """Measure a group of one to three instances in a sandbox."""
    account = Account(running)
    began = time.perf_counter()
    farm = build(account, **hosting_the_model(account), delay="15", MaxSize=3)
    try:
        farm.wait_for("healthy", seconds=120)
        report.seconds("one instance, until it is healthy", [time.perf_counter() - began])
        (first,) = programs(running)
        report.number("processor time of its start", sum(first.cpu_times()[:2]), "s")
        _overhead(report, farm, first, 10 if quick else 300)
        began = time.perf_counter()
        farm.scale(3)
        farm.wait_for("healthy", "healthy", "healthy", seconds=120)
        seen = {farm.call("/model", "POST", json=PROMPT).status_code for _ in range(3)}
        assert seen == {200}
        report.seconds("from 1 to 3, all serving", [time.perf_counter() - began], at_most=SERVING)
        _memory(report, running)
        _drains(report, farm, 1 if quick else 20)
    finally:
        raze(farm)


def programs(running: cloud.Running) -> list[psutil.Process]:
    """The programs of the instances of a sandbox."""
    children = psutil.Process(running.pid).children()
    found = []
    for child in children:
        with suppress(psutil.NoSuchProcess):  # one that has ended meanwhile, a zombie among them
            found += [child] if any("guard.py" in word for word in child.cmdline()) else []
    return found


def _memory(report: Report, running: cloud.Running) -> None:
    found = [process.memory_full_info() for process in programs(running)]
    report.number("memory of three, resident", sum(each.rss for each in found) / 1e6, "MB")
    if hasattr(found[0], "pss"):  # Linux: what is shared is counted once
        report.number("memory of three, shared parts once", sum(f.pss for f in found) / 1e6, "MB")
    report.number(
        "threads of each", max(process.num_threads() for process in programs(running)), ""
    )


def _overhead(report: Report, farm: Farm, program: psutil.Process, times: int) -> None:
    """The same small answer from the server itself, and through the balancer."""
    at = next(c.laddr for c in program.net_connections("inet") if c.status == "LISTEN")
    own: tuple[str, int] = (at.ip, at.port)
    front = ("127.0.0.1", farm.account.running.port)
    alone, through = [], []
    for _ in range(times):
        alone.append(_ask(own, "/health"))
        through.append(_ask(front, f"/_alb/{farm.name}/health"))
    report.milliseconds("a small answer of the server itself", alone)
    report.milliseconds("and through the balancer", through)
    added = (sorted(through)[len(through) // 2] - sorted(alone)[len(alone) // 2]) * 1000
    report.added("what the balancer adds", added, at_most=ADDED)


def _ask(place: tuple[str, int], path: str) -> float:
    began = time.perf_counter()
    connection = http.client.HTTPConnection(*place, timeout=30)
    connection.request("GET", path)
    connection.getresponse().read()
    connection.close()
    return time.perf_counter() - began


def _drains(report: Report, farm: Farm, times: int) -> None:
    """Instances are replaced, one after the other, while a client asks all the time."""
    codes, over = Counter[Any](), threading.Event()

    def load() -> None:
        while not over.wait(0.2):
            codes[farm.call("/model", "POST", json=PROMPT).status_code] += 1

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    asg, took = farm.client("autoscaling"), []
    for _ in range(times):
        id = next(iter(farm.health()))
        began = time.perf_counter()
        asg.terminate_instance_in_auto_scaling_group(
            InstanceId=id, ShouldDecrementDesiredCapacity=False
        )
        until(lambda id=id: id not in farm.health() and farm.states() == ["healthy"] * 3, 120)
        took.append(time.perf_counter() - began)
    over.set()
    for thread in threads:
        thread.join()
    report.seconds("an instance drained and replaced, under load", took)
    failed = sum(codes.values()) - codes[200]
    report.number(
        f"of {sum(codes.values())} requests in {times} drains failed", failed, "", at_most=0
    )
