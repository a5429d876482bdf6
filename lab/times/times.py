"""`times`: what the logs say of the time that one answer took."""

from __future__ import annotations

import time

from lab.draw.view import INTERVAL
from lab.logs.events import ACCESS, FUNCTION
from lab.logs.logs import client, sources_of
from lab.logs.reading import LogReading, Reader
from lab.logs.state import Logs
from lab.prompt.answer import Answered
from lab.times.state import Measured, number
from lab.times.view import TimesView

SINCE = "1d"


def times(answer: Answered, *, wait: float = 5.0) -> TimesView:
    """Show where the time of an answer went: gateway, function, model.

    >>> times(ask("What is gravity?", max_tokens=16))

    What no log tells is not known: before chapter 14, there is no access log.

    Args:
        wait: seconds for lines that come late; on AWS up to 30 are needed.
    """
    reads = client()

    def look() -> Measured:
        # All anew: which lines are Lambda's, only the first lines of a request tell.
        found, where = sources_of(["access", "function"])
        made = Logs(found, SINCE, answer.request_id, where=where)
        reading = LogReading(made, Reader(reads))
        while reading.take(wait=INTERVAL):
            pass
        return measured(answer.seconds, made)

    view = TimesView(answer.exchange, look)
    until = time.monotonic() + wait
    while answer.request_id:
        view.look()
        whole = view.measured
        if (whole.duration is not None and whole.latency is not None) or time.monotonic() > until:
            break
        time.sleep(INTERVAL)
    return view


def measured(seconds: float, logs: Logs) -> Measured:
    """What these lines of one request say."""
    access = [line.data for line in logs.lines if line.source == ACCESS and line.data]
    own = [line.data for line in logs.lines if line.source == FUNCTION and line.data]
    own = [data for data in own if number(data, "milliseconds") is not None]
    report = next(iter(logs.reports(1)), None)
    return Measured(
        seconds * 1000,
        number(access[-1], "latency") if access else None,
        number(access[-1], "integrationLatency") if access else None,
        report.init if report else None,
        report.duration if report else None,
        number(own[-1], "milliseconds") if own else None,
        number(own[-1], "first_token_milliseconds") if own else None,
    )
