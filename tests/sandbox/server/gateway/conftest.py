"""What several files about the data plane share."""

from __future__ import annotations

import pytest

from tests.sandbox.server.conftest import Account
from tests.sandbox.server.gateway.guarded import DECIDE, ECHO


@pytest.fixture(scope="module")
def functions(account: Account) -> tuple[str, str]:
    """An authorizer's function, and one that answers its event."""
    return account.function(DECIDE), account.function(ECHO)
