"""Answers to the exercises as learners write them: good ones, and bad ones with what rejects them.

Each file begins with the exercise and the name that its cell defines; a bad one says, on its
second line, with which sentence it is rejected. `answers` is what is found where it is deployed: a
reply to each call, or a list of them one after the other; lines of logs; an alarm's states.
"""

import json
from typing import Any

from lab.prompt.state import Reply


def of_function(status: int, request_id: str = "r-1", **body: Any) -> Reply:
    """What a deployed function, or a template, answers."""
    return Reply(status, {"x-amzn-RequestId": request_id}, json.dumps(body), 0.0)


def of_gateway(status: int, kind: str, request_id: str = "r-1") -> Reply:
    """What the gateway answers in its place."""
    headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": kind}
    return Reply(status, headers, '{"message": "No."}', 0.0)
