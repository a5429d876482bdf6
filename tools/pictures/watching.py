"""Pictures of what is known afterwards: one request by its id, and a number over time with its alarm."""

from __future__ import annotations

from tools.pictures.facts import argument, entry
from tools.pictures.sketch import Sketch


def one_id() -> str:
    """One request passes, and whoever it meets writes down its id."""
    drawing = Sketch(
        "One request, one id, and who writes it down",
        "The caller gets the request's id in a header of the answer. API Gateway writes one line of the access "
        "log for each request, and a line of the execution log for each of its steps. The function writes its "
        "own log. All have the id. A trace tells of some requests where the time went.",
        262,
    )
    drawing.card(16, 20, 124, 44, ["caller"])
    drawing.route([(140, 42), (207, 42)])
    drawing.card(208, 20, 244, 44, ["API Gateway"])
    drawing.route([(452, 42), (499, 42)])
    drawing.card(500, 20, 124, 44, ["function"])
    for left, width, name, tells in (
        (16.0, 124.0, "header", "of the answer"),
        (208.0, 104.0, "access log", "one line"),
        (320.0, 132.0, "execution log", "a line a step"),
        (500.0, 124.0, "its own log", "tokens, time"),
    ):
        middle = left + width / 2
        drawing.route([(middle, 64), (middle, 117)], dashed=True)
        drawing.card(left, 118, width, 48, [name, tells], kind="new")
        drawing.line([(middle, 166), (middle, 192)], kind="new")
    drawing.line([(78, 192), (562, 192)], kind="new")
    drawing.text(320, 210, "the same request id", bold=True)
    drawing.text(320, 240, "and of some requests a trace: where the time went", size=12)
    return drawing.svg()


# Of each period, the p95 of how long answers took, in seconds: an example.
EXAMPLE = (6, 8, 7, 11, 24, 27, 14, 8, 7)


def alarm() -> str:
    """A metric over time, its threshold, and the alarm's state."""
    threshold = entry("metrics.py", "extended_statistic", "threshold") / 1000
    statistic = entry("metrics.py", "extended_statistic", "extended_statistic")
    minutes = argument("metrics.py", "period", "alarm") // 60
    left, wide, base, tall = 74.0, 58.0, 186.0, 4.6
    drawing = Sketch(
        "A metric over time, and the state of its alarm",
        f"A bar for each {minutes} minutes: the {statistic} of how long answers took. While it is above "
        f"{threshold:g} seconds, the alarm is in the state ALARM, and tells whom it is to tell; then it is OK "
        "again.",
        262,
    )
    drawing.text(left, 26, f"{statistic} of the latency, in seconds", size=12, at="start")
    line = base - tall * threshold
    for at, seconds in enumerate(EXAMPLE):
        x = left + wide * at
        above = seconds > threshold
        drawing.bar(
            x + 8, base - tall * seconds, wide - 16, tall * seconds, "bad" if above else "new"
        )
        drawing.text(x + wide / 2, base + 18, str(seconds), size=12)
        drawing.bar(x, base + 30, wide, 24, "bad" if above else "good")
        drawing.text(x + wide / 2, base + 46.5, "ALARM" if above else "OK", size=12)
    end = left + wide * len(EXAMPLE)
    drawing.line([(left, base), (end, base)])
    drawing.line([(left, line), (end, line)], kind="bad", dashed=True)
    drawing.text(left - 8, line + 4, f"{threshold:g} s", size=12, at="end")
    drawing.text(left - 8, base + 46.5, "state", size=12, at="end")
    drawing.text(end, base + 71, f"a bar: {minutes} minutes", size=12, at="end")
    return drawing.svg()
