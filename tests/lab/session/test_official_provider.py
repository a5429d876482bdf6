"""KIT_PROVIDER=official: the sandbox with Pulumi's own AWS provider, where that can be downloaded."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import sys
import time

import psutil
import pytest

from lab.errors import LabError
from lab.session import session, target
from sandbox import cloud
from sandbox.engine import checksums, plugins
from tests.lab.session.stacks import CHECKOUT, load_sdk
from tests.sandbox.standin import deaf_server, server, tarball

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Linux and macOS only: sh scripts")
PLUGIN = plugins.aws_archive(platform.system(), platform.machine())
# The engine starts a plugin by this name and reads a port: what answers there is the kit's, for the
# official one cannot be had here. It writes down what it was started with.
SCRIPT = f"""#!/bin/sh
env | grep -E '^AWS_ENDPOINT_URL=' > "$KIT_HOME/started"
PYTHONPATH={shlex.quote(str(CHECKOUT))} exec {shlex.quote(sys.executable)} -m sandbox.provider
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home in which a session is to use the official provider."""
    load_sdk()
    monkeypatch.setenv("KIT_HOME", str(tmp_path / "kit"))
    monkeypatch.setenv("KIT_PROVIDER", "official")
    for name in ("KIT_STACK", "KIT_TARGET", "KIT_STRICT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(session, "_session", None)
    monkeypatch.setattr(session, "own_names", dict)
    yield tmp_path / "kit"
    target.leave()
    cloud.stop(tmp_path / "kit")


def test_the_engine_starts_it_and_none_of_ours_runs(home, monkeypatch):
    body = tarball({"pulumi-resource-aws": SCRIPT.encode()})
    monkeypatch.setitem(checksums.PINS, PLUGIN, hashlib.sha256(body).hexdigest())
    with server({PLUGIN: body}) as (url, _):
        monkeypatch.setenv("KIT_PLUGIN_URL", url)
        session.open_session(1)
    running = cloud.status(home)
    assert running is not None and running.provider_port == 0
    children = psutil.Process(running.pid).children(recursive=True)
    assert not [each for each in children if "sandbox.provider" in each.cmdline()]
    assert session.up(1).changes["create"] == 1
    told = (home / "started").read_text("utf-8").strip()
    assert told == f"AWS_ENDPOINT_URL={running.endpoint}"
    assert session.outputs()["api_role_arn"].startswith("arn:aws:iam::000000000000:role/")


def test_where_it_cannot_be_had_a_start_says_so_and_starts_nothing(home, monkeypatch):
    begun = time.monotonic()
    with deaf_server() as url:
        monkeypatch.setenv("KIT_PLUGIN_URL", url)
        with pytest.raises(LabError, match=r"(?s)cannot be reached.*without KIT_PROVIDER"):
            session.open_session(1)
    assert time.monotonic() - begun < 6, "5 s for the answer that does not come"
    assert cloud.status(home) is None
    assert "AWS_ENDPOINT_URL" not in os.environ


def test_without_the_variable_the_sandbox_gets_its_own_again(home, monkeypatch):
    cloud.start(home)
    assert "PULUMI_DEBUG_PROVIDERS" not in cloud.environment(home)
    monkeypatch.delenv("KIT_PROVIDER")
    session.open_session(1)
    running = cloud.status(home)
    assert running is not None and running.provider_port
    assert os.environ["PULUMI_DEBUG_PROVIDERS"] == f"aws:{running.provider_port}"
