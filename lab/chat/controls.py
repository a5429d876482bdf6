"""The controls of the conversation playground: those of the prompt's, and what comes before it."""

from __future__ import annotations

from typing import Any, Protocol

from lab.chat import view as drawing
from lab.chat.state import CHAT_SNIPPETS, Turn
from lab.draw import fields
from lab.draw.guard import guard
from lab.draw.html import Markup
from lab.prompt.controls import CHIPS as PROMPTS
from lab.prompt.controls import Controls
from lab.prompt.state import Exchange

ALONE, GOES_ON = "this message alone", "all messages so far"
# The prompts of a playground, with one in the middle that goes on from what was said before.
CHIPS = (*PROMPTS[:2], ("Go on", "Tell me more."), *PROMPTS[3:])


class Talking(Protocol):
    """What these controls change the conversation of."""

    def take_back(self) -> str:
        """Take out the newest turn; its prompt."""

    def clear(self) -> None:
        """Begin a new conversation."""


class ChatControls(Controls):
    """The playground's fields, and what only a conversation has."""

    chips_of = CHIPS
    snippets = CHAT_SNIPPETS

    def above(self) -> list[Any]:
        """What the model is told before the conversation, and how much of that is sent."""
        told = "what the model is told first; empty: what the gateway tells it"
        self.system = fields.area("System", 2, placeholder=told)
        self.sent = fields.choice("Send", [GOES_ON, ALONE])
        return [self.system, self.sent]

    def beside(self) -> list[Any]:
        """What is done with the conversation."""
        guarded = guard(self._playground.show_failure, during="The conversation")
        self.edit = fields.button("Edit last", guarded(self._edit), "Change the last message")
        self.clear = fields.button("Clear", guarded(self._clear), "Begin a new conversation")
        return [self.edit, self.clear]

    def draw(self) -> None:
        """Show the state; a conversation that runs or is empty is not changed."""
        super().draw()
        for button in (self.edit, self.clear):
            button.disabled = self._playground.running or self._playground.history.last is None

    def sent_off(self) -> None:
        """Room for the next message."""
        self.prompt.value = ""

    def _edit(self, _: object) -> None:
        self.prompt.value = self._talk.take_back()

    def _clear(self, _: object) -> None:
        self._talk.clear()

    @property
    def _talk(self) -> Talking:
        playground: Any = self._playground
        talk: Talking = playground
        return talk

    def more_options(self) -> dict[str, Any]:
        """What these fields say."""
        return {"system": self.system.value, "go_on": self.sent.value == GOES_ON}

    def status_of(self, exchange: Exchange) -> list[Markup]:
        """The status line, and the answer as far as it has come."""
        lines = super().status_of(exchange)
        growing = isinstance(exchange, Turn) and exchange.state == "running" and exchange.answer
        return [*lines, drawing.so_far(exchange)] if growing else lines  # type: ignore[arg-type]
