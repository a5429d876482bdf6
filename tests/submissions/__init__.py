"""Answers to the exercises as learners write them: good ones, and bad ones with what rejects them.

Each file begins with the exercise and the name that its cell defines; a bad one says, on its
second line, with which sentence it is rejected.
"""

import json
from typing import Any

from lab.prompt.answer import Answer
from lab.prompt.state import Exchange, Options, Reply


def ask(status: int, *, gateway: bool = False, **body: Any) -> Answer:
    """An answer as `ask` gives it, from the function or from the gateway."""
    headers = {"x-amzn-RequestId": "r-1", **({"x-amzn-ErrorType": "x"} if gateway else {})}
    request = Options().request("http://127.0.0.1/v1/model", "hi")
    return Answer(
        Exchange(request).begin("").answered(Reply(status, headers, json.dumps(body), 1.0))
    )
