"""The trials of `python -m tests.trials`, n = 2: short enough for every run of the tests."""

import random

from tests.trials import __main__ as trials
from tests.trials.crashes import SHORT
from tests.trials.kit import kit


def test_after_every_crash_the_next_one_ends_right():
    """All at once are killed, then the sandbox stands still: twice each, up or destroy follows."""
    random.seed()
    tally = trials.Tally()
    with kit(KIT_READ_TIMEOUT=SHORT) as home:
        trials.kills(tally, 1, home, ("all",))
        trials.standstills(tally, 2, home)
    assert tally.all == 4
    assert tally.well == tally.all
