"""Prompts in every state, and playgrounds that hold them, for the tests of views."""

from __future__ import annotations

import json

from lab.prompt.playground import Playground
from lab.prompt.state import WAITING, Exchange, History, Options, Reply

URL = "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4e5/v1/model"
WHEN = "2026-11-24 12:00:00 UTC"


def reply(status=200, prompt="What is gravity?", **more) -> Reply:
    """The function's answer to a prompt."""
    data = {
        "completion": f"About {prompt}: it pulls.",
        "model": "SmolLM2-135M-Instruct",
        "usage": {"prompt_tokens": 31, "completion_tokens": 24},
        "finish_reason": "stop",
        **more,
    }
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": "c6af9ac6-7b61-11e6"}
    return Reply(status, headers, json.dumps(data), 0.8)


def refused() -> Reply:
    """The gateway's answer to a path that it does not have."""
    headers = {
        "x-amzn-RequestId": "c6af",
        "x-amzn-ErrorType": "MissingAuthenticationTokenException",
    }
    return Reply(403, headers, '{"message":"Missing Authentication Token"}', 0.012)


def exchanges(prompt: str = "What is gravity?") -> dict[str, Exchange]:
    """An exchange in each state."""
    idle = Exchange(Options(64, 0.0).request(URL, prompt))
    running = idle.begin(WHEN).reached(WAITING, 2.0)
    return {
        "idle": idle,
        "running": running,
        "done": running.answered(reply(prompt=prompt)),
        "cut": running.answered(reply(prompt=prompt, finish_reason="length")),
        "refused": running.answered(refused()),
        "failed": running.failed("Nothing answers at 127.0.0.1:4566.", "Run up().", 0.1),
        "stopped": running.stopped(1.5),
    }


def playground(*kept: Exchange, dropped: int = 0) -> Playground:
    """A playground with these exchanges."""
    made = Playground(URL, start=lambda _: None, now=lambda: WHEN)
    made.history = History(kept, dropped)
    return made
