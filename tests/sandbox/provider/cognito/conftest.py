"""What the tests of this folder begin with."""

from __future__ import annotations

import pytest

from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
)

POOL = "aws:cognito/userPool:UserPool"


@pytest.fixture
def pool(life: Lives) -> Life:
    return life(POOL, name=life.name("pool"))
