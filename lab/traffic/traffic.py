"""`traffic`: calls at a steady rate to the gateway that is deployed, and who answered."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import requests

from lab.draw.clock import now
from lab.draw.view import Display
from lab.errors import LabError, Stopped
from lab.prompt import keys
from lab.prompt.ask import model_url
from lab.prompt.meaning import where
from lab.prompt.transport import ANSWER_LIMIT, CONNECT_LIMIT, session_for
from lab.session import session
from lab.traffic.state import Moment, Shot, Traffic
from lab.traffic.view import TrafficView

MOST = 600  # calls
SERVED_BY = "x-served-by"
PROMPT: dict[str, Any] = {"prompt": "Say hi.", "max_tokens": 1}
Act = Callable[[], object]


def traffic(
    seconds: float = 10,
    *,
    rate: float = 2,
    url: str | None = None,
    at: dict[float, Act] | None = None,
) -> TrafficView:
    """Send a short prompt `rate` times a second, and show who answered each.

    >>> seen = traffic(10, rate=2, url=outputs()["instances_url"] + "/model")
    >>> seen.by
    {'stable/127.31.0.5:8080': 11, 'stable/127.31.16.5:8080': 9}

    Args:
        url: where prompts are sent; default: the stack's `/model`.
        at: what is done meanwhile: functions without arguments, by the second.

    Raises:
        NotReady: nothing is deployed that could be called.
        LabError: an argument makes no sense; nothing was sent.
        Stopped: the kernel was interrupted; what was seen until then is shown.
    """
    planned = round(seconds * rate)
    if not 0 < planned <= MOST:
        raise LabError(f"{planned} calls.", f"Between 1 and {MOST}: seconds=10, rate=2.")
    address = url or model_url()
    known = keys.team_keys() if session.serves(address) else {}
    key = next(iter(known.values()), "")
    head = {name: secret.sent for name, secret in keys.bearer(key).items()} if key else {}
    made = Traffic(f"POST {address}", planned, rate, where(address))
    view = TrafficView(made)
    made.begin(now())
    with Display(view) as display:
        try:
            Sending(made, address, head).run(dict(at or {}), display.draw)
        except KeyboardInterrupt:
            made.end("stopped")
            raise Stopped(f"Stopped after {len(made.rows)} of {planned} calls.") from None
        made.end("done" if any(row.status for row in made.rows) else "failed")
    view.shown()
    return view


class Sending:
    """Each call in a thread of its own at its time, each act too; answers as they come."""

    def __init__(self, made: Traffic, address: str, head: dict[str, str]) -> None:
        self._made, self._address, self._head = made, address, head
        self._began = time.monotonic()
        self._news = queue.SimpleQueue[Shot | Moment | Exception]()
        self._doing: list[threading.Thread] = []

    def since(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def run(self, acts: dict[float, Act], draw: Callable[[], object]) -> None:
        """Send all, do all, and take in what comes."""
        made = self._made
        plan: list[tuple[float, Act]] = [
            *((number / made.rate, self._call) for number in range(made.planned)),
            *((due, partial(self._act, act)) for due, act in acts.items()),
        ]
        plan.sort(key=lambda one: one[0])
        while plan or len(made.rows) < made.planned or self._busy():
            while plan and plan[0][0] <= self.since():
                thread = threading.Thread(target=plan.pop(0)[1], name="traffic", daemon=True)
                thread.start()
                self._doing.append(thread)
            wait = min(0.1, max(0.005, plan[0][0] - self.since())) if plan else 0.1
            try:
                self._take(self._news.get(timeout=wait))
            except queue.Empty:
                continue
            draw()

    def _busy(self) -> bool:
        return any(thread.is_alive() for thread in self._doing) or not self._news.empty()

    def _take(self, news: Shot | Moment | Exception) -> None:
        if isinstance(news, Exception):
            raise news
        if isinstance(news, Shot):
            self._made.add(news)
        else:
            self._made.mark(news)

    def _call(self) -> None:
        self._news.put(_shot(self._address, self._head, self.since))

    def _act(self, act: Act) -> None:
        told = str(getattr(act, "__name__", "something"))
        self._news.put(Moment(self.since(), told.replace("_", " ")))
        try:
            act()
        except Exception as error:  # noqa: BLE001  raised again where the learner sees it
            self._news.put(error)


def _shot(address: str, head: dict[str, str], since: Callable[[], float]) -> Shot:
    """One call."""
    at = since()
    try:
        with session_for(address) as link:
            answer = link.post(
                address, json=PROMPT, headers=head, timeout=(CONNECT_LIMIT, ANSWER_LIMIT)
            )
    except (requests.RequestException, OSError) as error:
        return Shot(at, since() - at, 0, why=type(error).__name__)
    by = answer.headers.get(SERVED_BY, "")
    why = "" if answer.ok else answer.text[:100].replace("\r\n", " ")
    return Shot(at, since() - at, answer.status_code, by, why)
