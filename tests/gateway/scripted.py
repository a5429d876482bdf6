"""A model that answers as a test says, piece by piece, and notes what it was asked."""

from __future__ import annotations

from inner import ArgumentsPiece, CallPiece, EndPiece, Limits, TextPiece, Usage

READ = 12  # tokens that each prompt has


def text(*parts):
    """Pieces of text, each a token."""
    return [("text", part) for part in parts]


def call(name, *parts, call_id="call_0123456789abcdef01234567"):
    """A call of a function, its arguments in pieces."""
    return [("call", call_id, name), *(("arguments", part) for part in parts)]


class Model:
    """A backend: `asked` and `left` count what came of it."""

    name = "Fake-1M"
    limits = Limits(prompt_tokens=1500, answer_tokens=256)
    frames = ("<|im_start|>", "<|im_end|>")

    def __init__(self, *said, end="stop", stopped_by=None):
        self.said, self.end, self.stopped_by = said or text("Hel", "lo"), end, stopped_by
        self.asked, self.counted, self.left = [], [], 0
        if len(self.said) == 1 and isinstance(self.said[0], list):
            self.said = self.said[0]

    def count(self, ask):
        self.counted.append(ask)
        return READ

    def refuse_long(self, ask):
        """All fits."""

    def stream(self, ask):
        self.asked.append(ask)
        try:
            for number, (kind, *said) in enumerate(self.said, 1):
                make = {"text": TextPiece, "call": CallPiece, "arguments": ArgumentsPiece}[kind]
                yield make(*said, Usage(READ, number))
            yield EndPiece(self.end, Usage(READ, len(self.said)), self.stopped_by)
        finally:
            self.left += 1
