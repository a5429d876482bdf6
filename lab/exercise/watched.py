"""What graders share that ask what was kept of a call: its lines in a log, and the state of an alarm."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from lab.exercise.state import NotYet

# Seconds. In the sandbox a line is there before its answer is, and an alarm acts in a second; on
# AWS a line takes some seconds, and an alarm minutes.
LATE = 20.0
PATIENCE = 300.0

T = TypeVar("T")


def lines(
    outputs: Mapping[str, Any], output: str, request_id: str, *, wait: bool = True
) -> list[str]:
    """The lines of one request in one of the stack's log groups.

    Args:
        output: of the stack, that names the group, such as `access_log_group`.
        wait: whether they may take some seconds to be there.

    Raises:
        NotYet: there is no such group.
    """
    group = outputs.get(output)
    if not isinstance(group, str) or not group:
        raise NotYet("Nothing is deployed that writes this log.", "Run up(), then check again.")
    client = _client("logs")
    pattern = f'"{request_id}"'

    def look() -> list[str]:
        found = client.filter_log_events(logGroupName=group, filterPattern=pattern)
        return [event["message"] for event in found["events"]]

    return _until(look, LATE if wait else 0.0)


def alarm(metric: str, *, ringing: bool = False) -> str:
    """The state of the alarms on a metric of API Gateway's: ALARM if one is in it, "" if there is none.

    Args:
        ringing: whether to wait until one is in ALARM, as long as that may take.
    """
    client = _client("cloudwatch")

    def states() -> list[str]:
        pages = client.get_paginator("describe_alarms").paginate()
        every = [one for page in pages for one in page["MetricAlarms"]]
        mine = [one for one in every if one.get("MetricName") == metric]
        return sorted(one["StateValue"] for one in mine)

    if ringing:
        _until(lambda: "ALARM" in states(), PATIENCE)
    return next(iter(states()), "")


def _until(look: Callable[[], T], seconds: float) -> T:
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.5)
    return found


def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        service, config=Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 2})
    )
