"""A real sandbox for the tests of calls: an emulator and a provider of this test run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox import cloud
from sandbox.provider import kinds
from sandbox.server import settings
from tests.provider.lifecycle import Lives


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cloud.Running]:
    """A sandbox with a home of its own."""
    home = tmp_path_factory.mktemp("kit")
    yield cloud.start(home)
    cloud.stop(home)


@pytest.fixture(scope="session")
def endpoint(running: cloud.Running) -> str:
    return running.endpoint


@pytest.fixture(scope="session")
def shared_clients() -> kinds.Clients:
    return kinds.Clients()


@pytest.fixture
def ctx(
    endpoint: str, shared_clients: kinds.Clients, monkeypatch: pytest.MonkeyPatch
) -> kinds.Context:
    """What calls need to know, against the emulator."""
    for name, value in settings.client(endpoint).items():
        monkeypatch.setenv(name, value)
    return kinds.Context(endpoint=endpoint, clients=shared_clients)


@pytest.fixture
def life(ctx: kinds.Context) -> Iterator[Lives]:
    """Makes resources for a test, and takes away what the test leaves."""
    lives = Lives(ctx)
    yield lives
    for each in reversed(lives.made):
        each.delete()
