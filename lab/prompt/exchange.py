"""One exchange in a worker thread; the thread that draws takes in what the worker tells."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from lab.chat.sse import Events, TooLong
from lab.chat.state import FIRST, Turn
from lab.prompt.meaning import no_answer
from lab.prompt.request import Request
from lab.prompt.state import WAITING, Exchange, Reply
from lab.prompt.transport import NoAnswer, Transport


class Sender(Protocol):
    """What carries a request: lab.prompt.transport.Transport, or a stand-in of a test."""

    def send(self, request: Request, phase: Callable[[str], None]) -> Reply:
        """Send, wait, answer; raises NoAnswer."""

    def abort(self) -> None:
        """Give up, from another thread."""


@dataclass(frozen=True)
class Heard:
    """The head of a stream or one of its events, and when it came."""

    data: str | Reply
    at: float


END = b"\n\n"  # completes an event where a server forgets the empty line after the last one
News = str | Reply | Heard | Exception


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
        self._news: queue.Queue[News] = queue.Queue()
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

    def _get(self, wait: float) -> News | None:
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


class Streaming(Sending):
    """A turn on its way, whose answer comes in events.

    What comes is stamped by the worker: it is drawn later than it came.
    """

    def _send(self) -> Reply:
        events = Events()

        def heard(news: Reply | bytes) -> None:
            found = [news] if isinstance(news, Reply) else events.feed(news)
            for data in found:
                self._news.put(Heard(data, self._clock() - self._began))

        reply: Reply = self._sender.send(self.exchange.request, self._news.put, heard)
        heard(END)
        return reply

    def _apply(self, news: News) -> None:
        if isinstance(news, Heard) and isinstance(self.exchange, Turn):
            begins = isinstance(news.data, Reply)
            take: Any = self.exchange.opened if begins else self.exchange.heard
            self.exchange = take(news.data, news.at)
        elif isinstance(news, TooLong):
            fix = "Ask another endpoint: this one does not speak as OpenAI does."
            self.exchange = self.exchange.failed(str(news), fix, self._clock() - self._began)
        elif isinstance(news, str) and isinstance(self.exchange, Turn) and news == WAITING:
            super()._apply(FIRST if self.exchange.request.streams else news)
        else:
            super()._apply(news)
