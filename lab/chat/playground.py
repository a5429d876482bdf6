"""The conversation playground: the prompt playground, with an answer that grows as it is written."""

from __future__ import annotations

from typing import Any

import ipywidgets

from lab.chat import view as chat_drawing
from lab.chat.state import CHAT_SNIPPETS, PATH, ChatOptions, Turn, said
from lab.draw.html import Markup, clean
from lab.prompt.controls import Controls
from lab.prompt.playground import LONGEST, Playground
from lab.prompt.request import Request
from lab.prompt.state import Exchange

ALONE, GOES_ON = "this message alone", "all messages so far"
CHIPS = (
    ("Gravity", "What is gravity?"),
    ("A haiku", "Write a haiku about clouds."),
    ("Go on", "Tell me more."),
    ("Nothing at all", ""),
    ("Far too much", "tell me more " * 4000),
)


class ChatControls(Controls):
    """The playground's fields, and what only a conversation has."""

    chips_of = CHIPS
    snippets = CHAT_SNIPPETS

    def above(self, layout: Any, style: Any) -> list[Any]:
        """What the model is told before the conversation, and how much of that is sent."""
        self.system = ipywidgets.Textarea(
            placeholder="what the model is told first; empty: what the gateway tells it",
            description="System",
            rows=2,
            layout=layout,
            style=style,
        )
        self.sent = ipywidgets.Dropdown(options=[ALONE, GOES_ON], description="Send", style=style)
        return [self.system, self.sent]

    def options(self) -> Any:
        """What the fields say.

        Raises:
            LabError: the seed is no whole number.
        """
        return self._playground.options(
            system=self.system.value,
            max_tokens=self.max_tokens.value,
            temperature=self.temperature.value,
            seed=self.seed_number(),
            go_on=self.sent.value == GOES_ON,
        )

    def status_of(self, exchange: Exchange) -> list[Markup]:
        """The status line, and the answer as far as it has come."""
        lines = super().status_of(exchange)
        growing = isinstance(exchange, Turn) and exchange.state == "running" and exchange.answer
        return [*lines, chat_drawing.so_far(exchange)] if growing else lines  # type: ignore[arg-type]


class ChatPlayground(Playground):
    """Conversations with one endpoint. Send, an example and `send()` all take the same way."""

    drawing = chat_drawing
    label = "Conversation playground"
    heading = "Conversations with"
    example = 'chat("What is gravity?", max_tokens=64, stream=True)'
    controls = ChatControls

    def __init__(self, url: str, *, model: str, **more: Any) -> None:
        super().__init__(url, **more)
        self._model = model
        self._go_on = False

    def options(self, *, go_on: bool = False, **options: Any) -> ChatOptions:
        """The options of `send` as data; `go_on` sends what was said before, too."""
        self._go_on = go_on
        return ChatOptions(self._model, **options)

    def new(self, prompt: str, options: Any) -> Turn:
        """A turn that is not sent yet."""
        return Turn(self.request(prompt, options))

    def request(self, prompt: str, options: Any) -> Request:
        """What would be sent."""
        before = said(self.history.kept) if self._go_on else []
        messages = [*before, {"role": "user", "content": prompt}]
        request: Request = options.request(self.url, messages, self._headers())
        return request

    def code_form(self, last: Exchange | None) -> str:
        """The call of `chat` that sends the newest prompt again; an example when there is none."""
        if last is None or len(last.prompt) > LONGEST:
            return self.example
        fields = dict(last.request.payload or {})
        system = [m["content"] for m in fields["messages"] if m["role"] == "system"]
        named = {"system": system[0]} if system and len(system[0]) <= LONGEST else {}
        for name in ("max_tokens", "temperature", "seed", "stream"):
            named |= {name: fields[name]} if name in fields else {}
        arguments = [repr(last.prompt), *(f"{name}={value!r}" for name, value in named.items())]
        return clean(f"chat({', '.join(arguments)})")


def base_url(url: str) -> str:
    """What OpenAI's clients call the base URL of this endpoint."""
    return url.removesuffix(PATH)
