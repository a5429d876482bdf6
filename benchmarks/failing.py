"""How many calls fail while instances die and versions are promoted, under a steady light load."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import final

import boto3
import requests

from benchmarks import gateways
from benchmarks.report import Report
from lab.course import LAST
from lab.session import session

RATE = 1.0  # calls a second: a core stays idle for the instances that start
PROMPT = {"prompt": "Say hi.", "max_tokens": 1}
HOMES = {"instances": "2", "candidateInstances": "1", "firstBackend": "instances"}


@final
class Load:
    """One caller, once a second, while the block runs."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url, self._headers = url, headers
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.seen: Counter[int] = Counter()

    def __enter__(self) -> Load:
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    @property
    def failed(self) -> int:
        """Calls that were not answered 200."""
        return self.seen.total() - self.seen[200]

    def _run(self) -> None:
        while not self._over.wait(1 / RATE):
            thread = threading.Thread(target=self._call, daemon=True)
            thread.start()
            self._threads.append(thread)

    def _call(self) -> None:
        try:
            answer = requests.post(self._url, json=PROMPT, headers=self._headers, timeout=60)
            self.seen[answer.status_code] += 1
        except requests.RequestException:
            self.seen[0] += 1


def measure(report: Report, quick: bool = False) -> None:
    """Kills with the fallback before them, and promotions of a canary."""
    times = 1 if quick else 20
    gateway = gateways.deployed(LAST)
    gateway.change(**HOMES)
    outputs = dict(session.outputs())
    healthy(outputs["targets_arn"], 2)
    healthy(outputs["candidate_targets_arn"], 1)
    with Load(f"{gateway.url}/model", gateway.headers) as load:
        for _ in range(times):
            kill(outputs)
    report.number(f"calls during {times} kills, with fallback", load.seen.total(), "")
    report.number("of these failed", load.failed, "", at_most=0)
    switch: Callable[..., None] = gateway.change
    with Load(f"{outputs['instances_url']}/model", gateway.headers) as load:
        for number in range(times):
            live, other = ("stable", "candidate") if number % 2 == 0 else ("candidate", "stable")
            switch(livePool=live, canaryPercent="20")
            switch(livePool=other, canaryPercent="0")
    report.number(f"calls during {times} canaries, promoted", load.seen.total(), "")
    report.number("of these failed", load.failed, "", at_most=0)


def healthy(targets_arn: str, number: int, seconds: float = 120) -> list[str]:
    """The targets that are well, once there are as many.

    Raises:
        TimeoutError: there are not.
    """
    balancing, end = boto3.client("elbv2"), time.monotonic() + seconds
    while time.monotonic() < end:
        found = balancing.describe_target_health(TargetGroupArn=targets_arn)
        states = {
            each["Target"]["Id"]: each["TargetHealth"]["State"]
            for each in found["TargetHealthDescriptions"]
        }
        well = [id for id, state in states.items() if state == "healthy"]
        if len(well) == number == len(states):
            return well
        time.sleep(0.2)
    raise TimeoutError(f"not {number} healthy targets in {seconds:.0f} s")


def kill(outputs: dict[str, str]) -> None:
    """An instance dies without a word; a few seconds later its group replaces it."""
    victim = healthy(outputs["targets_arn"], 2)[0]
    boto3.client("ec2").send_diagnostic_interrupt(InstanceId=victim)
    time.sleep(3)
    boto3.client("autoscaling").set_instance_health(
        InstanceId=victim, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False
    )
    time.sleep(1)
