"""Instances that leave: what they have begun is finished, and nobody notices."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.sandbox.server.farms import Farm, assert_page, until

WAITING = "WaitingForELBConnectionDraining"


def test_who_is_deregistered_ends_what_it_does_and_gets_nothing_new(
    farm: Callable[..., Farm],
) -> None:
    made = farm(DesiredCapacity=2, delay="30")
    made.wait_for("healthy", "healthy")
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(made.call, "/sleep/2")
        time.sleep(0.3)
        ids = list(made.health())
        made.client("autoscaling").set_desired_capacity(AutoScalingGroupName=made.name, DesiredCapacity=0)  # fmt: skip
        until(lambda: made.states() == ["draining"])
        (left,) = made.health().values()
        assert left["Reason"] == "Target.DeregistrationInProgress"
        waiting = until(lambda: [a for a in made.activities() if a["StatusCode"] == WAITING])
        assert any(id in waiting[0]["Description"] for id in ids)
        assert_page(made.call(), "503 Service Temporarily Unavailable", 162)
        assert slow.result().status_code == 200
    until(lambda: made.instances == [])
    (found,) = made.client("elbv2").describe_target_health(
        TargetGroupArn=made.group, Targets=[{"Id": ids[0]}]
    )["TargetHealthDescriptions"]
    assert found["TargetHealth"]["Reason"] == "Target.NotRegistered"


def test_a_delay_that_is_over_cuts_what_is_left(farm: Callable[..., Farm]) -> None:
    made = farm(delay="1")
    made.wait_for("healthy")
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(made.call, "/sleep/10")
        begun = made.call("/stream/100", stream=True).iter_content(6)
        assert next(begun) == b"piece\n"
        made.scale(0)
        assert_page(slow.result(), "502 Bad Gateway", 122)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            list(begun)


def test_instances_come_and_go_under_load_without_a_failed_request(
    farm: Callable[..., Farm],
) -> None:
    made = farm(DesiredCapacity=2)
    made.wait_for("healthy", "healthy")
    seen, over = Counter[Any](), threading.Event()

    def load() -> None:
        while not over.is_set():
            seen[made.call("/sleep/0.05").status_code] += 1

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        id = next(iter(made.health()))
        made.client("autoscaling").terminate_instance_in_auto_scaling_group(
            InstanceId=id, ShouldDecrementDesiredCapacity=False
        )
        until(lambda id=id: id not in made.health() and made.states() == ["healthy", "healthy"])
    over.set()
    for thread in threads:
        thread.join()
    assert set(seen) == {200} and seen[200] > 20
