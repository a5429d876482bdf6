"""Lines that AWS's services themselves write into CloudWatch Logs."""

from __future__ import annotations

import time

from sandbox.server.base import emulator
from sandbox.server.watching import log_metrics

logs = emulator.cloudwatch_logs


def exists(group: str) -> bool:
    """Whether the current account and region have this log group."""
    return group in logs._log_groups


def write(group: str, stream: str, lines: list[str], *, create: bool = False) -> None:
    """Append lines to a stream, which is made when it is missing; the group only with `create`."""
    if not exists(group):
        if not create:
            return
        logs._create_log_group({"logGroupName": group})
    streams = logs._log_groups[group]["streams"]
    if stream not in streams:
        logs._create_log_stream({"logGroupName": group, "logStreamName": stream})
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line, "ingestionTime": now} for line in lines]
    logs._append_log_events(streams[stream], events)
    logs._fanout_to_subscription_filters(group, stream, events)
    logs._fanout_to_live_tail_sessions(group, stream, events)
    log_metrics.observe(group, lines)
