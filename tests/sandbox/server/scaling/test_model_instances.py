"""The course's own model server, on an instance behind a balancer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.server.farms import Farm, hosting_the_model


def test_an_instance_hosts_the_model(account: Any, farm: Callable[..., Farm]) -> None:
    made = farm(**hosting_the_model(account))
    made.wait_for("healthy", seconds=60)
    answer = made.call("/model", "POST", json={"prompt": "Name a colour.", "max_tokens": 4})
    assert answer.status_code == 200, answer.text
    assert answer.json()["usage"]["completion_tokens"] == 4
    chat = {
        "model": answer.json()["model"], "stream": True, "max_tokens": 4,
        "messages": [{"role": "user", "content": "Hello"}],
    }  # fmt: skip
    stream = made.call("/chat/completions", "POST", json=chat)
    assert stream.text.rstrip().endswith("data: [DONE]"), stream.text
