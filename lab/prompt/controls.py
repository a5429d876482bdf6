"""The controls of the playground: fields, examples, and a Send that turns into Stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import ipywidgets

from lab.draw import fields, kernel, panels
from lab.draw.guard import Failure, guard
from lab.draw.html import Markup, tag
from lab.draw.view import INTERVAL
from lab.errors import LabError
from lab.preflight.speed import tokens
from lab.prompt.meaning import where
from lab.prompt.request import SNIPPETS, Request
from lab.prompt.state import CONNECTING, WAITING, Exchange, History

CHIPS = (
    ("Gravity", "What is gravity?"),
    ("A haiku", "Write a haiku about clouds."),
    ("Two plus two", "What is 2+2?"),
    ("Nothing at all", ""),
    ("Far too much", "tell me more " * 4000),
)
LOADING = (CONNECTING, WAITING, "waiting for the first token")  # phases in which it may load
ROOM = 64  # tokens that an answer may have unless a learner says another number
ENOUGH = 20.0  # seconds for that on a slow machine: API Gateway gives up after 29
SENDS = "Send the prompt (Ctrl+Enter)"


class Prompting(Protocol):
    """What these controls send prompts with, and show the state of."""

    url: str
    history: History
    failure: Failure | None

    @property
    def drawing(self) -> Any:
        """The module that draws its exchanges."""

    @property
    def running(self) -> bool:
        """Whether a prompt is on its way."""

    def options(self, **options: Any) -> Any:
        """What goes with a prompt, as data."""

    def request(self, prompt: str, options: Any) -> Request:
        """What would be sent."""

    def begin(self, prompt: str, options: Any) -> None:
        """Put a prompt on its way."""

    def step(self, wait: float = 0.0) -> bool:
        """Take in what happened; False when it is over."""

    def stop(self) -> None:
        """Stop waiting for the answer."""

    def show_failure(self, failure: Failure) -> None:
        """Show that a handler failed."""


class Controls:
    """The widgets of a playground. They read and show; what happens is the playground's."""

    def __init__(self, playground: Prompting) -> None:
        self._playground = playground
        guarded = guard(playground.show_failure, during="The playground")
        self._make_fields()
        self.button = fields.button("Send", guarded(self._press), SENDS, primary=True)
        self.chips = [self._chip(label, prompt, guarded) for label, prompt in self.chips_of]
        self.status = ipywidgets.HTML()
        self.inspect = fields.choice("Show", ["nothing", "the request", *self.snippets])
        self.snippet = fields.area("To copy", 8, layout=fields.wide(display="none"))
        self.snippet.add_class("kit-copy")
        self._again = guarded(self._pump)
        above = self.above()
        watched = (self.prompt, self.max_tokens, self.temperature, self.seed, self.inspect)
        for control in (*watched, *above):
            control.observe(guarded(self._preview), "value")
        self.box = fields.box(
            *above,
            self.prompt,
            fields.row(self.max_tokens, self.temperature, self.seed),
            fields.row(self.button, *self.beside(), ipywidgets.Label("Try:"), *self.chips),
            self.status,
            self.inspect,
            self.snippet,
        )
        self.draw()

    def _make_fields(self) -> None:
        """The prompt, and what goes with it."""
        small = ipywidgets.Layout(width="11em")
        self.prompt = fields.area("Prompt", 4, value=CHIPS[0][1])
        self.max_tokens = ipywidgets.IntText(
            value=tokens(ROOM, within=ENOUGH),
            description="Max tokens",
            layout=small,
            style=fields.STYLE,
        )
        self.temperature = ipywidgets.FloatText(
            value=0.0, step=0.1, description="Temperature", layout=small, style=fields.STYLE
        )
        self.seed = fields.line("Seed", placeholder="any", layout=small)

    # What the controls of another playground have in their place.

    chips_of: Any = CHIPS
    snippets: Any = SNIPPETS

    def above(self) -> list[Any]:
        """Fields before the prompt."""
        return []

    def beside(self) -> list[Any]:
        """Buttons beside Send."""
        return []

    def more_options(self) -> dict[str, Any]:
        """What those fields say."""
        return {}

    def sent_off(self) -> None:
        """What becomes of the fields when a prompt is on its way."""

    def status_of(self, exchange: Exchange) -> list[Markup]:
        """What the status line shows of an exchange."""
        word, sentence = self._playground.drawing.verdict(exchange)
        # Once it writes, the model is loaded.
        slow = exchange.state == "running" and exchange.seconds > 3 and exchange.phase in LOADING
        hint = " The first answer after a pause loads the model." if slow else ""
        return [tag("p", panels.badge(word), " ", sentence, hint)]

    def options(self) -> Any:
        """What the fields say.

        Raises:
            LabError: the seed is no whole number.
        """
        return self._playground.options(
            max_tokens=self.max_tokens.value,
            temperature=self.temperature.value,
            seed=self._seed(),
            **self.more_options(),
        )

    def _seed(self) -> int | None:
        seed = self.seed.value.strip()
        if seed and not seed.removeprefix("-").isdecimal():
            raise LabError(f"The seed {seed!r} is no whole number.", "Leave it empty, or write 7.")
        return int(seed) if seed else None

    def draw(self) -> None:
        """Show the state: the button's word, and the status line."""
        running = self._playground.running
        self.button.description = "Stop" if running else "Send"
        self.button.tooltip = "Stop waiting for the answer (Escape)" if running else SENDS
        for chip in self.chips:
            chip.disabled = running
        self.status.value = str(self._status())

    def _status(self) -> Markup:
        """Where it stands while it runs; how it ended, or failed, the record below says, and once."""
        last = self._playground.history.last
        if self._playground.running and last is not None:
            return panels.panel(*self.status_of(last), label="Status")
        if last is None and self._playground.failure is None:
            return panels.muted(f"Ready: {where(self._playground.url)}")
        return Markup()

    def _press(self, _: object) -> None:
        if self._playground.running:
            self._playground.stop()
        else:
            self._playground.begin(self.prompt.value, self.options())
            self.sent_off()
            self._pump()

    def _pump(self) -> None:
        kernel.pump(self._playground.step, self._again, INTERVAL)

    def _chip(self, label: str, prompt: str, guarded: Callable[..., Any]) -> ipywidgets.Button:
        def press(button: object) -> None:
            if not self._playground.running:
                self.prompt.value = prompt
                self._press(button)

        layout = ipywidgets.Layout(width="auto")
        told = f"Send: {prompt[:60] or 'nothing'}"
        return fields.button(label, guarded(press), told, layout=layout)

    def _preview(self, _: object) -> None:
        """Show what would be sent, before it is."""
        kind = self.inspect.value
        self.snippet.layout.display = "none" if kind == "nothing" else ""
        if kind == "nothing":
            return
        request = self._playground.request(self.prompt.value, self.options())
        if kind in self.snippets:
            self.snippet.value = self.snippets[kind](request)
        else:
            head = [f"{request.method} {request.url}"]
            head += [f"{name}: {value}" for name, value in request.all_headers().items()]
            self.snippet.value = "\n".join([*head, "", request.body])
