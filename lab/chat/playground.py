"""The conversation playground: the prompt playground, with an answer that grows as it is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lab.chat import view as chat_drawing
from lab.chat.controls import ChatControls
from lab.chat.state import PATH, ChatOptions, Turn, said
from lab.draw.html import clean
from lab.errors import LabError
from lab.prompt.playground import LONGEST, Playground
from lab.prompt.request import Request
from lab.prompt.state import Exchange, History


class ChatPlayground(Playground):
    """Conversations with one endpoint. Send, an example and `send()` all take the same way."""

    drawing = chat_drawing
    label = "Conversation playground"
    heading = "Conversations with"
    example = 'chat("What is gravity?", max_tokens=64, stream=True)'
    oldest_first = True

    def make_controls(self) -> ChatControls:
        """The fields and buttons of this playground."""
        return ChatControls(self)

    def __init__(self, url: str, *, model: str, **more: Any) -> None:
        super().__init__(url, **more)
        self._model = model
        self._go_on = True

    def options(self, *, go_on: bool = True, **options: Any) -> ChatOptions:
        """The options of `send` as data; without `go_on`, what was said before is not sent."""
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

    def clear(self) -> None:
        """Begin a new conversation: what was said is forgotten.

        Raises:
            LabError: an answer is on its way.
        """
        self._end()
        self.history = History()
        self.draw()

    def take_back(self) -> str:
        """Take the newest turn out of the conversation; its prompt, to be edited and sent again.

        Raises:
            LabError: an answer is on its way.
        """
        self._end()
        last = self.history.last
        if last is None:
            return ""
        self.history = replace(self.history, kept=self.history.kept[:-1])
        self.draw()
        return last.prompt

    def _end(self) -> None:
        if self.running:
            raise LabError("The prompt before is still on its way.", "Wait for it, or press Stop.")
        self.failure = None

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
