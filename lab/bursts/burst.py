"""`burst`: many calls at the gateway that is deployed, and what its limits make of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import requests

from lab.bursts.bucket import Backoff, Lane, Limit
from lab.bursts.calling import Calling, Sender
from lab.bursts.limits import GIVE, Aim, Limits, deployed_limits
from lab.bursts.state import Burst
from lab.bursts.view import BurstView
from lab.draw.clock import now
from lab.draw.view import INTERVAL, Display
from lab.errors import LabError, Stopped
from lab.prompt import keys
from lab.prompt.ask import model_url
from lab.prompt.keys import team_keys
from lab.prompt.meaning import where
from lab.session import session

CAP = 2000  # requests of one burst, retries included
LANES = 8
ALONE = "calls"  # the lane of a caller without a name


def burst(
    send: requests.Request | str | bool | None = None,
    *,
    n: int | Mapping[str, int] = 20,
    rate: float | Mapping[str, float] | None = None,
    lanes: Mapping[str, Mapping[str, str]] | Iterable[str] | None = None,
    limit_rate: float | Mapping[str, float] | None = None,
    limit_burst: float | Mapping[str, float] | None = None,
    backoff: bool | Backoff = False,
    cap: int = CAP,
) -> BurstView:
    """Send `n` calls and show what came back, with what a token bucket foretells below.

    >>> calls = burst(n=30, rate=20)                     # GET /model with the first team's key
    >>> burst(n={"blue": 40, "green": 8}, rate={"blue": 20, "green": 4})  # two teams, two lanes
    >>> calls.counts["limited"], calls.rows[0].status
    (12, 200)

    Args:
        send: what is sent: None is GET /model, which takes no model's time; a URL; a
            `requests.Request`. False sends nothing and shows the prediction.
        n: calls of each lane, or calls by the lane's name.
        rate: calls a second of each lane; None makes them all at once.
        lanes: names of teams, or each lane's name with the headers that it sends.
        limit_rate: tokens a second that the bucket gets; default: what is deployed.
        limit_burst: tokens that fit into the bucket; default: what is deployed.
        backoff: whether a call that is refused waits as Retry-After says and tries again.
        cap: requests after which it stops, retries included.

    Raises:
        NotReady: nothing is deployed that could be called.
        LabError: an argument makes no sense; nothing was sent.
        Stopped: the kernel was interrupted; what was measured until then is shown.
    """
    names = _names(n, rate, lanes)
    _check(n, rate, names, cap)
    if send is False and limit_rate is not None and limit_burst is not None:
        aim = Aim(requests.Request("GET", "/model"), {name: {} for name in names or [ALONE]})
    else:
        aim = _aim(send, names, lanes)
    limits, remark = _limits(aim, names, limit_rate, limit_burst)
    url = str(aim.request.url)
    made = Burst(
        " ".join([str(aim.request.method or "GET"), url]),
        tuple(
            Lane(name, int(_of(n, name, 0)), _of(rate, name, None), limits.own.get(name))
            for name in aim.headers
        ),
        shared=limits.shared,
        backoff=Backoff() if backoff is True else backoff or None,
        cap=cap,
        where=where(url) if "//" in url else "",
        remark=remark,
    )
    view = BurstView(made)
    if send is not False:
        fire(view, aim)
        view.shown()
    return view


def fire(view: BurstView, aim: Aim) -> None:
    """Make the calls and draw them as they come.

    Raises:
        Stopped: the kernel was interrupted.
    """
    made = view.burst
    made.begin(now())
    with Display(view) as display:
        calling = Calling(made, Sender(aim.request, aim.headers), url=str(aim.request.url))
        try:
            while calling.step(wait=INTERVAL):
                display.draw()
        except KeyboardInterrupt:
            calling.stop()
            raise Stopped(
                f"Stopped after {len(made.rows):,} of {made.planned:,} calls; they are shown."
            ) from None


def _aim(
    send: requests.Request | str | bool | None,
    names: list[str],
    lanes: Mapping[str, Mapping[str, str]] | Iterable[str] | None,
) -> Aim:
    """The request, and who sends it."""
    if isinstance(send, requests.Request):
        request = send
    else:
        request = requests.Request("GET", send if isinstance(send, str) else model_url())
    if isinstance(lanes, Mapping):
        return Aim(request, {name: dict(headers) for name, headers in lanes.items()})
    # A request that was given has the headers that it is to have; keys stay with the stack.
    wanted = bool(names) or not isinstance(send, requests.Request)
    url = str(request.url)
    known = team_keys() if wanted and session.serves(url) else {}
    if not names:
        first = next(iter(known), None)
        return Aim(request, {first: bearer(known[first])} if first else {ALONE: {}})
    if missing := [name for name in names if name not in known]:
        has = f"It has {', '.join(known)}." if known else "It has none: chapter 08 makes them."
        raise LabError(
            f"The gateway at {url} has no team {missing[0]!r}. {has}",
            'Give the headers yourself: burst(lanes={"blue": {"Authorization": "…"}}).',
        )
    return Aim(request, {name: bearer(known[name]) for name in names})


def bearer(key: str) -> dict[str, str]:
    """The header that carries a key."""
    return {name: secret.sent for name, secret in keys.bearer(key).items()}


def _limits(
    aim: Aim,
    names: list[str],
    rate: float | Mapping[str, float] | None,
    size: float | Mapping[str, float] | None,
) -> tuple[Limits, str]:
    """The limits to foretell with, and what there is to say of them."""
    if rate is None and size is None:
        return deployed_limits(aim)
    if rate is None or size is None:
        raise LabError("A bucket has two numbers: limit_rate and limit_burst.", GIVE)
    own = {
        name: Limit(float(_of(rate, name, 0.0)), float(_of(size, name, 0.0)))
        for name in aim.headers
    }
    if any(limit.rate < 0 or limit.burst < 0 for limit in own.values()):
        raise LabError("A limit below 0 is no limit.", GIVE)
    return Limits(own), "The limits are those that you gave."


def _names(n: Any, rate: Any, lanes: Any) -> list[str]:
    """The lanes' names, as lanes, n or rate give them; none: one lane of its own."""
    if isinstance(lanes, str):
        return [lanes]
    if lanes is not None:
        return [str(name) for name in lanes]
    given = next((one for one in (n, rate) if isinstance(one, Mapping)), ())
    return [str(name) for name in given]


def _check(n: Any, rate: Any, names: list[str], cap: int) -> None:
    """Refuse what makes no sense, before anything is sent."""
    for name in names or [ALONE]:
        calls, pace = _of(n, name, None), _of(rate, name, None)
        if not isinstance(calls, int) or isinstance(calls, bool) or calls < 0:
            raise LabError(
                f"n is {calls!r} for {name!r}, no number of calls.", "n=20, for example."
            )
        if pace is not None and not (isinstance(pace, int | float) and pace > 0):
            raise LabError(
                f"rate is {pace!r}, no calls a second.", "rate=10, or None: all at once."
            )
    if len(names) > LANES or len(set(names)) < len(names):
        raise LabError(f"{len(names)} lanes.", f"At most {LANES}, each with a name of its own.")
    if not isinstance(cap, int) or cap < 1:
        raise LabError(f"cap is {cap!r}, no number of requests.", f"cap={CAP}, for example.")


def _of(given: Any, lane: str, missing: Any) -> Any:
    """What is given for a lane: the same for all, or by name."""
    if isinstance(given, Mapping):
        return given.get(lane, missing)
    return given
