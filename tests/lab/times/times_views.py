"""Where the time went, in each state, for the tests of views."""

from __future__ import annotations

from lab.draw.guard import Failure
from lab.draw.view import View
from lab.times.state import Measured
from lab.times.view import TimesView
from tests.lab.prompt.prompt_views import exchanges

ALL = Measured(800.0, 790.0, 781.0, 310.5, 450.2, 440.1, 120.6)


def times_view(text: str, measured: Measured | None = None, state: str = "done") -> TimesView:
    made = TimesView(exchanges(text)[state], lambda: measured or Measured(800.0))
    made.look()
    return made


def times_views(text: str = "What is gravity?") -> dict[str, View]:
    """Each of these views, by the name of its golden file."""
    failed = times_view(text, ALL)
    failed.failure = Failure(f"The log {text}", "Because.", "Do this.")
    return {
        "times_all": times_view(text, ALL),
        "times_some": times_view(text, Measured(800.0, None, None, None, 450.2, 440.1)),
        "times_refused": times_view(text, Measured(12.0, 8.0, 0.0), "refused"),
        "times_none": times_view(text),
        "times_failed": failed,
    }
