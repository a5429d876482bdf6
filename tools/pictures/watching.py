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
        "own log. All have the id.",
        226,
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
    return drawing.svg()


# Milliseconds of one slow request, from the outermost clock to the innermost: an example.
CLOCKS = (
    ("latency", "access log", 0, 6140),
    ("integrationLatency", "access log", 20, 6100),
    ("Init Duration", "REPORT: the start", 45, 5150),
    ("Duration", "REPORT: the work", 5195, 900),
)


def clocks() -> str:
    """One request on four clocks, each inside the one before."""
    drawing = Sketch(
        "One request, and the clocks that it ran on",
        "Each clock runs inside the one before. The latency is all of it. The integration's latency begins "
        "when API Gateway has decided, and holds the function's start, where there is one, and its work. What is "
        "left of the outer clock was spent between the two.",
        232,
    )
    left, wide, high, gap = 186.0, 400.0, 30.0, 14.0
    scale = wide / CLOCKS[0][3]
    for at, (name, where, start, took) in enumerate(CLOCKS):
        y = 26 + at * (high + gap)
        drawing.text(left - 12, y + 12, name, size=12, at="end", bold=True)
        drawing.text(left - 12, y + 27, where, size=12, at="end")
        kind = ("", "", "bad", "good")[at] or "new"
        drawing.bar(left + start * scale, y, max(took * scale, 4), high, kind)
        if took * scale > 60:
            middle = left + (start + took / 2) * scale
            drawing.text(middle, y + 19.5, f"{took:,} ms", size=12)
        else:
            drawing.text(left + start * scale - 8, y + 19.5, f"{took:,} ms", size=12, at="end")
    drawing.axis(left, left + wide + 24, 26 + 4 * (high + gap))
    drawing.text(left + wide + 24, 26 + 4 * (high + gap) + 18, "time", size=12, at="end")
    return drawing.svg()


# Seconds of twenty answers, the quickest first: an example.
ANSWERS = (
    0.4,
    0.5,
    0.5,
    0.6,
    0.6,
    0.7,
    0.7,
    0.8,
    0.8,
    0.9,
    0.9,
    1.0,
    1.1,
    1.2,
    1.3,
    1.5,
    1.8,
    2.4,
    9.0,
    28.0,
)


def percentile() -> str:
    """Answers in a line by how long they took: where the mean is, and where p50 and p95 are."""
    mean = sum(ANSWERS) / len(ANSWERS)
    p50, p95 = ANSWERS[9], ANSWERS[18]
    drawing = Sketch(
        "Twenty answers, the quickest first: the mean, p50 and p95",
        f"A bar for each of twenty answers, the quickest first. The mean is {mean:.1f} seconds, which none of them took. "
        f"Half of them took at most {p50:g} seconds: p50. Nineteen took at most {p95:g} seconds: p95. One took "
        f"{ANSWERS[-1]:g} seconds, and neither says so.",
        250,
    )
    left, wide, base, tall = 74.0, 27.0, 200.0, 5.6
    drawing.text(left, 24, "seconds of each answer", size=12, at="start")
    for at, seconds in enumerate(ANSWERS):
        kind = "bad" if at > 17 else "good"
        drawing.bar(left + wide * at + 4, base - tall * seconds, wide - 8, tall * seconds, kind)
    end = left + wide * len(ANSWERS)
    drawing.line([(left, base), (end, base)])
    drawing.line([(left, base - tall * mean), (end, base - tall * mean)], kind="new", dashed=True)
    drawing.text(left + 4, base - tall * mean - 8, f"the mean: {mean:.1f} s", size=12, at="start")
    for at, name in ((9, "p50"), (18, "p95")):
        middle = left + wide * (at + 0.5)
        drawing.route([(middle, base + 26), (middle, base + 3)])
        drawing.text(middle, base + 41, f"{name}: {ANSWERS[at]:g} s", size=12, bold=True)
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
