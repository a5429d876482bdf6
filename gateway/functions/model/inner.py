"""The one inner form: what a model is asked, and the pieces in which it answers.

Each dialect (/model, OpenAI's chat completions and whatever else clients speak) turns a request
into an `Ask`, and pieces into its own answer or stream. Budget, limits and logs see only what is
here, so that no dialect can go around them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Schema = dict[str, Any]  # a JSON Schema that guide.schemas has let through
Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True)
class Call:
    """A call of a tool. Its arguments are JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Message:
    """One turn of a conversation.

    Attributes:
        role: who speaks; "tool" is the result of a call.
        text: what is said, "" where there are only calls.
        calls: the tools that an assistant has called in this turn.
        call_id: for the role "tool", the id of the call that this is the result of.
    """

    role: Role
    text: str
    calls: tuple[Call, ...] = ()
    call_id: str | None = None


@dataclass(frozen=True)
class Tool:
    """A function that the caller offers: the model may ask for a call of it."""

    name: str
    description: str
    parameters: Schema


@dataclass(frozen=True)
class Ask:
    """What the model is asked. A field that is None leaves the matter to the model.

    Attributes:
        messages: the conversation, the oldest turn first, without the system prompt of ours.
        max_tokens: the most tokens that the answer may have.
        stop: texts that end the answer; they are no part of it.
        shape: what the answer has to be: None, text; "json", some JSON object; or a schema.
        tools: what the model may call. Who names one tool leaves that one and says "required".
        choice: whether it may ("auto"), must ("required") or must not ("none") call one.
        parallel: whether it may call several in one answer.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float = 0.0
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    shape: Literal["json"] | Schema | None = None
    tools: tuple[Tool, ...] = ()
    choice: Literal["auto", "none", "required"] = "auto"
    parallel: bool = True


@dataclass(frozen=True)
class Usage:
    """Tokens that were read and written so far."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Both together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True)
class TextPiece:
    """Some more text of the answer."""

    text: str
    usage: Usage


@dataclass(frozen=True)
class CallPiece:
    """A call begins; its arguments follow."""

    id: str
    name: str
    usage: Usage


@dataclass(frozen=True)
class ArgumentsPiece:
    """Some more of the JSON text that is the arguments of the call that has begun."""

    text: str
    usage: Usage


@dataclass(frozen=True)
class EndPiece:
    """The answer is over: always the last piece.

    Attributes:
        reason: "stop", the model was done; "length", max_tokens cut it, so that arguments or JSON
            may be no JSON; "stop_sequence", it met one of the texts that end it.
        stopped_by: that text.
    """

    reason: Literal["stop", "length", "stop_sequence"]
    usage: Usage
    stopped_by: str | None = None


Piece = TextPiece | CallPiece | ArgumentsPiece | EndPiece


@dataclass(frozen=True)
class Whole:
    """An answer that was read to its end."""

    text: str
    calls: tuple[Call, ...]
    end: EndPiece


def whole(pieces: Iterator[Piece]) -> Whole:
    """Put the pieces of an answer together."""
    text, calls = "", list[Call]()
    for piece in pieces:
        if isinstance(piece, TextPiece):
            text += piece.text
        elif isinstance(piece, CallPiece):
            calls.append(Call(piece.id, piece.name, ""))
        elif isinstance(piece, ArgumentsPiece):
            last = calls.pop()
            calls.append(Call(last.id, last.name, last.arguments + piece.text))
        else:
            return Whole(text, tuple(calls), piece)
    raise RuntimeError("the answer has no end")


@dataclass(frozen=True)
class Limits:
    """How much a model reads and writes for one request, in tokens."""

    prompt_tokens: int
    answer_tokens: int


class Backend(Protocol):
    """A model that can be asked: one on llama.cpp here, or whatever else answers like this.

    An answer that comes whole is a stream that was read to its end: there is one way to answer.
    """

    @property
    def name(self) -> str:
        """What callers name it by."""

    @property
    def limits(self) -> Limits:
        """What a caller may ask of it."""

    @property
    def frames(self) -> tuple[str, ...]:
        """Texts that its chat format keeps for itself: no text of a caller may have them."""

    def count(self, ask: Ask) -> int:
        """How many tokens it would read, system prompt and descriptions of tools included."""

    def refuse_long(self, ask: Ask) -> None:
        """Refuse what it cannot read at once.

        Raises:
            ApiError: 400, context_length_exceeded.
        """

    def stream(self, ask: Ask) -> Generator[Piece, None, None]:
        """Answer piece by piece, an EndPiece last. Closing the generator stops the model.

        Raises:
            ApiError: before the first piece, 400: the ask is too long, or a schema in it cannot
                be held.
        """
