"""The provider lives and dies with its sandbox, and comes back on the same port."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress

import grpc
import psutil
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox import cloud, processes
from sandbox.home import Home
from sandbox.provider.__main__ import THREADS
from sandbox.root_key import RootKey
from sandbox.server import probe, provider_child
from sandbox.server.provider_child import ProviderChild, ProviderFailed


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
    first, port = provider(running), running.provider_port
    with socket.create_connection(("127.0.0.1", port)):  # an engine that does not know yet
        first.kill()
        wait_for(lambda: (now := provider(running)) and now.pid != first.pid)
        wait_for(lambda: listens(port))
    assert processes.listening([provider(running).pid]) == {("127.0.0.1", port)}
    assert cloud.status(running.home).provider_port == port


def test_a_stranger_on_its_port_is_not_taken_for_it(running):
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]
        child = ProviderChild(Home(running.home), [taken, 0], running.endpoint, running.key)
        child.start()
        try:
            asyncio.run(child.ready())
            assert child.port not in (0, taken)
            assert processes.listening([child._process.pid]) == {("127.0.0.1", child.port)}
        finally:
            child.stop()


def test_when_a_stranger_has_its_port_it_comes_back_on_another_which_all_are_told(running):
    first, port = provider(running), cloud.status(running.home).provider_port
    first.kill()
    first.wait(5)
    with socket.create_server(("127.0.0.1", port)):
        wait_for(lambda: cloud.status(running.home).provider_port != port)
        now = cloud.status(running.home).provider_port
        assert processes.listening([provider(running).pid]) == {("127.0.0.1", now)}
        environment = cloud.environment(running.home)
        assert environment["PULUMI_DEBUG_PROVIDERS"] == f"aws:{now}"


def test_a_hanging_one_is_replaced_within_twenty_seconds(running):
    wait_for(lambda: provider(running) is not None)
    first, port = provider(running), cloud.status(running.home).provider_port
    assert asyncio.run(probe.answers(port, 5))
    first.suspend()  # it takes connections, and answers nobody
    began = time.monotonic()
    assert listens(port) and not asyncio.run(probe.answers(port, 0.5))
    while not asyncio.run(probe.answers(port, 0.5)):
        assert time.monotonic() - began < 20, "it was not replaced"
    assert provider(running).pid != first.pid
    assert not first.is_running() or first.status() == psutil.STATUS_ZOMBIE


def test_a_busy_one_answers_whether_it_lives(tmp_path):
    """Each of its threads is in a call that waits for a cloud that says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        endpoint = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        child = ProviderChild(Home(tmp_path), [0], endpoint, RootKey("a" * 20, "b" * 40))
        child.start()
        try:
            asyncio.run(child.ready())
            with grpc.insecure_channel(f"127.0.0.1:{child.port}") as channel:
                stub = provider_pb2_grpc.ResourceProviderStub(channel)
                call = provider_pb2.InvokeRequest(
                    tok="aws:index/getCallerIdentity:getCallerIdentity"
                )
                waiting = [stub.Invoke.future(call) for _ in range(THREADS + 8)]
                time.sleep(2)
                assert not any(each.done() for each in waiting)
                assert asyncio.run(probe.answers(child.port, 5))
        finally:
            child.stop()


def test_nobody_answers_where_nobody_listens_or_what_answers_is_no_grpc(running):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert not asyncio.run(probe.answers(free.getsockname()[1], 1))
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        assert not asyncio.run(probe.answers(deaf.getsockname()[1], 0.2))
    assert not asyncio.run(probe.answers(running.port, 1)), "the emulator speaks another HTTP"


def test_one_that_says_no_port_has_not_started(tmp_path, running, monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    child = ProviderChild(Home(tmp_path), [0], running.endpoint, running.key)
    child.start()
    with pytest.raises(ProviderFailed, match="ended as it started"):
        asyncio.run(child.ready())
    child.stop()


def test_one_that_says_nothing_is_ended(tmp_path, running, monkeypatch):
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(silent))
    monkeypatch.setattr(provider_child, "READY", 0.2)
    child = ProviderChild(Home(tmp_path), [0], running.endpoint, running.key)
    child.start()
    with pytest.raises(ProviderFailed, match="did not listen within"):
        asyncio.run(child.ready())
    assert child._process.wait(5) != 0
    child.stop()


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
