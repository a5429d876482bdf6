"""Answers to the exercises as learners write them: good ones, and bad ones with what rejects them.

Each file begins with the exercise and the name that its cell defines; a bad one says, on its
second line, with which sentence it is rejected. `answers` is what is found where it is deployed:
by the call, a reply, a list of them one after the other, or what makes one of the headers and the
body; lines of logs; an alarm's states; and under "outputs" the stack's.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from lab.prompt.state import Reply

KEYS = {"blue": "blue-key", "green": "green-key", "red": "red-key"}
# A stack of the Automation API whose API is served, as far as a grader asks it.
MINE = SimpleNamespace(
    name="mine", outputs=lambda: {"invoke_url": SimpleNamespace(value="http://127.0.0.1:4566/v1")}
)


def by_team(others: Reply, **teams: Reply) -> Callable[..., Reply]:
    """What a path answers each of these teams, by its key, and all others."""

    def reply(headers: Mapping[str, str] | None = None, **_: Any) -> Reply:
        sent = (headers or {}).get("Authorization", "")
        return next((teams[team] for team in teams if sent == f"Bearer {KEYS[team]}"), others)

    return reply


def in_turn(count: int, reply: Reply, rest: Reply) -> Callable[..., Reply]:
    """What a path answers so many calls, however they meet, and what all that follow."""
    left = iter([reply] * count)
    return lambda **_: next(left, rest)


def of_function(status: int, request_id: str = "r-1", **body: Any) -> Reply:
    """What a deployed function, or a template, answers."""
    return Reply(status, {"x-amzn-RequestId": request_id}, json.dumps(body), 0.0)


def of_gateway(status: int, kind: str, request_id: str = "r-1") -> Reply:
    """What the gateway answers in its place."""
    headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": kind}
    return Reply(status, headers, '{"message": "No."}', 0.0)


def refused_by(stack: str) -> Reply:
    """What the gateway answers where there is no such path, with the header x-stack if it is given."""
    told = {"x-stack": stack} if stack else {}
    return Reply(403, {"x-amzn-RequestId": "r-1", **told}, '{"message": "No."}', 0.0)


def of_home(status: int, who: str) -> Reply:
    """What an instance answers, or the function in its place."""
    return Reply(status, {"x-amzn-RequestId": "r-1", "x-served-by": who}, "{}", 0.0)


def of_balancer(status: int, body: str) -> Reply:
    """What a balancer answers by itself."""
    return Reply(status, {"x-amzn-RequestId": "r-1", "server": "awselb/2.0"}, body, 0.0)


@contextmanager
def stood(
    url: str = "http://127.0.0.1:4566/v1", missing: Sequence[str] = (), left: Sequence[str] = ()
) -> Iterator[SimpleNamespace]:
    """A stack of the learner's step: its URL, what is not found by tag, and what its end leaves."""
    yield SimpleNamespace(
        outputs={"url": url},
        untagged=lambda: list(missing),
        left=lambda: list(left),
        at_last=lambda problems: problems(),
    )
