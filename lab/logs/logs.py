"""`logs`: what the gateway and its function have written about requests."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lab.draw.clock import now
from lab.draw.interactive import Still
from lab.draw.view import INTERVAL, Display
from lab.errors import LabError
from lab.logs.events import ACCESS, EXECUTION, FUNCTION, LEVELS, OTHER
from lab.logs.reading import LogReading, Reader
from lab.logs.state import Logs, Source, seconds_of
from lab.logs.view import LogView
from lab.session import session

GROUPS = {"access": ACCESS, "execution": EXECUTION, "function": FUNCTION}
SINCE, SINCE_OF_ONE = "5m", "1d"  # how far back; a request that is asked for may be older
EVERY = 1.0  # seconds between two looks while it follows


def logs(
    request_id: str | None = None,
    *,
    since: str | float | None = None,
    grep: str | None = None,
    group: str | Iterable[str] | None = None,
    level: str | None = None,
    follow: float = 0,
) -> LogView:
    """Show the newest log lines, or all that belong to one request, in its order.

    Prompts, answers, keys and other secrets are covered, whoever logged them.

    >>> logs()                                            # all groups, the last five minutes
    >>> logs(answer.headers["x-amzn-RequestId"])          # one request, from gateway to REPORT
    >>> slow = [r for r in logs(group="function").reports if r.duration > 1000]

    Args:
        since: how far back: "90s", "5m", "2h", "1d"; default five minutes, for one request a day.
        grep: show only lines with this text, in upper or lower case.
        group: "access", "execution", "function", a log group's name, or several of them.
        level: "warning" shows warnings and errors, "error" errors.
        follow: seconds to go on reading what is new; an interrupt ends it earlier.

    Raises:
        LabError: an argument makes no sense.
    """
    made = _made(request_id, since, grep, level, follow, group)
    zone = datetime.now().astimezone().tzinfo
    reader = Reader(client())
    view = LogView(
        made,
        start=lambda shown: LogReading(shown, reader),
        now=now,
        **({"zone": zone} if zone else {}),
    )
    if follow:
        _follow(view, follow)
    else:
        view.read()
    return view


def _made(
    request_id: str | None,
    since: str | float | None,
    grep: str | None,
    level: str | None,
    follow: float,
    group: str | Iterable[str] | None,
) -> Logs:
    """What is to be read, with its filters; nothing is read yet."""
    if request_id is not None and not re.fullmatch(r"[0-9A-Za-z=-]{4,80}", request_id):
        raise LabError(
            f"{request_id!r} is no id of a request.",
            "It is in the answer: answer.headers['x-amzn-RequestId'].",
        )
    if level not in (None, "", *LEVELS):
        raise LabError(f"level is {level!r}.", f"One of {', '.join(LEVELS)}.")
    if not isinstance(follow, (int, float)) or not 0 <= follow <= 3600:
        raise LabError(
            f"follow is {follow!r}, no seconds up to an hour.", "follow=30, for example."
        )
    back = since if since is not None else SINCE_OF_ONE if request_id else SINCE
    try:
        seconds_of(back)
    except ValueError as error:
        raise LabError(f"{error}.", "since='5m', for example.") from None
    sources, where = sources_of(group)
    text = f"{back:g}s" if isinstance(back, (int, float)) else back
    return Logs(sources, text, request_id or "", grep or "", level or "", where)


def _follow(view: LogView, seconds: float) -> None:
    """Read again and again in the cell, until the time is over or the kernel is interrupted."""
    end = time.monotonic() + seconds
    with Display(Still(view)) as display:
        try:
            while time.monotonic() < end:
                view.begin()
                view.read(display.draw)
                display.draw()
                _wait(display, min(end, time.monotonic() + EVERY))
        except KeyboardInterrupt:
            view.stop()
    view.shown()


def _wait(display: Display, until: float) -> None:
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, INTERVAL))
        display.draw()


def sources_of(group: str | Iterable[str] | None) -> tuple[list[Source], str]:
    """The groups to read, and where they are."""
    outputs = session.outputs()
    target = session.current().target
    known = known_groups(outputs)
    asked = [group] if isinstance(group, str) else list(group or GROUPS)
    sources = [
        Source(GROUPS[name], known[GROUPS[name]]) if name in GROUPS else Source(OTHER, str(name))
        for name in asked
    ]
    return sources, f"{target.name} {target.region}"


def known_groups(outputs: Any) -> dict[str, str]:
    """The gateway's log groups by what they hold, from the stack's outputs; "" where none is."""
    stage = urlsplit(str(outputs.get("invoke_url") or "")).path.rpartition("/")[2]
    api = outputs.get("rest_api_id")
    made = f"API-Gateway-Execution-Logs_{api}/{stage}" if api and stage else ""
    return {
        ACCESS: str(outputs.get("access_log_group") or ""),
        EXECUTION: str(outputs.get("execution_log_group") or made),
        FUNCTION: str(outputs.get("log_group") or ""),
    }


def client() -> Any:
    """boto3's client of CloudWatch Logs, which gives up soon."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "logs", config=Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 2})
    )
