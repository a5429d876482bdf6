"""The controls of the playground: fields, examples, and a Send that turns into Stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets

from lab.draw import panels
from lab.draw.guard import guard
from lab.draw.html import Markup, tag
from lab.draw.view import INTERVAL
from lab.errors import LabError
from lab.prompt.meaning import where
from lab.prompt.request import SNIPPETS
from lab.prompt.state import Exchange, Options

if TYPE_CHECKING:
    from lab.prompt.playground import Playground

CHIPS = (
    ("Gravity", "What is gravity?"),
    ("A haiku", "Write a haiku about clouds."),
    ("Two plus two", "What is 2+2?"),
    ("Nothing at all", ""),
    ("Far too much", "tell me more " * 4000),
)
FULL = {"width": "100%", "max_width": "60em"}


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
        self.chips = [self._chip(label, prompt, guarded) for label, prompt in self.chips_of]
        self.status = ipywidgets.HTML()
        self.inspect = ipywidgets.Dropdown(
            options=["nothing", "the request", *self.snippets], description="Show", style=style
        )
        self.snippet = ipywidgets.Textarea(
            description="To copy", rows=8, layout=ipywidgets.Layout(display="none", **FULL),
            style=style,
        )  # fmt: skip
        self._again = guarded(self._pump)
        watched = (self.prompt, self.max_tokens, self.temperature, self.seed, self.inspect)
        for control in (*watched, *(above := self.above(wide, style))):
            control.observe(guarded(self._preview), "value")
        row = ipywidgets.Layout(flex_flow="row wrap", align_items="center")
        self.box = ipywidgets.VBox([
            *above,
            self.prompt,
            ipywidgets.HBox([self.max_tokens, self.temperature, self.seed], layout=row),
            ipywidgets.HBox([self.button, ipywidgets.Label("Try:"), *self.chips], layout=row),
            self.status,
            self.inspect,
            self.snippet,
        ])  # fmt: skip
        self.draw()

    # What the controls of another playground have in their place.

    chips_of: Any = CHIPS
    snippets: Any = SNIPPETS

    def above(self, layout: Any, style: Any) -> list[Any]:
        """Fields before the prompt."""
        return []

    def status_of(self, exchange: Exchange) -> list[Markup]:
        """What the status line shows of an exchange."""
        word, sentence = self._playground.drawing.verdict(exchange)
        slow = exchange.state == "running" and exchange.seconds > 3
        hint = " The first answer after a pause loads the model." if slow else ""
        return [tag("p", panels.badge(word), " ", sentence, hint)]

    def options(self) -> Any:
        """What the fields say.

        Raises:
            LabError: the seed is no whole number.
        """
        return Options(self.max_tokens.value, self.temperature.value, self.seed_number())

    def seed_number(self) -> int | None:
        """The seed, if there is one."""
        seed = self.seed.value.strip()
        if seed and not seed.removeprefix("-").isdecimal():
            raise LabError(f"The seed {seed!r} is no whole number.", "Leave it empty, or write 7.")
        return int(seed) if seed else None

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
        if self._playground.failure is not None:
            return self._playground.failure.html()
        if last is None:
            return panels.panel(tag("p", f"Ready: {where(self._playground.url)}"), label="Status")
        return panels.panel(*self.status_of(last), label="Status")

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
        request = self._playground.request(self.prompt.value, self.options())
        if kind in self.snippets:
            self.snippet.value = self.snippets[kind](request)
        else:
            head = [f"{request.method} {request.url}"]
            head += [f"{name}: {value}" for name, value in request.all_headers().items()]
            self.snippet.value = "\n".join([*head, "", request.body])
