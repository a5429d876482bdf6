"""Gateways to call: a chapter's program, deployed to a stack of its own, warm, with room."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from lab.session import session

# Limits that no benchmark meets.
ROOMY = {
    "teamRate": "1000",
    "teamBurst": "1000",
    "teamQuota": "1000000",
    "stageRate": "1000",
    "stageBurst": "1000",
    "promptRate": "1000",
    "promptBurst": "1000",
    "tokensPerDay": "1000000000",
}


@dataclass(frozen=True)
class Gateway:
    """A deployed chapter.

    Attributes:
        url: of its stage, without a slash at the end.
        headers: what a caller sends: a team's key, from chapter 08 on.
    """

    number: int
    url: str
    headers: dict[str, str]

    def change(self, **config: str) -> None:
        """Deploy it once more, with settings that differ."""
        _up(self.number, config)


def deployed(number: int) -> Gateway:
    """Deploy the chapters up to this one, and start the function: its first answer is slow."""
    outputs = _up(number, ROOMY)
    headers = {}
    if number > 6:
        headers["Authorization"] = f"Bearer {outputs['team_keys'].reveal()['blue']}"
    found = Gateway(number, outputs["invoke_url"], headers)
    body = {"prompt": "Hi", "max_tokens": 1}
    requests.post(f"{found.url}/model", json=body, headers=headers, timeout=60).raise_for_status()
    return found


def _up(number: int, config: Mapping[str, str]) -> Mapping[str, Any]:
    """Deploy to the chapter's own stack, without its record; the outputs."""
    with contextlib.redirect_stdout(io.StringIO()):
        stack = session.open_session(number, stack=f"bench-{number}").stack
        stack.config |= {f"gateway:{name}": text for name, text in config.items()}
        stack.prepare()
        session.up(number)
    return session.outputs()


def chat_body(name: str, text: str, tokens: int, stream: bool = False) -> dict[str, Any]:
    """What a client of OpenAI sends."""
    messages = [{"role": "user", "content": text}]
    return {"model": name, "messages": messages, "max_tokens": tokens, "stream": stream}


def words(line: bytes) -> str | None:
    """The text that a line of a stream (SSE) brings; None when it brings none."""
    if not line.startswith(b"data: {"):
        return None
    choices = json.loads(line[6:]).get("choices") or [{}]
    return choices[0].get("delta", {}).get("content") or None
