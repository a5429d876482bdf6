"""The guard around handlers: what fails is shown, and in tests raised again."""

import pytest

from lab.draw.guard import Failure, guard
from tests.lab.draw.live import boom


def test_the_guard_tells_the_state_before_it_draws(lenient):
    told = []
    guarded = guard(lambda f: told.append(f.what), failed=lambda e: told.append("state"))(boom)
    assert guarded() is None
    assert told == ["state", "The kit failed: ZeroDivisionError: by design"]


def test_an_interrupt_is_no_failure(lenient):
    shown = []

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guard(shown.append)(interrupted)()
    assert not shown


def test_a_failure_says_where_it_happened():
    try:
        boom()
    except ZeroDivisionError as error:
        assert "test_guard.py" in Failure.of(error).trace
