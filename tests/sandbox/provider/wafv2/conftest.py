"""What the tests of this folder begin with."""

from __future__ import annotations

import pytest

from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
)
from tests.sandbox.provider.wafv2.rules import seen

ACL = "aws:wafv2/webAcl:WebAcl"


@pytest.fixture
def acl(life: Lives) -> Life:
    return life(
        ACL,
        name=life.name("front"),
        scope="REGIONAL",
        defaultAction={"allow": {}},
        visibilityConfig=seen("front"),
    )
