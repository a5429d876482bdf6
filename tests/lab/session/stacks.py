"""A stack for a test: the real engine, a stand-in for the provider, a kit's folder of its own."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lab.session import gateway, session, target
from sandbox import cloud, variables
from tests.lab.kernel import Kernel
from tests.lab.session import fake_provider

CHECKOUT = Path(__file__).parents[3]
NAMES = {1: 1, 2: 6, 3: 8, 4: 10, 5: 11, 6: 13}  # resources of all steps up to a chapter


def fake_target(port: int, generation: str = "first"):
    """A target whose provider is the stand-in on this port."""

    def reach(home: Path, say, check) -> target.Target:
        env = {
            **target.private_pulumi(home),
            **cloud.NO_PLUGINS,
            "PULUMI_DEBUG_PROVIDERS": f"aws:{port}",
            "AWS_REGION": "us-east-1",
        }
        here = "http://127.0.0.1:1"
        where = ("sandbox", "us-east-1", env, variables.SANDBOX, here, generation)
        return target.Target(*where, config={"gateway:modelLayer": "false"})

    return reach


def load_sdk() -> None:
    """Import the SDK's modules, one of which warns of itself when it is loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        gateway.load_sdk()


@contextmanager
def as_notebook(home: Path) -> Iterator[None]:
    """This process as the kernel of a notebook with this home and no names of its own; then as before.

    Whoever starts a sandbox in it, or deploys, does so there; the sandbox is stopped at the end.
    """
    load_sdk()
    before, own = dict(os.environ), session.own_names
    os.environ["KIT_HOME"] = str(home)
    for name in ("KIT_STACK", "KIT_TARGET"):
        os.environ.pop(name, None)
    session.own_names = dict
    try:
        yield
    finally:
        leave(before, own)
        cloud.stop(home)


def leave(environ: dict[str, str], own: Any) -> None:
    """No session any more, and the environment and the notebook's names as they were."""
    session.own_names, session._session = own, None
    os.environ.clear()
    os.environ.update(environ)


@pytest.fixture
def fake():
    """The stand-in, serving."""
    provider = fake_provider.Fake()
    server = fake_provider.serve(provider)
    yield provider
    server.stop(0)


@pytest.fixture
def opened(fake, tmp_path, monkeypatch):
    """A session at chapter 1 on an empty stack, in this process."""
    load_sdk()
    monkeypatch.setenv("KIT_HOME", str(tmp_path / "kit"))
    monkeypatch.delenv("KIT_STACK", raising=False)
    monkeypatch.delenv("KIT_TARGET", raising=False)
    monkeypatch.setitem(target.TARGETS, "sandbox", fake_target(fake.port))
    monkeypatch.setattr(session, "own_names", dict)
    before = dict(os.environ)
    monkeypatch.setattr(target, "_before", {})
    yield session.open_session(1)
    session._session = None
    os.environ.clear()
    os.environ.update(before)


def deployed(stack) -> list[str]:
    return sorted(stack.state().names)


def notebook(home: Path, fake_port: int = 0) -> Kernel:
    """A notebook's kernel; with a port, the stand-in for the provider is in it."""
    kernel = Kernel({"KIT_HOME": str(home), "PYTHONPATH": str(CHECKOUT)})
    if fake_port:
        kernel.run(
            "from tests.lab.session import stacks\nfrom lab.session import target\n"
            f"target.TARGETS['sandbox'] = stacks.fake_target({fake_port})"
        )
    return kernel


@pytest.fixture
def kernels(fake, tmp_path):
    """Starts kernels that share one kit's folder; all are shut down at the end."""
    started: list[Kernel] = []

    def start() -> Kernel:
        started.append(notebook(tmp_path / "kit", fake.port))
        return started[-1]

    yield start
    for kernel in started:
        kernel.close()


def wait_for(condition, seconds: float = 20.0) -> None:
    """Wait until something is so; says when it never is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)
