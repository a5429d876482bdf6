"""What the tests of this folder begin with."""

from __future__ import annotations

import pytest

from tests.sandbox.provider.lambda_.functions import FUNCTION, ROLE, TRUST, code, small
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
)


@pytest.fixture
def function(life: Lives) -> Life:
    """A function with two published versions, 1 and 2."""
    role = life(ROLE, name=life.name("fn"), assumeRolePolicy=TRUST).outputs["arn"]
    made = life(FUNCTION, name=life.name("fn"), **{**small(role), "publish": True})
    return made.update(code=code("two"))


@pytest.fixture
def role(life: Lives) -> str:
    """The ARN of a role that Lambda may assume."""
    return str(life(ROLE, name=life.name("fn"), assumeRolePolicy=TRUST).outputs["arn"])
