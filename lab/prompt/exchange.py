"""One exchange in a worker thread; the thread that draws takes in what the worker tells."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from lab.prompt.meaning import no_answer
from lab.prompt.request import Request
from lab.prompt.state import Exchange, Reply
from lab.prompt.transport import NoAnswer, Transport


class Sender(Protocol):
    """What carries a request: lab.prompt.transport.Transport, or a stand-in of a test."""

    def send(self, request: Request, phase: Callable[[str], None]) -> Reply:
        """Send, wait, answer; raises NoAnswer."""

    def abort(self) -> None:
        """Give up, from another thread."""


News = str | Reply | Exception  # what a worker tells: the phase, the answer, what went wrong


class Sending:
    """An exchange on its way.

    >>> sending = Sending(exchange.begin(now))
    >>> while not sending.take(wait=0.25).over:
    ...     draw(sending.exchange)

    The worker is a daemon: an answer that nobody waits for any more keeps no process alive.
    """

    def __init__(
        self,
        exchange: Exchange,
        sender: Sender | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.exchange = exchange
        self._sender: Any = sender or Transport()
        self._clock, self._began = clock, clock()
        self._news: queue.Queue[Any] = queue.Queue()  # a kind of sending may have news of its own
        threading.Thread(target=self._work, name="prompt", daemon=True).start()

    def take(self, wait: float = 0.0) -> Exchange:
        """Take in all news, after waiting at most `wait` seconds for some.

        Raises:
            Exception: whatever the sender raised that is no NoAnswer; the exchange has failed.
        """
        news = self._get(wait)
        while news is not None and not self.exchange.over:
            self._apply(news)
            news = self._get(0)
        self.exchange = self.exchange.reached(self.exchange.phase, self._clock() - self._began)
        return self.exchange

    def stop(self) -> Exchange:
        """Give up waiting. The function is not told: the gateway has no way to."""
        self.exchange = self.exchange.stopped(self._clock() - self._began)
        self._sender.abort()
        return self.exchange

    def _work(self) -> None:
        try:
            self._news.put(self._send())
        except Exception as error:  # noqa: BLE001 - raised again by `take`
            self._news.put(error)

    def _send(self) -> Reply:
        reply: Reply = self._sender.send(self.exchange.request, self._news.put)
        return reply

    def _get(self, wait: float) -> Any:
        try:
            return self._news.get(timeout=wait) if wait else self._news.get_nowait()
        except queue.Empty:
            return None

    def _apply(self, news: News) -> None:
        elapsed = self._clock() - self._began
        if isinstance(news, str):
            self.exchange = self.exchange.reached(news, elapsed)
        elif isinstance(news, Reply):
            self.exchange = self.exchange.answered(news)
        elif isinstance(news, NoAnswer):
            url = self.exchange.request.url
            what, fix = no_answer(news.kind, url, news.detail, news.waited)
            self.exchange = self.exchange.failed(what, fix, elapsed)
        elif isinstance(news, Exception):
            self.exchange = self.exchange.failed(f"The kit failed: {news}", "", elapsed)
            raise news
