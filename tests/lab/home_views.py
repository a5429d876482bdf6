"""The views of chapters 23, 25 and 99 in their states, for the tests of what all views keep."""

from __future__ import annotations

from lab import course
from lab.cost.cost import cost
from lab.draw.view import View
from lab.failures.state import Failures
from lab.failures.view import FailuresView
from lab.marks.state import progress_of
from lab.marks.view import ProgressView
from lab.traffic.state import Moment, Shot, Traffic
from lab.traffic.view import TrafficView
from tests.lab.cleaning.things import cleaning_views

COURSE = [
    course.Chapter(n, slug, slug, 20) for n, slug in enumerate(("start", "role", "model", "api"))
]
NUMBERS = ("1.1", "1.2", "2.1", "3.1")
WHEN = "2026-11-29 12:00:00 UTC"
ROWS = (
    {"name": "the first answers", "saw": "200 by first", "asked": [1, 0], "right": True},
    {"name": "503", "saw": "200 by second", "asked": [1, 1], "right": True},
)


def traffic_of(state: str, text: str, problem: str = "") -> TrafficView:
    """Ten calls: two instances answer, one fails, one is limited, one says nothing of itself."""
    made = Traffic(f"POST {text}", 10, 2.0, "sandbox on this machine")
    if state == "idle":
        return TrafficView(made)
    made.begin(WHEN)
    for number in range(10):
        by = ("stable/127.31.0.5:8080", f"candidate/{text}")[number % 2]
        made.add(Shot(number / 2, 0.1, 200, by))
    made.add(Shot(5, 0.2, 502, why=text))
    made.add(Shot(5.5, 0.01, 429))
    made.mark(Moment(2.0, text))
    if state != "running":
        made.end(state, problem)
    return TrafficView(made)


def failures_of(state: str, text: str, right: bool = True, problem: str = "") -> FailuresView:
    """A table of three rows, one of them a stranger's."""
    made = Failures(state=state, when=WHEN, problem=problem)
    for row in (*ROWS, {"name": text, "saw": text, "asked": [2, 1], "right": right}):
        made.add(row)
    return FailuresView(made)


def events(text: str) -> list[dict[str, object]]:
    """A learner who has done page 00 and 01, and is in the middle of 02."""
    told: list[dict[str, object]] = [
        {"kind": "start", "page": "start"},
        {"kind": "start", "page": "role"},
        {"kind": "predict", "page": "role", "question": "1", "answer": text, "right": True},
        {"kind": "check", "page": "role", "exercise": "1.1", "verdict": "not yet"},
        {"kind": "hint", "page": "role", "exercise": "1.1"},
        {"kind": "check", "page": "role", "exercise": "1.1", "verdict": "right"},
        {"kind": "check", "page": "role", "exercise": "1.2", "verdict": "right"},
        {"kind": "start", "page": "model"},
        {"kind": "predict", "page": "model", "question": "2", "answer": text},
        {"kind": "check", "page": "model", "exercise": "2.1", "verdict": text},
        {"kind": "active", "page": "model"},
        {"kind": "start", "page": text},
        {"kind": "active", "page": "model"},
    ]
    return [{"at": f"2026-11-29T12:{4 * n:02d}:00+00:00", **one} for n, one in enumerate(told)]


def home_views(text: str) -> dict[str, View]:
    """Each of these views, by the name of its golden file."""
    return {
        **{f"traffic_{state}": traffic_of(state, text) for state in ("idle", "running", "done")},
        "traffic_failed": traffic_of("failed", text, text),
        "traffic_stopped": traffic_of("stopped", text),
        "failures_done": failures_of("done", text),
        "failures_running": failures_of("running", text),
        "failures_wrong": failures_of("done", text, right=False),
        "failures_failed": failures_of("failed", text, problem=text),
        "progress": ProgressView(progress_of(events(text), NUMBERS, COURSE)),
        "cost": cost(prompts_per_hour=500, function_seconds=2.9, instance_seconds=2.4),
        "cost_unknown": cost(instance_hour=None),
        "cost_idle": cost(prompts_per_hour=0),
        **cleaning_views(text),
    }
