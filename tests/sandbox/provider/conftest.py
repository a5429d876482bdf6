"""A real sandbox for the tests of calls: an emulator and a provider of this test run."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation

from lab import loops
from sandbox import cloud, engine
from sandbox.home import backend_url
from sandbox.provider.core.context import Clients, Context
from sandbox.server.base import settings
from tests.sandbox.provider.bench import Bench
from tests.sandbox.provider.lifecycle import Lives


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
def shared_clients() -> Clients:
    return Clients()


@pytest.fixture
def ctx(
    running: cloud.Running,
    endpoint: str,
    shared_clients: Clients,
    monkeypatch: pytest.MonkeyPatch,
) -> Context:
    """What calls need to know, against the emulator."""
    for name, value in settings.client(endpoint, running.key).items():
        monkeypatch.setenv(name, value)
    return Context(endpoint=endpoint, clients=shared_clients)


@pytest.fixture
def life(ctx: Context) -> Iterator[Lives]:
    """Makes resources for a test, and takes away what the test leaves."""
    lives = Lives(ctx)
    yield lives
    for each in reversed(lives.made):
        each.delete()


@pytest.fixture(scope="session")
def cli() -> automation.PulumiCommand:
    found = engine.find()
    if found is None:
        pytest.skip("there is no Pulumi CLI yet: `python -m sandbox start` gets one")
    return automation.PulumiCommand(root=str(found.root))


@pytest.fixture
def stacks(cli: automation.PulumiCommand, running: cloud.Running, tmp_path: Path) -> Iterator[Any]:
    """Makes stacks with a state of their own; what is left of them is destroyed."""
    made: list[automation.Stack] = []
    environment = {
        **cloud.environment(running.home),
        "PULUMI_BACKEND_URL": backend_url(tmp_path),
        "PULUMI_HOME": str(tmp_path / "home"),
    }
    (tmp_path / "backend").mkdir()

    def make(program: Any, name: str = "test") -> automation.Stack:
        stack = automation.create_or_select_stack(
            stack_name=name,
            project_name="gateway",
            program=program,
            opts=automation.LocalWorkspaceOptions(
                pulumi_command=cli, env_vars=environment, work_dir=str(tmp_path)
            ),
        )
        made.append(stack)
        return stack

    with ended_loops():
        yield make
        while made:
            made.pop().destroy()


@pytest.fixture
def bench(tmp_path: Path, cli: automation.PulumiCommand) -> Iterator[Bench]:
    """A stack of the real engine over a cloud of files."""
    found = Bench(tmp_path, cli)
    with ended_loops():
        yield found
        found.stop()


@contextmanager
def ended_loops() -> Iterator[None]:
    """The event loops of programs that Pulumi's Automation API runs in here end at the end.

    By itself it closes a program's loop in a thread of its own, or leaves it with all outputs when
    a program failed, to the garbage collector, which warns of them in another test.
    """
    made: list[asyncio.AbstractEventLoop] = []
    with pytest.MonkeyPatch.context() as patch:
        new = asyncio.new_event_loop
        patch.setattr(asyncio, "new_event_loop", lambda: made.append(new()) or made[-1])
        yield
    until = time.monotonic() + 1
    while any(not loop.is_closed() for loop in made) and time.monotonic() < until:
        time.sleep(0.02)
    while made:
        loop = made.pop()
        if not loop.is_running():
            loops.end(loop)
    gc.collect()  # what a failed program has dropped is found here, not in another test
