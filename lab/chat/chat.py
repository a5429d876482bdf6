"""`chat`: conversations with the gateway's OpenAI-compatible endpoint, as they are written."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, overload

from lab import course
from lab.chat import view as drawing
from lab.chat.playground import ChatPlayground
from lab.chat.state import ChatOptions, Turn
from lab.chat.streaming import Streaming
from lab.chat.view import ChatAnswer
from lab.draw.clock import now
from lab.draw.html import clean
from lab.draw.kernel import in_notebook
from lab.draw.view import INTERVAL, Display
from lab.errors import LabError, NotReady, Stopped
from lab.prompt import keys
from lab.session import session

Messages = Sequence[Mapping[str, Any]]


@overload
def chat(
    *, url: str | None = ..., key: str | None = ..., model: str | None = ...
) -> ChatPlayground: ...
@overload
def chat(
    prompt: str | Messages,
    *,
    system: str = ...,
    max_tokens: int | None = ...,
    temperature: float | None = ...,
    seed: int | None = ...,
    stop: tuple[str, ...] | list[str] = ...,
    stream: bool = ...,
    model: str | None = ...,
    url: str | None = ...,
    key: str | None = ...,
) -> ChatAnswer: ...
def chat(
    prompt: str | Messages | None = None,
    *,
    url: str | None = None,
    key: str | None = None,
    model: str | None = None,
    system: str = "",
    max_tokens: int | None = None,
    temperature: float | None = None,
    seed: int | None = None,
    stop: tuple[str, ...] | list[str] = (),
    stream: bool = False,
) -> ChatPlayground | ChatAnswer:
    """The conversation playground; with a prompt, its code form.

    >>> chat("What is gravity?", max_tokens=32, stream=True)

    Args:
        prompt: a text, or the messages of a whole conversation; None: the playground.
        url: default the stack's output chat_url.
        key: as for `ask`.
        model: its name; default the gateway's own.
        system: what the model is told first; default what the gateway tells it.
        stream: show tokens as they are written. The answer is the same.

    Raises:
        NotReady: nothing is deployed that has this endpoint.
        LabError: nothing answered, or the answer broke off; what came is shown.
        Stopped: the kernel was interrupted; what came is shown.
    """
    address = url or chat_url()
    name = model or default_model()
    if prompt is None:
        return ChatPlayground(
            address,
            model=name,
            start=Streaming,
            now=now,
            headers=lambda: keys.headers(key, url),
        )
    options = ChatOptions(name, system, max_tokens, temperature, seed, tuple(stop), stream)
    messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
    turn = Turn(options.request(address, messages, keys.headers(key, url)))
    return _sent(turn.begin(now()), shows=stream)


def chat_url() -> str:
    """The URL of the endpoint, from the stack's outputs.

    Raises:
        NotReady: the stack has none yet; the message names the chapter that makes it.
    """
    found = session.address("chat_url")
    if not found:
        raise NotReady(
            "There is nothing to talk to: the stack has no output 'chat_url'.",
            course.to_make("chat_url"),
        )
    return found


def default_model() -> str:
    """The name of the gateway's model, as it is when the configuration does not say otherwise."""
    from gateway.settings import Settings

    return Settings.model_name


def _sent(turn: Turn, *, shows: bool) -> ChatAnswer:
    """Send it and wait, drawing what comes if it `shows`."""
    sending = Streaming(turn)
    answer = ChatAnswer(turn)
    page = _Page(answer) if shows else None
    try:
        while not turn.over:
            turn = _take(sending)
            answer.update(turn)
            if page is not None:
                page.draw(turn)
    except KeyboardInterrupt:
        answer.update(_turn(sending.stop()))
        if page is not None:
            page.finish()
        raise Stopped("Stopped; the text that had come is above.") from None
    if page is not None:
        page.finish()
    if turn.state == "failed":
        raise LabError(turn.problem, turn.fix)
    return answer


def _take(sending: Streaming) -> Turn:
    return _turn(sending.take(wait=INTERVAL))


def _turn(exchange: Any) -> Turn:
    assert isinstance(exchange, Turn)
    return exchange


class _Page:
    """Where the answer is shown as it comes: a panel in a notebook, plain text in a terminal."""

    def __init__(self, answer: ChatAnswer) -> None:
        self._answer = answer
        self._printed = 0
        self._display = Display(answer) if in_notebook() else None
        if self._display is not None:
            self._display.show()

    def draw(self, turn: Turn) -> None:
        """Show what has come since."""
        if self._display is not None:
            self._display.draw()
            return
        new = turn.answer[self._printed :]
        self._printed += len(new)
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        print(clean(new).encode(encoding, "replace").decode(encoding), end="", flush=True)

    def finish(self) -> None:
        """Show how it ended, and leave the record."""
        if self._display is not None:
            self._display.finish()
            self._answer.shown()
            return
        print("\n" + drawing.ending(self._answer.turn) if self._printed else self._answer.text())
