"""A turn of a conversation with an OpenAI-compatible endpoint, and what has come of its answer.

As an exchange of lab.prompt.state, and besides: the answer's text grows while it runs, and what has
come stays, also when the turn is stopped or breaks off.
"""

from __future__ import annotations

import json
import pprint
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lab.prompt.request import SNIPPETS, Request, Secret
from lab.prompt.state import Exchange, Reply, counts, sampling

FIRST, WRITING = "waiting for the first token", "writing"
DONE = "[DONE]"  # what an OpenAI stream ends with
AT_ONCE = 0.02  # seconds; an answer whose pieces come within them was not streamed
PATH = "/chat/completions"


@dataclass(frozen=True)
class ChatOptions:
    """What goes with a conversation; None is left out, and the endpoint takes its own default."""

    model: str
    system: str = ""
    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    stream: bool = True

    def request(
        self,
        url: str,
        messages: Sequence[Mapping[str, Any]],
        headers: Mapping[str, str | Secret] | None = None,
    ) -> Request:
        """The request that has this conversation continued."""
        told = [{"role": "system", "content": self.system}] if self.system else []
        given: dict[str, Any] = {
            "model": self.model,
            "messages": [*told, *(dict(message) for message in messages)],
            **sampling(self.max_tokens, self.temperature, self.seed, self.stop),
        }
        if self.stream:
            given |= {"stream": True, "stream_options": {"include_usage": True}}
        return Request("POST", url, given, headers or {})


@dataclass(frozen=True)
class Turn(Exchange):
    """One answer in a conversation: what has come of it, and when.

    Attributes:
        answer: the text that has come.
        pieces: in how many pieces; about as many as tokens.
        first, last: seconds from sending to the first and to the last piece.
        usage: tokens as the endpoint counts them; they come with the end.
        finish: why it ended, as the endpoint says: stop or length.
        complete: whether the stream said that it is over.
        broken: what the stream said went wrong.
    """

    answer: str = ""
    pieces: int = 0
    first: float | None = None
    last: float = 0.0
    usage: Mapping[str, int] = field(default_factory=dict)
    finish: str = ""
    model: str = ""
    complete: bool = False
    broken: str = ""

    @property
    def prompt(self) -> str:
        """The last thing that was said before the answer."""
        messages = (self.request.payload or {}).get("messages") or [{}]
        return str(messages[-1].get("content", ""))

    @property
    def tokens(self) -> int:
        """Tokens written so far; pieces, about as many, until the endpoint has counted."""
        return self.usage.get("completion_tokens", self.pieces)

    @property
    def counted(self) -> bool:
        """Whether the endpoint said how many tokens it wrote; else `tokens` is an estimate."""
        return "completion_tokens" in self.usage

    @property
    def streamed(self) -> bool:
        """Whether the answer came as it was written, and not at once."""
        return self.first is not None and self.pieces > 1 and self.last - self.first > AT_ONCE

    @property
    def rate(self) -> float | None:
        """Tokens written a second: after the first one, or over the whole time if not streamed."""
        if self.first is None:
            return None
        if self.streamed:
            return (self.tokens - 1) / (self.last - self.first) if self.tokens > 1 else None
        return self.tokens / self.seconds if self.tokens and self.seconds > 0 else None

    def opened(self, head: Reply, seconds: float) -> Turn:
        """With the head of an answer whose body comes in events."""
        if self.over:
            return self
        return replace(self, reply=head.covered(self.request), seconds=seconds)

    def heard(self, data: str, seconds: float) -> Turn:
        """With one more event of the stream, this long after it was sent."""
        if self.over or data == DONE:
            return self if self.over else replace(self, complete=True)
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError):
            return replace(self, broken=f"a piece of the answer is no JSON: {data[:200]}")
        if not isinstance(chunk, dict):
            return replace(self, broken=f"a piece of the answer is no object: {data[:200]}")
        if chunk.get("error"):
            return replace(self, broken=_reason(chunk["error"]))
        return self._chunk(chunk, seconds)

    def _chunk(self, chunk: dict[str, Any], seconds: float) -> Turn:
        choice = _first(chunk.get("choices"))
        delta = choice.get("delta")
        text = delta.get("content") if isinstance(delta, dict) else None
        new = replace(
            self,
            usage=counts(chunk.get("usage")) or self.usage,
            finish=_text(choice.get("finish_reason")) or self.finish,
            model=_text(chunk.get("model")) or self.model,
        )
        if not isinstance(text, str) or not text:
            return new
        return replace(
            new,
            phase=WRITING,
            answer=self.request.covered(self.answer + text),
            pieces=self.pieces + 1,
            first=seconds if self.first is None else self.first,
            last=seconds,
        )

    def answered(self, reply: Reply) -> Turn:
        """Over: the whole answer is there, or the stream has ended."""
        if self.over:
            return self
        if reply.status >= 400:
            return super().answered(reply)
        if not streams(reply):
            return self._whole(reply)
        if self.broken or not self.complete:
            why = self.broken or "it ended before it said that it was over"
            # Its body is the answer once more, in pieces: only head and time are kept.
            return self._end(
                state="failed",
                reply=replace(reply.covered(self.request), body=""),
                problem=f"The answer broke off: {self.request.covered(why)}.",
                fix="What came until then is kept. The function's log says why, under the request "
                "id; ask for fewer tokens if it ran out of time.",
                seconds=reply.seconds,
            )
        return super().answered(replace(reply, body=""))

    def _whole(self, reply: Reply) -> Turn:
        """Done, with an answer that came in one piece of JSON."""
        covered = reply.covered(self.request)
        data = covered.data if isinstance(covered.data, dict) else {}
        choice = _first(data.get("choices"))
        message = choice.get("message")
        text = _text(message.get("content")) if isinstance(message, dict) else ""
        return self._end(
            state="done",
            reply=covered,
            answer=text,
            pieces=1 if text else 0,
            first=reply.seconds if text else None,
            last=reply.seconds,
            usage=counts(data.get("usage")),
            finish=_text(choice.get("finish_reason")),
            model=_text(data.get("model")),
            seconds=reply.seconds,
        )


