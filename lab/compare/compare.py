"""`compare`: one prompt, two settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.compare.state import KINDS, Column, Pair, Setting
from lab.compare.view import Comparison
from lab.draw.clock import now
from lab.errors import LabError
from lab.prompt import keys
from lab.prompt.ask import model_url
from lab.prompt.exchange import Sending
from lab.prompt.state import Exchange, Options


def compare(
    prompt: str, first: Mapping[str, Any], second: Mapping[str, Any], *, key: str | None = None
) -> Comparison:
    """Ask the same twice, with two settings, and show both answers side by side.

    >>> compare("What is gravity?", {"temperature": 0}, {"temperature": 1})

    Args:
        first, second: `max_tokens`, `temperature`, `seed`, as for `ask`.
        key: as for `ask`.

    Raises:
        NotReady: nothing is deployed that has a URL.
        LabError: a setting has another name.
    """
    for name in (*first, *second):
        if name not in KINDS:
            raise LabError(f"{name!r} is no setting of a prompt.", f"There are {', '.join(KINDS)}.")
    url = model_url()

    def new(prompt: str, setting: Setting) -> Exchange:
        return Exchange(Options(**setting).request(url, prompt, keys.headers(key, None)))

    made = Comparison(
        Pair(prompt, (Column(first), Column(second))), new=new, start=Sending, now=now
    )
    made.send()
    return made
