"""How one turn of a conversation reads: the answer as far as it has come, its numbers, the request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.chat.state import CHAT_SNIPPETS, WRITING, Turn
from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.once import Once
from lab.draw.panels import excerpt
from lab.prompt import answer as plain
from lab.prompt.meaning import meaning, where
from lab.prompt.state import Exchange

EARLIER = 1_500  # characters of an answer of an earlier turn
LONG = 12_000  # characters of an answer that are shown; what is left out is counted


def facts(exchange: Exchange) -> dict[str, Any]:
    """All that any form shows of a turn, as plain data."""
    turn = _turn(exchange)
    reply = turn.reply
    means = meaning(reply) if reply else None
    return {
        "state": turn.state,
        "phase": turn.phase,
        "when": turn.when,
        "where": where(turn.request.url),
        "seconds": round(turn.seconds, 3),
        "request": turn.request.state(),
        "answer": turn.answer,
        "streamed": turn.streamed,
        "first_token_seconds": round(turn.first, 3) if turn.first is not None else None,
        "tokens": turn.tokens,
        "tokens_estimated": not turn.counted,
        "tokens_per_second": round(turn.rate, 1) if turn.rate else None,
        "usage": dict(turn.usage),
        "finish_reason": turn.finish,
        "model": turn.model,
        "problem": turn.problem or (means.text if means else ""),
        "fix": turn.fix or (means.fix if means else ""),
        "status": reply.status if reply else None,
        "who": reply.who if reply else "",
        "said": reply.said if reply and reply.status >= 400 else "",
        "request_id": reply.request_id if reply else "",
        "headers": dict(reply.headers) if reply else {},
        "body": reply.body if reply else "",
    }


def verdict(exchange: Exchange) -> tuple[words.Word, str]:
    """The badge and the sentence that go first."""
    turn = _turn(exchange)
    took = words.seconds(turn.seconds)
    if turn.state == "running":
        written = f", ~{turn.tokens} tokens" if turn.phase == WRITING else ""
        return words.RUNNING, f"{turn.phase}{written}, {turn.seconds:.0f} s"
    if turn.state == "stopped":
        kept = "what came until then is kept" if turn.answer else "nothing had come"
        return words.STOPPED, f"after {took}; {kept}; the function may still be writing"
    if turn.state == "failed":
        kept = "the answer broke off" if turn.answer or turn.reply else "nothing answered"
        return words.FAILED, f"{kept} ({took})"
    return plain.verdict(turn)


def numbers(exchange: Exchange) -> list[tuple[str, str]]:
    """What was measured and named: rows of a table, empty ones left out."""
    turn, reply = _turn(exchange), exchange.reply
    first = "" if turn.first is None else f"{words.seconds(turn.first)} (measured)"
    after = "after the first" if turn.streamed else "the whole time counted; it came at once"
    about = "" if turn.counted else "~"
    rate = f"{about}{turn.rate:.1f} a second, {after}" if turn.rate else ""
    written = f"{about}{turn.tokens}" if turn.tokens else ""
    rows = [
        ("time to the first token", first if turn.streamed else ""),
        ("tokens of the prompt", str(turn.usage.get("prompt_tokens", ""))),
        ("tokens of the answer", written),
        ("tokens written", rate),
        ("in all", f"{words.seconds(turn.seconds)} (measured)" if turn.over else ""),
        ("ended because", plain.ended(turn.finish)),
        ("model", turn.model),
        ("request id", reply.request_id if reply else ""),
    ]
    return [(name, excerpt(value, 200)) for name, value in rows if value]


def to_text(exchange: Exchange) -> str:
    """The turn in plain text."""
    turn = _turn(exchange)
    word, sentence = verdict(turn)
    lines = [f"{word}: {sentence}", *_told(turn), f"Prompt: {excerpt(turn.prompt, plain.ASKED)}"]
    lines += [f"Answer: {excerpt(turn.answer, LONG)}"] if turn.answer else []
    return clean("\n".join([*lines, *plain.ending(turn, facts(turn), numbers(turn))]))


def to_line(exchange: Exchange) -> str:
    """The turn in one line."""
    word, sentence = verdict(exchange)
    return plain.one_line(word, sentence.split(" (")[0].split(";")[0], exchange.prompt)


def earlier_text(exchanges: Sequence[Exchange]) -> list[str]:
    """The conversation so far, oldest first."""
    turns = ((f"You: {_asked(turn)}", _said(turn)) for turn in map(_turn, exchanges))
    return [clean(line) for pair in turns for line in pair]


def earlier_html(exchanges: Sequence[Exchange]) -> Markup | None:
    """The same: what was asked at the right, as messengers have it, answers at the left."""
    turns = [
        tag(
            "div",
            tag("div", tag("strong", "You"), " ", panels.prose(_asked(turn)), class_="kit-asked"),
            panels.prose(excerpt(turn.answer, EARLIER))
            if turn.answer
            else panels.muted(_said(turn)),
            class_="kit-turn",
        )
        for turn in map(_turn, exchanges)
    ]
    return tag("div", *turns) if turns else None


def _asked(turn: Turn) -> str:
    return excerpt(turn.prompt, plain.ASKED)


def _said(turn: Turn) -> str:
    """What came of a turn, in short."""
    if turn.answer:
        return f"Model: {excerpt(turn.answer, EARLIER)}"
    word, sentence = verdict(turn)
    return f"{word}: {sentence}"


def ending(exchange: Exchange) -> str:
    """What a terminal shows below an answer that was printed as it came."""
    word, sentence = verdict(exchange)
    below = plain.ending(exchange, facts(exchange), numbers(exchange))
    return clean("\n".join([f"{word}: {sentence}", *below]))


def to_html(exchange: Exchange) -> Markup:
    """The turn as pieces of a panel: no control, nothing that is not folded or short."""
    turn = _turn(exchange)
    said = [
        *(tag("p", line) for line in _told(turn)),
        plain.quote("Prompt", excerpt(turn.prompt, plain.ASKED)),
        so_far(turn) if turn.answer else None,
    ]
    return plain.laid_out(turn, verdict(turn), said, facts(turn), numbers(turn), CHAT_SNIPPETS)


def so_far(turn: Turn) -> Markup:
    """The answer as far as it has come."""
    return plain.quote("Answer", excerpt(turn.answer, LONG))


def _turn(exchange: Exchange) -> Turn:
    if not isinstance(exchange, Turn):
        raise TypeError(f"{type(exchange).__name__} is no turn of a conversation.")
    return exchange


def _told(turn: Turn) -> list[str]:
    """What stands before the prompt in the conversation, in short."""
    messages = (turn.request.payload or {}).get("messages") or []
    system = [m.get("content", "") for m in messages if m.get("role") == "system"]
    before = len(messages) - len(system) - 1
    lines = [f"System: {excerpt(str(text), plain.ASKED)}" for text in system]
    return lines + ([f"Before it: {words.count(before, 'message')}"] if before > 0 else [])


class ChatAnswer(Once, plain.Answered):
    """What `chat` got back: the text, its numbers, and how it ended."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    @property
    def exchange(self) -> Turn:
        """The turn as it is."""
        return self._turn

    @property
    def turn(self) -> Turn:
        """The turn as it is."""
        return self._turn

    @property
    def completion(self) -> str:
        """What the model wrote, as far as it came."""
        return self._turn.answer

    @property
    def status(self) -> int | None:
        """The HTTP status; None when the answer was stopped."""
        return self._turn.reply.status if self._turn.reply else None

    @property
    def usage(self) -> dict[str, int]:
        """`prompt_tokens` and `completion_tokens`, as the endpoint counts."""
        return dict(self._turn.usage)

    @property
    def finish_reason(self) -> str:
        """`stop` or `length`; "" on a refusal."""
        return self._turn.finish

    @property
    def first_token(self) -> float | None:
        """Seconds to the first piece of the answer; of the whole when it came at once."""
        return self._turn.first

    @property
    def rate(self) -> float | None:
        """Tokens a second."""
        return self._turn.rate

    def update(self, turn: Turn) -> None:
        """Take in how far it has come."""
        self._turn = turn

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        return facts(self._turn)

    def text(self) -> str:
        """The turn in plain text."""
        return to_text(self._turn)

    def html(self) -> Markup:
        """The turn in a panel."""
        return panels.panel(to_html(self._turn), label="Answer in a conversation")

    def _repr_mimebundle_(self, **more: object) -> dict[str, Any]:
        if self.on_the_page():
            return {"text/plain": ""}
        return super()._repr_mimebundle_(**more)
