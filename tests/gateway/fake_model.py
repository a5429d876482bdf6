"""A model that answers at once, and notes what it was asked."""

from __future__ import annotations

from dataclasses import fields

from inner import EndPiece, Limits, TextPiece, Usage

NAME = "Fake-1M"
USAGE = {"prompt_tokens": 3, "completion_tokens": 2}
FRAMES = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")


class FakeModel:
    """An inner.Backend.

    Attributes:
        pieces: what it answers; an exception is raised in its place.
        asked: what it was asked, each as `plain` writes it.
        left: how many of its answers are over, read to their end or not.
    """

    name, limits, frames = NAME, Limits(1500, 256), FRAMES

    def __init__(self, *texts, reason="stop"):
        self.pieces = [
            TextPiece(text, Usage(3, number)) for number, text in enumerate(texts, 1)
        ] + [EndPiece(reason, Usage(3, 2))]
        self.asked, self.asks, self.left = [], [], 0

    def refuse_long(self, ask):
        """Nothing is too long."""

    def count(self, ask):
        return 3

    def stream(self, ask):
        self.asks.append(ask)
        self.asked.append(plain(ask))
        try:
            for piece in self.pieces:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            self.left += 1


def plain(ask):
    """An Ask as a dictionary, without what was not said."""
    found = {field.name: getattr(ask, field.name) for field in fields(ask)}
    found = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in found.items()
        if value not in (None, ()) and (name, value) not in (("choice", "auto"), ("parallel", True))
    }
    found["messages"] = [turn(message) for message in ask.messages]
    return found


def turn(message):
    """A message as OpenAI writes it."""
    return {"role": message.role, "content": message.text}
