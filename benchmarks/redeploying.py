"""Requests that come steadily while the whole gateway is deployed again and again."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import requests

from benchmarks import gateways, handler
from benchmarks.gateways import Gateway
from benchmarks.report import Report
from lab import course

PACE = 0.1  # seconds from one request of a caller to its next
CALM = 1.0  # seconds of load before the first change and after the last
ROUNDS = 20


@dataclass
class Load:
    """Callers that ask until they are told to stop, and what they got.

    Attributes:
        answers: by "whole", or by what was wrong.
        seconds: of each plain answer.
        streams: how many of the answers were streams.
    """

    gateway: Gateway
    model: str
    over: threading.Event = field(default_factory=threading.Event)
    answers: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    streams: int = 0

    @property
    def failed(self) -> int:
        """How many were not answered as they should."""
        return self.answers.total() - self.answers["whole"]

    def describe(self, caller: requests.Session) -> str:
        """GET /model."""
        return str(caller.get(f"{self.gateway.url}/model", timeout=60).status_code)

    def ask(self, caller: requests.Session) -> str:
        """One token of a conversation."""
        body = gateways.chat_body(self.model, "Hi", 1)
        url = f"{self.gateway.url}/chat/completions"
        return str(caller.post(url, json=body, timeout=60).status_code)

    def stream(self, caller: requests.Session) -> str:
        """A long answer, which a change may meet in the middle."""
        body = gateways.chat_body(self.model, handler.STORY.format(0), handler.LONG, stream=True)
        url = f"{self.gateway.url}/chat/completions"
        with caller.post(url, json=body, stream=True, timeout=60) as answer:
            lines = [line for line in answer.iter_lines() if line]
        return str(answer.status_code) if lines[-1:] == [b"data: [DONE]"] else "cut"

    def run(self, call: str) -> None:
        """One caller: a call every PACE seconds, or as soon as the one before it is over."""
        caller = requests.Session()
        caller.headers.update(self.gateway.headers)
        due = time.perf_counter()
        while not self.over.is_set():
            started = time.perf_counter()
            try:
                found = getattr(self, call)(caller)
            except requests.RequestException as error:
                found = type(error).__name__
            self.answers["whole" if found == "200" else found] += 1
            if call == "stream":
                self.streams += 1
            else:
                self.seconds.append(time.perf_counter() - started)
            due = max(due + PACE, time.perf_counter())
            self.over.wait(due - time.perf_counter())


CALLS = ("describe", "describe", "ask", "ask", "stream")


def changes(rounds: int) -> list[dict[str, str]]:
    """Settings that differ each time; each makes a new deployment, many a new function, too.

    One toggles `stream`: what the function gives and what the gateway takes change together. In a
    trial, without rounds, all comes in one change.
    """
    if not rounds:
        return [{"promptCharacters": "5000", "stream": "false", "systemPrompt": "You are helpful."}]
    made = []
    for number in range(rounds):
        change = {"promptCharacters": str(5000 + number)}
        if number % 2 == 0:
            change["stream"] = str(number % 4 == 2).lower()
        elif number % 3 == 0:
            change["systemPrompt"] = f"You are helpful {number}."
        made.append(change)
    return made


def under_load(
    gateway: Gateway, model: str, rounds: int, calm: float = CALM
) -> tuple[Load, list[float]]:
    """Change the gateway under load; what the callers got, and seconds of each change."""
    load = Load(gateway, model)
    callers = [threading.Thread(target=load.run, args=(call,), daemon=True) for call in CALLS]
    for each in callers:
        each.start()
    time.sleep(calm)
    took = []
    try:
        for change in changes(rounds):
            started = time.perf_counter()
            gateway.change(**change)
            took.append(time.perf_counter() - started)
        time.sleep(calm)
    finally:
        load.over.set()
        for each in callers:
            each.join()
    return load, took


def measure(report: Report, quick: bool = False) -> None:
    """Measure and report."""
    gateway = gateways.deployed(course.LAST)
    name = handler.function().model.name
    load, took = under_load(gateway, name, 0, 0.2) if quick else under_load(gateway, name, ROUNDS)
    report.seconds(f"up of chapter {course.LAST} with a change, under load", took)
    report.number("requests meanwhile", load.answers.total(), "")
    report.number("  of them streams", load.streams, "")
    report.milliseconds("  the others", load.seconds)
    report.number("  the slowest of these", max(load.seconds), "s")
    wrong = ", ".join(f"{count} {what}" for what, count in load.answers.items() if what != "whole")
    report.number("  of them failed", load.failed, wrong and f"({wrong})", at_most=0)
