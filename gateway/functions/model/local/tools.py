"""Tools on a model that knows none: one is chosen for it, and it is told how to call that one.

The choice is a stand-in. A larger model reads the question and chooses; this one was right less
often than the words that a question and a tool have in common.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

from inner import ArgumentsPiece, Ask, CallPiece, Piece, TextPiece, Tool

WORD = re.compile(r"[^\W\d_]{3,}")
STEM = 5  # letters by which words are compared: "mail" and "mails", "add" and "adding" differ less
COMMON = WORD.findall("""
    about after all and any are can could did does for from get give has have how into its just more
    not now one our out please should some tell than that the their them then there these they this
    use used using want was what when where which who will with would you your
""")
DESCRIBED = 300  # characters of a description that the model is told


def chosen(ask: Ask) -> Tool | None:
    """The tool that the answer is to call; None for an answer in text.

    After the result of a call, "auto" answers in text: this model would call for ever.
    """
    if ask.choice == "none" or not ask.tools:
        return None
    if ask.choice == "auto" and ask.messages[-1].role == "tool":
        return None
    question = [message.text for message in ask.messages if message.role == "user"][-1:]
    asked = words(" ".join(question))
    best = max(ask.tools, key=lambda tool: in_common(asked, tool))
    return best if ask.choice == "required" or in_common(asked, best) else None


def words(text: str) -> set[str]:
    """The words of a text that say what it is about, by how they begin."""
    return {word[:STEM] for word in WORD.findall(text.lower()) if word not in COMMON}


def in_common(asked: set[str], tool: Tool) -> int:
    """How many of these words a tool has in its name, description and parameters."""
    names = " ".join(tool.parameters.get("properties", {}))
    about = f"{tool.name} {tool.description} {names}".replace("_", " ")
    return len(asked & words(about))


def instruction(tool: Tool) -> str:
    """What the model is told, once its tool is known. Small models read short lines best."""
    names = ", ".join(tool.parameters.get("properties", {}))
    about = tool.description[:DESCRIBED]
    return (
        f"You can call this function:\n- {tool.name}({names}): {about}\nGive its arguments as JSON."
    )


def called(pieces: Iterator[Piece], tool: Tool) -> Iterator[Piece]:
    """An answer that is the arguments of a tool, as a call of it."""
    begun = False
    for piece in pieces:
        if not begun:
            begun = True
            yield CallPiece("call_" + secrets.token_hex(12), tool.name, piece.usage)
        if isinstance(piece, TextPiece):
            yield ArgumentsPiece(piece.text, piece.usage)
        else:
            yield piece
