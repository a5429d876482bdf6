"""Two settings in each state, for the tests of views."""

from __future__ import annotations

from lab.compare.state import Column, Pair
from lab.compare.view import Comparison
from lab.draw.guard import Failure
from lab.draw.view import View
from lab.prompt.state import Exchange, Options
from tests.lab.prompt.prompt_views import URL, WHEN, exchanges

COLD, WARM = {"temperature": 0, "max_tokens": 16}, {"temperature": 1, "max_tokens": 16}


def comparison(prompt: str, *both: Exchange | None, start=lambda _: None) -> Comparison:
    """One that has got so far."""
    first, second = (*both, None, None)[:2]
    return Comparison(
        Pair(prompt, (Column(COLD, first), Column(WARM, second))),
        new=lambda prompt, setting: Exchange(Options(**setting).request(URL, prompt)),
        start=start,
        now=lambda: WHEN,
    )


def compare_views(text: str = "What is gravity?") -> dict[str, View]:
    """Each of these views, by the name of its golden file."""
    each = exchanges(text)
    failure = comparison(text, each["done"], each["cut"])
    failure.failure = Failure(f"What {text}", "Because.", "Do this.")
    return {
        "compare_idle": comparison(text),
        "compare_running": comparison(text, each["done"], each["running"]),
        "compare_done": comparison(text, each["done"], each["cut"]),
        "compare_refused": comparison(text, each["done"], each["refused"]),
        "compare_stopped": comparison(text, each["stopped"]),
        "compare_failed": comparison(text, each["failed"], each["failed"]),
        "compare_failure": failure,
    }
