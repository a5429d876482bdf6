"""Fixtures that several rooms use: kernels, and what is deployed."""

import pytest

from tests.lab.kernel import Kernel
from tests.lab.session.alarms_session import alarms_session, gateway
from tests.lab.session.stacks import fake, kernels, opened

__all__ = ["alarms_session", "fake", "gateway", "kernels", "opened"]


@pytest.fixture
def lenient(monkeypatch):
    """A handler that fails shows it, and nothing more: as for a learner."""
    monkeypatch.setenv("KIT_RAISE", "0")


@pytest.fixture
def strict(monkeypatch):
    """A handler that fails is an error besides."""
    monkeypatch.setenv("KIT_RAISE", "1")


@pytest.fixture
def kernel():
    """A kernel in which a handler that fails is an error."""
    made = Kernel({"KIT_RAISE": "1"})
    yield made
    made.close()
