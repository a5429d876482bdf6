"""The whole gateway beside that of chapter 6, and the first token of a stream through it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import requests

from benchmarks import gateways, handler, prompting
from benchmarks.gateways import Gateway
from benchmarks.report import Report
from lab import course

SHORT = 1  # token: what takes time is what lies around it


def one_token(gateway: Gateway) -> Callable[[], object]:
    """A prompt through a gateway, on a connection that stays open."""
    caller = requests.Session()
    caller.headers.update(gateway.headers)
    body = {"prompt": prompting.PROMPT, "max_tokens": SHORT}

    def ask() -> None:
        answer = caller.post(f"{gateway.url}/model", json=body, timeout=60)
        answer.raise_for_status()

    return ask


def in_turn(calls: dict[str, Callable[[], object]], times: int) -> dict[str, list[float]]:
    """Seconds of each call; they alternate, so that all meet the same load."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(times):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - started)
    return taken


def first_tokens(gateway: Gateway, name: str, times: int) -> tuple[list[float], list[float]]:
    """Seconds until a stream's first text is here, and until its end."""
    caller = requests.Session()
    caller.headers.update(gateway.headers)
    early, whole = [], []
    for number in range(times):
        text = handler.STORY.format(number)
        body = gateways.chat_body(name, text, handler.LONG, stream=True)
        started = time.perf_counter()
        arrived = []
        url = f"{gateway.url}/chat/completions"
        with caller.post(url, json=body, stream=True, timeout=60) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines(chunk_size=1):
                if gateways.words(line):
                    arrived.append(time.perf_counter() - started)
        whole.append(time.perf_counter() - started)
        early.append(arrived[0])
    return early, whole


def measure(report: Report, quick: bool = False) -> None:
    """Measure and report."""
    alone = prompting.in_process()
    six, ten = gateways.deployed(6), gateways.deployed(course.LAST)
    calls = {
        "model in process": lambda: alone(SHORT),
        "chapter 6": one_token(six),
        f"chapter {course.LAST}": one_token(ten),
    }
    in_turn(calls, 3)
    taken = in_turn(calls, 5 if quick else 200)
    for name, seconds in taken.items():
        report.milliseconds(f"1 token, {name}", seconds)
    near, before, after = (statistics.median(seconds) * 1000 for seconds in taken.values())
    report.added("gateway and handler of chapter 6 add", before - near, prompting.ADDED_MS)
    report.added(f"all of chapter {course.LAST} adds", after - near)
    report.added("  of it authorizer, plan, checks, budget, logs", after - before)
    early, whole = first_tokens(ten, handler.function().model.name, 1 if quick else 10)
    report.milliseconds("first token of a stream, through the gateway", early)
    report.milliseconds(f"all {handler.LONG} tokens", whole)
    shares = [first / all_of_it for first, all_of_it in zip(early, whole, strict=True)]
    report.ratio("first token / whole answer", shares, [1.0], at_most=handler.FIRST_SHARE)