def streams(reply: Reply) -> bool:
    """Whether this is an answer in events."""
    return reply.header("content-type").lower().startswith("text/event-stream")


def said(turns: Sequence[Exchange]) -> list[dict[str, str]]:
    """What was asked and answered in these turns, as messages; unanswered ones left out."""
    found = []
    for turn in turns:
        if isinstance(turn, Turn) and turn.answer:
            found.append({"role": "user", "content": turn.prompt})
            found.append({"role": "assistant", "content": turn.answer})
    return found


def as_openai(request: Request) -> str:
    """The request as a Python script with OpenAI's own library, whose base URL is the stage's."""
    payload = dict(request.payload or {})
    stream = payload.pop("stream", False)
    secret = next((v for v in request.headers.values() if isinstance(v, Secret)), None)
    key = f"os.environ[{secret.variable!r}]" if secret else "'none is needed'"
    lines = ["import os\n\n"] if secret else []
    lines += ["from openai import OpenAI\n\n", "client = OpenAI(\n"]
    lines += [f"    base_url={request.url.removesuffix(PATH)!r},\n", f"    api_key={key},\n"]
    lines += ["    max_retries=0,\n", ")\n", "answer = client.chat.completions.create(\n"]
    for name, value in payload.items():
        text = pprint.pformat(value, width=80 - len(name), sort_dicts=False)
        lines.append(f"    {name}={text}".replace("\n", "\n     " + " " * len(name)) + ",\n")
    if not stream:
        return "".join([*lines, ")\nprint(answer.choices[0].message.content)\n"])
    lines += ["    stream=True,\n", ")\n", "for piece in answer:\n", "    if piece.choices:\n"]
    lines.append('        print(piece.choices[0].delta.content or "", end="", flush=True)\n')
    return "".join(lines)


CHAT_SNIPPETS = {**SNIPPETS, "Python openai": as_openai}


def _first(choices: Any) -> dict[str, Any]:
    found = choices[0] if isinstance(choices, list) and choices else {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _reason(error: Any) -> str:
    message = error.get("message") if isinstance(error, dict) else error
    return str(message or "the endpoint gave no reason").rstrip(".")[:500]
