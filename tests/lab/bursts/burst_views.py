"""A burst in every state, for the tests of what all views keep."""

from __future__ import annotations

from lab.bursts.bucket import Backoff, Lane, Limit
from lab.bursts.state import Burst, Call
from lab.bursts.view import BurstView
from lab.draw.view import View

WHEN = "2026-11-24 12:00:00 UTC"
LIMIT = Limit(5, 10)


def made(n=30, lanes=("blue", "green"), text="GET http://127.0.0.1:4566/v1/model", **more) -> Burst:
    """A burst of two teams that was not begun."""
    known = {"where": "sandbox on this machine", **more}
    return Burst(text, tuple(Lane(name, n, 20.0, LIMIT) for name in lanes), **known)


def rows(burst: Burst, *, reason="", every=3) -> list[Call]:
    """What came back: the first ten answered, then one of `every`, one failure at the end."""
    found = []
    for lane in burst.lanes:
        for number in range(1, lane.n + 1):
            status = 200 if number <= 10 or number % every == 0 else 429
            wait = 1.0 if status == 429 else None
            call = Call(lane.name, number, 1, lane.due(number), 0.012, status, wait, "r-1")
            found.append(call)
    if found:
        found[-1] = Call(
            found[-1].lane, found[-1].number, 1, found[-1].at, 0.5, 502, None, "", reason
        )
    return found


def begun(count: int | None = None, *, reason="", **more) -> Burst:
    """One that runs, with some of its rows."""
    burst = made(**more)
    burst.begin(WHEN)
    for row in rows(burst, reason=reason)[:count]:
        burst.add(row)
    return burst


def ended(state: str, problem="", fix="", **more) -> Burst:
    """One that is over."""
    burst = begun(**more)
    burst.end(state, problem, fix)
    return burst


def nothing_answers(problem: str) -> Burst:
    """One that failed at its first calls."""
    burst = made()
    burst.begin(WHEN)
    for number in range(1, 6):
        burst.add(Call("blue", number, 1, number / 20, 0.001, 0, reason="refused"))
    burst.end("failed", problem, "Run up().")
    return burst


def burst_views(text: str) -> dict[str, View]:
    """The view in each of its states; `text` is what a stranger may write."""
    request = f"GET http://127.0.0.1:4566/{text}"
    lane, other = f"blue {text}", "green"
    open_ended = Burst(request, (Lane("calls", 3),), where="AWS us-east-1", remark=text)
    open_ended.begin(WHEN)
    open_ended.add(Call("calls", 1, 1, 0.0, 0.01, 200))
    open_ended.end("done")
    bursts = {
        "idle": made(text=request, lanes=(lane, other)),
        "running": begun(12, text=request, lanes=(lane, other)),
        "done": ended("done", text=request, lanes=(lane, other), reason=text, remark=text),
        "failed": nothing_answers(f"Nothing answers at {text}."),
        "stopped": ended("stopped", "Stopped at the cap of 60 requests.", "cap=120", count=40),
        "backoff": ended("done", n=14, backoff=Backoff(), shared=Limit(20, 40)),
        "no_limit": open_ended,
        "many": ended("done", n=600, reason=text),
    }
    return {f"burst_{name}": BurstView(burst) for name, burst in bursts.items()}
