"""Makes the calls of a burst: workers send, the cell's own thread plans, waits and takes in."""

from __future__ import annotations

import heapq
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping

import requests

from lab.bursts.bucket import LIMITED
from lab.bursts.state import Burst, Call
from lab.prompt.meaning import no_answer
from lab.prompt.request import SHORTEST
from lab.prompt.state import Reply
from lab.prompt.transport import ANSWER_LIMIT, CONNECT_LIMIT, NoAnswer, no_answer_of, session_for

THREADS = 32  # requests on their way at once

Send = Callable[[str], Reply]  # a lane's name -> what came back; raises NoAnswer
Attempt = tuple[float, int, str, int]  # due, number, lane, attempt


class Sender:
    """Sends one request again and again, with each lane's headers.

    Args:
        request: method, URL, headers and body.
        headers: of each lane, on top of the request's own; they hold secrets and are never shown.
    """

    def __init__(self, request: requests.Request, headers: Mapping[str, Mapping[str, str]]) -> None:
        self._local = threading.local()
        self._url = str(request.url)
        self._prepared = {}
        sent = [value for extra in headers.values() for value in extra.values()]
        # A bearer token is known without its first word too.
        words = {part for value in sent for part in (value, value.rpartition(" ")[2])}
        self._secrets = sorted((w for w in words if len(w) >= SHORTEST), key=len, reverse=True)
        for lane, extra in headers.items():
            own = {**(request.headers or {}), **extra}
            one = requests.Request(
                request.method or "GET",
                self._url,
                headers=own,
                data=request.data,
                json=request.json,
                params=request.params,
            )
            self._prepared[lane] = one.prepare()

    def __call__(self, lane: str) -> Reply:
        """Send it and wait for the whole answer.

        Raises:
            NoAnswer: nothing answered.
        """
        began = time.monotonic()
        limits = (CONNECT_LIMIT, ANSWER_LIMIT)
        try:
            answer = self._session().send(
                self._prepared[lane], timeout=limits, allow_redirects=False
            )
        except (requests.RequestException, OSError) as error:
            raise no_answer_of(error, time.monotonic() - began) from error
        took = time.monotonic() - began
        body = self._covered(answer.text)
        return Reply(answer.status_code, dict(answer.headers), body, took)

    def _covered(self, text: str) -> str:
        """The text without secrets: for some mistakes, API Gateway says the header back."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text

    def _session(self) -> requests.Session:
        """Each worker has its own, and with it a connection that stays."""
        if not hasattr(self._local, "session"):
            self._local.session = session_for(self._url)
        return self._local.session


class Calling:
    """A burst on its way.

    >>> calling = Calling(burst, Sender(request, headers))
    >>> while calling.step(wait=0.25):
    ...     draw(burst)
    """

    def __init__(
        self,
        burst: Burst,
        send: Send,
        *,
        url: str = "",
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.burst = burst
        self._send, self._url, self._clock, self._chance = send, url, clock, chance
        self._due: list[Attempt] = [
            (lane.due(number), number, lane.name, 1)
            for lane in burst.lanes
            for number in range(1, min(lane.n, burst.cap + 1) + 1)
        ]
        heapq.heapify(self._due)
        self._sent = 0
        self._work: queue.SimpleQueue[Attempt | None] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[tuple[Call | Exception, Exception | None]] = (
            queue.SimpleQueue()
        )
        self._stopped = threading.Event()
        self._threads = min(THREADS, burst.planned)
        self._began = clock()
        for _ in range(self._threads):
            threading.Thread(target=self._worker, name="burst", daemon=True).start()

    def step(self, wait: float = 0.0) -> bool:
        """Send what is due, take in what came back after waiting at most so long; False: over.

        Raises:
            Exception: a worker failed in a way that is no missing answer; the burst has failed.
        """
        now = self._clock() - self._began
        while self._due and self._due[0][0] <= now and self._sent < self.burst.cap:
            self._work.put(heapq.heappop(self._due))
            self._sent += 1
        waiting = self._sent - len(self.burst.rows)
        if self._due and self._sent < self.burst.cap:
            wait = max(0.0, min(wait, self._due[0][0] - now))
        elif not waiting:
            self._finish()
            return False
        self._take(wait)
        return not self.burst.over

    def stop(self, why: str = "", fix: str = "") -> None:
        """Send no more; answers that are still on their way are not waited for."""
        self._release()
        self.burst.end("stopped", why, fix)

    def _take(self, wait: float) -> None:
        try:
            news = self._news.get(timeout=wait) if wait > 0 else self._news.get_nowait()
            while True:
                self._apply(*news)
                news = self._news.get_nowait()
        except queue.Empty:
            return

    def _apply(self, call: Call | Exception, error: Exception | None) -> None:
        if not isinstance(call, Call):
            self._release()
            self.burst.end("failed", f"The kit failed: {call}")
            raise call
        self.burst.add(call)
        if isinstance(error, NoAnswer) and self.burst.unanswered:
            what, fix = no_answer(error.kind, self._url, error.detail, error.waited)
            self._release()
            self.burst.end("failed", what, fix)
        if self.burst.backoff and call.verdict == LIMITED and call.may_retry:
            wait = self.burst.backoff.wait(call.attempt, call.retry_after, self._chance())
            if wait is not None:
                again = call.at + call.seconds + wait
                heapq.heappush(self._due, (again, call.number, call.lane, call.attempt + 1))

    def _finish(self) -> None:
        self._release()
        if self._due:
            self.burst.end(
                "stopped",
                f"Stopped at the cap of {self.burst.cap:,} requests.",
                f"burst(…, cap={self.burst.cap * 2}) allows more.",
            )
        self.burst.end("done")

    def _release(self) -> None:
        """Let the workers go."""
        self._stopped.set()
        for _ in range(self._threads):
            self._work.put(None)

    def _worker(self) -> None:
        while (attempt := self._work.get()) is not None and not self._stopped.is_set():
            try:
                self._news.put(self._call(attempt))
            except Exception as error:  # noqa: BLE001 - raised again in the cell's own thread
                self._news.put((error, None))

    def _call(self, attempt: Attempt) -> tuple[Call, Exception | None]:
        _, number, lane, tried = attempt
        at = self._clock() - self._began
        try:
            reply = self._send(lane)
        except NoAnswer as error:
            call = Call(lane, number, tried, at, error.waited, 0, reason=error.kind)
            return call, error
        refused = reply.status >= 400
        return (
            Call(
                lane,
                number,
                tried,
                at,
                reply.seconds,
                reply.status,
                seconds_of(reply.header("Retry-After")),
                reply.request_id,
                reply.said[:200] if refused else "",
                reply.header("x-should-retry").lower() != "false",
            ),
            None,
        )


def seconds_of(header: str) -> float | None:
    """A Retry-After that is a number of seconds; None for a date or nothing."""
    try:
        found = float(header)
    except ValueError:
        return None
    return found if 0 <= found < 1e6 else None
