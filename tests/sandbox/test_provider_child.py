"""The provider lives and dies with its sandbox, and comes back on the same port."""

import os
import signal
import socket
import time
from contextlib import suppress

import psutil
import pytest

from sandbox import cloud, processes


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A sandbox with its provider."""
    home = tmp_path_factory.mktemp("kit")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KIT_PROVIDER", raising=False)
        yield cloud.start(home)
    cloud.stop(home)


def provider(running):
    """The provider's process; None while there is none."""
    for child in psutil.Process(running.pid).children():
        with suppress(psutil.ZombieProcess):
            if "sandbox.provider" in child.cmdline():
                return child
    return None


def listens(port):
    """Whether somebody accepts connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition):
    """Return once it holds; fail after ten seconds."""
    for _ in range(500):
        if condition():
            return
        time.sleep(0.02)
    pytest.fail("it did not happen within ten seconds")


def test_it_listens_on_loopback_only_as_soon_as_the_sandbox_runs(running):
    assert listens(running.provider_port)
    assert processes.listening([provider(running).pid]) == {("127.0.0.1", running.provider_port)}
    environment = cloud.environment(running.home)
    assert environment["PULUMI_DEBUG_PROVIDERS"] == f"aws:{running.provider_port}"


def test_a_dead_one_comes_back_on_the_same_port(running):
    first = provider(running)
    first.kill()
    wait_for(lambda: (now := provider(running)) and now.pid != first.pid)
    wait_for(lambda: listens(running.provider_port))


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_it_ends_with_its_sandbox(tmp_path, monkeypatch, how):
    monkeypatch.delenv("KIT_PROVIDER", raising=False)
    mine = cloud.start(tmp_path / "kit")
    child = provider(mine)
    if how == "stop":
        cloud.stop(tmp_path / "kit")
    else:
        os.kill(mine.pid, signal.SIGKILL)
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    cloud.stop(tmp_path / "kit")
