"""Warnings of Pulumi's own, for tests whose programs fail or are stopped in this process."""

import pytest

# The SDK makes coroutines of an output before it waits for the first of them: when the program is
# cancelled in between, the others are dropped. That surfaces in the same test, for the program's
# loop is ended with it.
NEVER_AWAITED = pytest.mark.filterwarnings(
    r"ignore:coroutine 'Output\..*' was never awaited:RuntimeWarning"
)


def allow(items, fixtures):
    """Let tests that use any of these fixtures have it; all others fail of it."""
    for item in items:
        if fixtures & set(getattr(item, "fixturenames", ())):
            item.add_marker(NEVER_AWAITED)
