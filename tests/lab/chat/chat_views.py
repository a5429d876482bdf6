"""The conversation playground and its answers in every state, for the tests of all views."""

from __future__ import annotations

import json

from lab.chat.playground import ChatPlayground
from lab.chat.state import FIRST, WRITING, ChatOptions, Turn
from lab.chat.view import ChatAnswer
from lab.draw.guard import Failure
from lab.draw.view import View
from lab.prompt.request import Secret
from lab.prompt.state import Exchange, History, Reply

URL = "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4e5/v1/chat/completions"
WHEN = "2026-11-24 12:00:00 UTC"
MODEL = "SmolLM2-135M-Instruct"
KEY = "k3yOfTheTeamBlue0123456789abcdefghijklmn"
HEADERS = {"Authorization": Secret(KEY, "LLM_GATEWAY_KEY", "Bearer ")}
HEAD = {"content-type": "text/event-stream", "x-amzn-RequestId": "c6af9ac6-7b61-11e6"}


def chunk(text: str = "", finish: str | None = None, **more) -> str:
    """A chunk's data."""
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    return json.dumps({"choices": [choice], "model": MODEL, **more})


def reply(status: int = 200, body: str = "", **headers: str) -> Reply:
    """An answer that took 1.2 s."""
    return Reply(status, {**HEAD, **headers}, body, 1.2)


def turns(prompt: str = "What is gravity?", answer: str = "It pulls.") -> dict[str, Turn]:
    """A turn in each state."""
    options = ChatOptions(MODEL, "You are brief.", 64, 0.0)
    idle = Turn(options.request(URL, [{"role": "user", "content": prompt}], HEADERS))
    sent = idle.begin(WHEN).reached(FIRST, 0.2)
    writing = (
        sent.opened(reply(), 0.2)
        .heard(chunk(answer), 0.21)
        .heard(chunk(" More."), 0.81)
        .reached(WRITING, 0.9)
    )
    used = {"prompt_tokens": 31, "completion_tokens": 13}
    over = writing.heard(chunk(finish="stop"), 0.82).heard(chunk(choices=[], usage=used), 0.83)
    refusal = '{"error": {"message": "Unauthorized", "type": "invalid_request_error"}}'
    named = {"x-amzn-ErrorType": "UnauthorizedException", "content-type": "application/json"}
    return {
        "idle": idle,
        "running": sent,
        "writing": writing,
        "done": over.heard("[DONE]", 0.84).answered(reply()),
        "refused": sent.answered(reply(401, refusal, **named)),
        "failed": sent.failed("Nothing answers at 127.0.0.1:4566.", "Run up().", 0.1),
        "broken": writing.answered(reply()),
        "stopped": writing.stopped(0.9),
    }


def chat_playground(*kept: Exchange, dropped: int = 0) -> ChatPlayground:
    """A playground with these turns."""
    made = ChatPlayground(
        URL, model=MODEL, start=lambda _: None, now=lambda: WHEN, headers=lambda: HEADERS
    )
    made.history = History(kept, dropped)
    return made


def chat_views(text: str = "What is gravity?") -> dict[str, View]:
    """Each view in each of its states; `text` is what a stranger may write."""
    each = turns(text, text if text != "What is gravity?" else "It pulls.")
    failing = chat_playground(each["done"])
    failing.failure = Failure.of(ValueError(text), "Sending a prompt")
    return {
        "chat_idle": chat_playground(),
        **{f"chat_{n}": chat_playground(one) for n, one in each.items() if n != "idle"},
        "chat_many": chat_playground(each["done"], each["stopped"], each["refused"], dropped=3),
        "chat_failure": failing,
        "chat_answer": ChatAnswer(each["done"]),
    }
