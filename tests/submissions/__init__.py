"""Answers to the exercises as learners write them: good ones, and bad ones with what rejects them.

Each file begins with the exercise and the name that its cell defines; a bad one says, on its
second line, with which sentence it is rejected. `answers` is what is found where it is deployed.
"""

import json
from typing import Any

from lab.prompt.state import Reply


def of_function(status: int, **body: Any) -> Reply:
    """What a deployed function, or a template, answers."""
    return Reply(status, {"x-amzn-RequestId": "r-1"}, json.dumps(body), 0.0)


def of_gateway(status: int, kind: str) -> Reply:
    """What the gateway answers in its place."""
    headers = {"x-amzn-RequestId": "r-1", "x-amzn-ErrorType": kind}
    return Reply(status, headers, '{"message": "No."}', 0.0)


def of_home(status: int, who: str) -> Reply:
    """What an instance answers, or the function in its place."""
    return Reply(status, {"x-amzn-RequestId": "r-1", "x-served-by": who}, "{}", 0.0)


def of_balancer(status: int, body: str) -> Reply:
    """What a balancer answers by itself."""
    return Reply(status, {"x-amzn-RequestId": "r-1", "server": "awselb/2.0"}, body, 0.0)
