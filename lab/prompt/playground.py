"""The prompt playground: controls while a kernel runs, and the record of what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lab.draw import kernel, panels
from lab.draw.html import Markup, clean, tag
from lab.draw.interactive import Interactive
from lab.draw.view import INTERVAL
from lab.errors import LabError
from lab.prompt import answer as exchange_drawing
from lab.prompt.controls import Controls
from lab.prompt.meaning import where
from lab.prompt.request import Request, Secret
from lab.prompt.state import Exchange, History, Options, Running

NOTHING = "What is asked and answered will be shown here."
LONGEST = 80  # characters of a prompt that its code form repeats


class Playground(Interactive):
    """Prompts to one URL. Send, an example and `send()` all take the same way.

    Args:
        url: where prompts go.
        start: puts an exchange on its way.
        now: the date and time, as text for the record.
        headers: those that each request carries besides its own, such as a key.
    """

    no_kernel = f"{Interactive.no_kernel} What was asked is below."

    def __init__(
        self,
        url: str,
        *,
        start: Callable[[Exchange], Running],
        now: Callable[[], str],
        headers: Callable[[], Mapping[str, str | Secret]] = dict,
    ) -> None:
        self.url = url
        self._start, self._now, self._headers = start, now, headers
        self.history = History()
        self._sending: Running | None = None

    # What a playground of another kind has in their place.

    drawing: Any = exchange_drawing
    label = "Prompt playground"
    heading = "Prompts to"
    example = 'ask("What is gravity?", max_tokens=64)'
    oldest_first = False

    def make_controls(self) -> Controls:
        """The fields and buttons of this playground."""
        return Controls(self)

    def new(self, prompt: str, options: Any) -> Exchange:
        """A prompt that is not sent yet."""
        return Exchange(self.request(prompt, options))

    def options(self, **options: Any) -> Any:
        """The options of `send` as data."""
        return Options(**options)

    def request(self, prompt: str, options: Any) -> Request:
        """What would be sent."""
        request: Request = options.request(self.url, prompt, self._headers())
        return request

    def code_form(self, last: Exchange | None) -> str:
        """The call that sends the newest prompt again; an example when there is none."""
        return code_form(last)

    # The work. Nothing here knows of widgets.

    def send(self, prompt: str, **options: Any) -> Exchange:
        """Send a prompt and wait for its end; an interrupt stops the waiting.

        Raises:
            LabError: the one before is still on its way.
        """
        self.begin(prompt, self.options(**options))
        kernel.finish(self.step, self.stop, INTERVAL)
        return self._last()

    def begin(self, prompt: str, options: Any) -> None:
        """Put a prompt on its way."""
        if self.running:
            raise LabError("The prompt before is still on its way.", "Wait for it, or press Stop.")
        self.failure = None
        exchange = self.new(prompt, options).begin(self._now())
        self.history = self.history.add(exchange)
        self._sending = self._start(exchange)
        self.draw()

    def step(self, wait: float = 0.0) -> bool:
        """Take in what happened and draw it; False when it is over."""
        if self._sending is None:
            return False
        try:
            self._sending.take(wait)
        finally:
            self._take()
        return self.running

    def stop(self) -> None:
        """Stop waiting for the answer."""
        if self._sending is not None:
            self._sending.stop()
            self._take()

    @property
    def running(self) -> bool:
        """Whether a prompt is on its way."""
        return self.history.last is not None and self.history.last.state == "running"

    @property
    def settled(self) -> bool:
        """Whether the newest exchange is over: its record is drawn then, and once."""
        return not self.running

    def _last(self) -> Exchange:
        assert self.history.last is not None
        return self.history.last

    def _take(self) -> None:
        assert self._sending is not None
        self.history = self.history.update(self._sending.exchange)
        if self._sending.exchange.over:
            self._sending = None
        self.draw()

    # How it looks.

    def state(self) -> dict[str, Any]:
        """The state, the URL and the exchanges, newest last."""
        last = self.history.last
        return {
            "state": "failed" if self.failure else last.state if last else "idle",
            "url": self.url,
            "where": where(self.url),
            "exchanges": [self.drawing.facts(exchange) for exchange in self.history.kept],
            "dropped": self.history.dropped,
            "failure": self._failure_state(),
        }

    def text(self) -> str:
        """The newest exchange in full, older ones in short."""
        last, older = self._parts()
        lines = [f"{self.heading} {clean(self.url)}", *self._failure_lines()]
        newest = [self.drawing.to_text(last)] if last else []
        if not self.history.last:
            newest = [NOTHING, f"Code form: {self.example}"]
        parts = [self.drawing.earlier_text(older), newest]
        return "\n".join(sum(parts if self.oldest_first else parts[::-1], lines) + self._dropped())

    def html(self) -> Markup:
        """The same as a panel: no controls in it."""
        last, older = self._parts()
        newest = self.drawing.to_html(last) if last else None
        parts = [self.drawing.earlier_html(older), newest]
        return panels.panel(
            panels.title(f"{self.heading} {self.url}"),
            self._failure_pieces(),
            None if self.history.last else tag("p", NOTHING),
            *(parts if self.oldest_first else parts[::-1]),
            *(panels.muted(line) for line in self._dropped()),
            panels.muted("Code form: ", tag("code", self.code_form(self.history.last))),
            label=self.label,
        )

    def _parts(self) -> tuple[Exchange | None, tuple[Exchange, ...]]:
        """The exchange that is shown in full, and those in short: after a failure, all of them.

        An old result right below a new error would read as its result.
        """
        kept = self.history.kept
        return (None, kept) if self.failure else (self.history.last, kept[:-1])

    def _dropped(self) -> list[str]:
        number = self.history.dropped
        return [f"{number} older not shown: the last 20 are kept."] if number else []


def code_form(last: Exchange | None) -> str:
    """The call of `ask` that sends the newest prompt again; an example when there is none."""
    fields = dict(last.request.payload) if last else {}
    prompt = fields.pop("prompt", None)
    if prompt is None or len(prompt) > LONGEST:
        return Playground.example
    arguments = [repr(prompt), *(f"{name}={value!r}" for name, value in fields.items())]
    return clean(f"ask({', '.join(arguments)})")
