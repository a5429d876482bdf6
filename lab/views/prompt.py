"""The prompt playground: controls while a kernel runs, and the record of what was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import ipywidgets

from lab import exchange as drawing
from lab import parts
from lab.core.errors import LabError
from lab.core.meaning import where
from lab.core.prompt import Exchange, History, Options
from lab.core.request import SNIPPETS
from lab.guard import Failure, guard
from lab.html import Markup, clean, tag
from lab.sending import Sending
from lab.views.base import INTERVAL, WIDGET, View, in_notebook

CHIPS = (
    ("Gravity", "What is gravity?"),
    ("A haiku", "Write a haiku about clouds."),
    ("Two plus two", "What is 2+2?"),
    ("Nothing at all", ""),
    ("Far too much", "tell me more " * 4000),
)
NOTHING = "No prompt was sent yet."
NO_KERNEL = "These controls need a running kernel: run the cell. What was asked is below."
FULL = {"width": "100%", "max_width": "60em"}


class Playground(View):
    """Prompts to one URL. Send, an example and `send()` all take the same way.

    Args:
        url: where prompts go.
        start: puts an exchange on its way.
        now: the date and time, as text for the record.
    """

    def __init__(
        self, url: str, *, start: Callable[[Exchange], Sending], now: Callable[[], str]
    ) -> None:
        self.url = url
        self._start, self._now = start, now
        self.history = History()
        self._sending: Sending | None = None
        self._failure: Failure | None = None
        self._record: Any = None
        self._controls: Controls | None = None

    # The work. Nothing here knows of widgets.

    def send(self, prompt: str, **options: Any) -> Exchange:
        """Send a prompt and wait for its end; an interrupt stops the waiting.

        Raises:
            LabError: the one before is still on its way.
        """
        self.begin(prompt, Options(**options))
        try:
            while self.step(wait=INTERVAL):
                pass
        except KeyboardInterrupt:
            self.stop()
            raise
        return self._last()

    def begin(self, prompt: str, options: Options) -> None:
        """Put a prompt on its way."""
        if self.running:
            raise LabError("The prompt before is still on its way.", "Wait for it, or press Stop.")
        self._failure = None
        exchange = Exchange(options.request(self.url, prompt)).begin(self._now())
        self.history = self.history.add(exchange)
        self._sending = self._start(exchange)
        self._draw()

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

    def show_failure(self, failure: Failure) -> None:
        """Show that a handler failed, where the answer would be."""
        self._failure = failure
        self._draw()

    def _last(self) -> Exchange:
        assert self.history.last is not None
        return self.history.last

    def _take(self) -> None:
        assert self._sending is not None
        self.history = self.history.update(self._sending.exchange)
        if self._sending.exchange.over:
            self._sending = None
        self._draw()

    # How it looks.

    def state(self) -> dict[str, Any]:
        """The state, the URL and the exchanges, newest last."""
        last = self.history.last
        return {
            "state": "failed" if self._failure else last.state if last else "idle",
            "url": self.url,
            "where": where(self.url),
            "exchanges": [drawing.facts(exchange) for exchange in self.history.kept],
            "dropped": self.history.dropped,
            "failure": self._failure.state() if self._failure else None,
        }

    def text(self) -> str:
        """The newest exchange in full, older ones in one line each."""
        lines = [f"Prompts to {clean(self.url)}"]
        lines += [self._failure.text()] if self._failure else []
        last = self.history.last
        lines += (
            [drawing.to_text(last)] if last else [NOTHING, 'Code form: ask("What is gravity?")']
        )
        older = [drawing.to_line(exchange) for exchange in reversed(self.history.kept[:-1])]
        return "\n".join([*lines, *(["Before:", *older] if older else []), *self._dropped()])

    def html(self) -> Markup:
        """The same as a panel: no controls in it."""
        last = self.history.last
        older = [(drawing.to_line(exchange),) for exchange in reversed(self.history.kept[:-1])]
        return parts.panel(
            parts.title(f"Prompts to {self.url}"),
            self._failure.html() if self._failure else None,
            drawing.to_html(last) if last else tag("p", NOTHING),
            parts.table("Before, newest first", ("exchange",), older) if older else None,
            *(parts.muted(line) for line in self._dropped()),
            parts.muted("Code form: ", tag("code", 'ask("What is gravity?", max_tokens=64)')),
            label="Prompt playground",
        )

    def live(self) -> Any:
        """The controls; made once."""
        if self._controls is None:
            self._controls = Controls(self)
        return self._controls.box

    def _ipython_display_(self) -> None:
        """Controls above, record below: what is drawn anew is never what has the focus."""
        if not in_notebook():
            print(self.text())
            return
        from IPython.display import display

        view = {"version_major": 2, "version_minor": 0, "model_id": self.live().model_id}
        still = {"text/plain": NO_KERNEL, "text/html": str(tag("p", NO_KERNEL))}
        display({WIDGET: view, **still}, raw=True)
        self._record = display(self._repr_mimebundle_(), raw=True, display_id=True)

    def _draw(self) -> None:
        if self._controls is not None:
            self._controls.draw()
        if self._record is not None and not self.running:
            self._record.update(self._repr_mimebundle_(), raw=True)

    def _dropped(self) -> list[str]:
        number = self.history.dropped
        return [f"{number} older not shown: the last 20 are kept."] if number else []


class Controls:
    """The widgets of a playground. They read and show; what happens is the playground's."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        guarded = guard(playground.show_failure, during="The playground")
        wide, style = ipywidgets.Layout(**FULL), {"description_width": "initial"}
        small = ipywidgets.Layout(width="11em")
        self.prompt = ipywidgets.Textarea(
            value=CHIPS[0][1], description="Prompt", rows=4, layout=wide, style=style
        )
        self.max_tokens = ipywidgets.IntText(
            value=64, description="Max tokens", layout=small, style=style
        )
        self.temperature = ipywidgets.FloatText(
            value=0.0, step=0.1, description="Temperature", layout=small, style=style
        )
        self.seed = ipywidgets.Text(
            placeholder="any", description="Seed", layout=small, style=style
        )
        self.button = ipywidgets.Button(description="Send", tooltip="Send the prompt")
        self.button.on_click(guarded(self._press))
        self.chips = [self._chip(label, prompt, guarded) for label, prompt in CHIPS]
        self.status = ipywidgets.HTML()
        self.inspect = ipywidgets.Dropdown(
            options=["nothing", "the request", *SNIPPETS], description="Show", style=style
        )
        self.snippet = ipywidgets.Textarea(
            description="To copy", rows=8, layout=ipywidgets.Layout(display="none", **FULL),
            style=style,
        )  # fmt: skip
        self._again = guarded(self._pump)
        for control in (self.prompt, self.max_tokens, self.temperature, self.seed, self.inspect):
            control.observe(guarded(self._preview), "value")
        row = ipywidgets.Layout(flex_flow="row wrap", align_items="center")
        self.box = ipywidgets.VBox([
            self.prompt,
            ipywidgets.HBox([self.max_tokens, self.temperature, self.seed], layout=row),
            ipywidgets.HBox([self.button, ipywidgets.Label("Try:"), *self.chips], layout=row),
            self.status,
            self.inspect,
            self.snippet,
        ])  # fmt: skip
        self.draw()

    def options(self) -> Options:
        """What the fields say.

        Raises:
            LabError: the seed is no whole number.
        """
        seed = self.seed.value.strip()
        if seed and not seed.removeprefix("-").isdecimal():
            raise LabError(f"The seed {seed!r} is no whole number.", "Leave it empty, or write 7.")
        return Options(self.max_tokens.value, self.temperature.value, int(seed) if seed else None)

    def draw(self) -> None:
        """Show the state: the button's word, and the status line."""
        running = self._playground.running
        self.button.description = "Stop" if running else "Send"
        self.button.tooltip = "Stop waiting for the answer" if running else "Send the prompt"
        for chip in self.chips:
            chip.disabled = running
        self.status.value = str(self._status())

    def _status(self) -> Markup:
        last = self._playground.history.last
        if self._playground._failure is not None:
            return self._playground._failure.html()
        if last is None:
            return parts.panel(tag("p", f"Ready: {where(self._playground.url)}"), label="Status")
        word, sentence = drawing.verdict(last)
        slow = last.state == "running" and last.seconds > 3
        hint = " The first answer after a pause loads the model." if slow else ""
        return parts.panel(tag("p", parts.badge(word), " ", sentence, hint), label="Status")

    def _press(self, _: object) -> None:
        if self._playground.running:
            self._playground.stop()
        else:
            self._playground.begin(self.prompt.value, self.options())
            self._pump()

    def _pump(self) -> None:
        """Draw until it is over: between the kernel's messages where it can, else at once."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            while self._playground.step(wait=INTERVAL):
                pass
        else:
            # Blocking here would block the kernel, and with it the message that Stop sends.
            if self._playground.step():
                loop.call_later(INTERVAL, self._again)

    def _chip(self, label: str, prompt: str, guarded: Callable[..., Any]) -> ipywidgets.Button:
        chip = ipywidgets.Button(description=label, tooltip=f"Send: {prompt[:60] or 'nothing'}")
        chip.layout.width = "auto"

        def press(button: object) -> None:
            if not self._playground.running:
                self.prompt.value = prompt
                self._press(button)

        chip.on_click(guarded(press))
        return chip

    def _preview(self, _: object) -> None:
        """Show what would be sent, before it is."""
        kind = self.inspect.value
        self.snippet.layout.display = "none" if kind == "nothing" else ""
        if kind == "nothing":
            return
        request = self.options().request(self._playground.url, self.prompt.value)
        if kind in SNIPPETS:
            self.snippet.value = SNIPPETS[kind](request)
        else:
            head = [f"{request.method} {request.url}"]
            head += [f"{name}: {value}" for name, value in request.all_headers().items()]
            self.snippet.value = "\n".join([*head, "", request.body])
