"""A turn on its way, whose answer comes in events; the thread that draws takes in what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lab.chat.sse import Events, TooLong
from lab.chat.state import FIRST, Turn
from lab.prompt.exchange import News, Sending
from lab.prompt.state import WAITING, Reply

END = b"\n\n"  # completes an event where a server forgets the empty line after the last one


@dataclass(frozen=True)
class Heard:
    """The head of a stream or one of its events, and when it came."""

    data: str | Reply
    at: float


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

    def _apply(self, news: News | Heard) -> None:
        if isinstance(news, Heard) and isinstance(self.exchange, Turn):
            begins = isinstance(news.data, Reply)
            take: Any = self.exchange.opened if begins else self.exchange.heard
            self.exchange = take(news.data, news.at)
        elif isinstance(news, TooLong):
            fix = "Ask another endpoint: this one does not speak as OpenAI does."
            self.exchange = self.exchange.failed(str(news), fix, self._clock() - self._began)
        elif isinstance(news, str) and isinstance(self.exchange, Turn) and news == WAITING:
            super()._apply(FIRST if self.exchange.request.streams else news)
        elif not isinstance(news, Heard):
            super()._apply(news)
