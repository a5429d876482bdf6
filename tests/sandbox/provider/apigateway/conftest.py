"""What the tests of this folder begin with."""

from __future__ import annotations

import pytest

from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
)

API = "aws:apigateway/restApi:RestApi"
RESOURCE = "aws:apigateway/resource:Resource"


@pytest.fixture
def api(life: Lives) -> Life:
    return life(API, name=life.name("api"))


@pytest.fixture
def path(life: Lives, api: Life) -> Life:
    root = api.outputs["rootResourceId"]
    return life(RESOURCE, restApi=api.id, parentId=root, pathPart="model")
